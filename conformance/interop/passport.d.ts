/** What the tests use of Passport, its strategy and `express-session`, none of which comes with types. */
declare module 'passport' {
  import type { RequestHandler } from 'express';

  interface Passport {
    use(name: string, strategy: object): void;
    serializeUser(keep: (user: object, done: (error: null, kept: object) => void) => void): void;
    deserializeUser(find: (kept: object, done: (error: null, user: object) => void) => void): void;
    authenticate(name: string): RequestHandler;
  }
  const passport: Passport;
  export = passport;
}

declare module 'passport-openidconnect' {
  interface Options {
    issuer: string;
    authorizationURL: string;
    tokenURL: string;
    userInfoURL: string;
    clientID: string;
    clientSecret: string;
    callbackURL: string;
    scope?: string;
    nonce?: boolean;
    acrValues?: string;
    maxAge?: number;
    prompt?: string;
    sessionKey?: string;
  }
  interface Profile {
    id: string;
    displayName?: string;
    emails?: { value: string }[];
  }
  interface Context {
    class?: string;
    methods?: string[];
    timestamp?: Date;
  }
  type Verify = (
    issuer: string,
    fromUserInfo: Profile | undefined,
    fromIdToken: Profile,
    context: Context,
    idToken: string,
    accessToken: string,
    refreshToken: string | undefined,
    parameters: object,
    done: (error: null, user: object) => void,
  ) => void;
  class Strategy {
    constructor(options: Options, verify: Verify);
  }
  export = Strategy;
}

declare module 'express-session' {
  import type { RequestHandler } from 'express';

  function session(options: {
    name?: string;
    secret: string;
    resave: boolean;
    saveUninitialized: boolean;
  }): RequestHandler;
  export = session;
}
