/** A web application on Express with Passport and `passport-openidconnect`, which is given its endpoints one by one. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ErrorRequestHandler } from 'express';
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import OpenIDConnectStrategy from 'passport-openidconnect';
import { listenAnywhere } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { API_SECRET } from '../fabrikam.ts';
import { Visitor } from './visitor.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** What Passport adds to a request. */
    user?: object;
    logout(done: (error?: Error) => void): void;
  }
}

type Options = ConstructorParameters<typeof OpenIDConnectStrategy>[0];

const place = await listenAnywhere();
const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve'],
  clients: [
    {
      id: 'intranet',
      name: 'Fabrikam Intranet',
      authentication: ['client_secret_post'],
      secret: API_SECRET,
      redirectUris: ['login', 'proven', 'phr'].map((name) => `${place.origin}/${name}/callback`),
      postLogoutRedirectUris: [`${place.origin}/`],
      firstParty: true,
    },
  ],
});

const app = express();
app.use(session({ secret: 'a secret of the application for its cookies', resave: false, saveUninitialized: false }));
app.use(passport.authenticate('session'));
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

/** One strategy for each thing that is asked for: the levels are set where the strategy is made, not with a request. */
const login = (name: string, more: Partial<Options> = {}): void => {
  const options: Options = {
    issuer: server.issuer,
    authorizationURL: server.at('authorize'),
    tokenURL: server.at('oauth/token'),
    userInfoURL: server.at('userinfo'),
    clientID: 'intranet',
    clientSecret: API_SECRET,
    callbackURL: `${place.origin}/${name}/callback`,
    scope: 'profile email',
    nonce: true,
    sessionKey: name,
    ...more,
  };
  passport.use(
    name,
    new OpenIDConnectStrategy(
      options,
      (issuer, fromUserInfo, fromIdToken, context, _id, _access, _refresh, _all, done) =>
        done(null, { issuer, fromUserInfo, fromIdToken, context }),
    ),
  );
  app.get(`/${name}`, passport.authenticate(name));
  app.get(`/${name}/callback`, passport.authenticate(name), (_request, response) => response.redirect('/'));
};
login('login');
login('proven', { acrValues: 'mfa', maxAge: 300 });
login('phr', { acrValues: 'phrh' });
login('careless', { nonce: false, callbackURL: `${place.origin}/login/callback` });
app.get('/', (request, response) => {
  response.json(request.user ?? {});
});
// As the tutorial for Auth0 does it.
app.get('/logout', (request, response, next) => {
  request.logout((error) => {
    const to = new URLSearchParams({ client_id: 'intranet', returnTo: `${place.origin}/` });
    if (error === undefined || error === null) response.redirect(`${server.at('v2/logout')}?${to}`);
    else next(error);
  });
});
const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(500).json({ code: error.code, message: error.message });
};
app.use(refuse);
place.serve(app);
after(async () => {
  await place.close();
  await server.close();
});

const visitor = (): Visitor => new Visitor(place.origin, server.issuer);

describe('passport-openidconnect', () => {
  it('sign in: with what the ID token and userinfo say', async () => {
    const { status, body, pages } = await visitor().visit('/login', server.person('ada'));
    assert.deepEqual([status, pages], [200, ['/login']]);
    const { issuer, fromUserInfo, fromIdToken, context } = JSON.parse(body);
    assert.equal(issuer, server.issuer);
    assert.deepEqual([fromIdToken.id, fromUserInfo.id], ['user_ada', 'user_ada']);
    assert.deepEqual(
      [fromUserInfo.displayName, fromUserInfo.emails],
      ['ada of Fabrikam', [{ value: 'ada@fabrikam.example' }]],
    );
    assert.deepEqual([context.class, context.methods], ['1fa', ['pwd']]);
  });

  it('step up: by a strategy of its own, asks only for what is missing, and its maxAge is kept', async () => {
    const ben = visitor();
    const before = server.now();
    await ben.visit('/login', server.person('ben'));
    const { body, pages } = await ben.visit('/proven', server.person('ben'));
    assert.deepEqual(pages, ['/challenge']);
    const { context } = JSON.parse(body);
    assert.deepEqual([context.class, context.methods], ['mfa', ['mfa', 'otp', 'pwd']]);
    assert.ok(Date.parse(context.timestamp) / 1000 >= before);
    assert.deepEqual((await ben.visit('/proven', server.person('ben'))).pages, []);
  });

  it('sign out: of the application and, by /v2/logout, of the server', async () => {
    const cleo = visitor();
    await cleo.visit('/login', server.person('cleo'));
    const left = await cleo.begin('/logout');
    assert.equal((await cleo.atServer.open(left)).url.href, `${place.origin}/`);
    assert.equal((await cleo.visit('/', server.person('cleo'))).body, '{}');
    assert.deepEqual((await cleo.visit('/login', server.person('cleo'))).pages, ['/login']);
  });

  it('failure: T3: unmet_authentication_requirements reaches the application as an error, and nobody is signed in', async () => {
    const dan = visitor();
    const { status, body } = await dan.visit('/phr', server.person('dan'));
    assert.equal(status, 500);
    assert.equal(JSON.parse(body).code, 'unmet_authentication_requirements');
    assert.equal((await dan.visit('/', server.person('dan'))).body, '{}');
  });

  it('failure: a person who cancels the step-up is not let in by it', async () => {
    const eve = visitor();
    await eve.visit('/login', server.person('eve'));
    const page = await eve.atServer.open(await eve.begin('/proven'));
    const { url } = await eve.atServer.submit(page, { cancel: '1' });
    assert.equal(url.searchParams.get('error'), 'access_denied');
    const { status } = await eve.visit(url.href, server.person('eve'));
    assert.equal(status, 401);
    assert.equal(JSON.parse((await eve.visit('/', server.person('eve'))).body).context.class, '1fa');
  });

  it('failure: an answer with another state is refused', async () => {
    const ada = visitor();
    const { end } = await ada.atServer.authorize(await ada.begin('/login'), server.person('ada'));
    end.url.searchParams.set('state', 'of another request');
    assert.equal((await ada.visit(end.url.href, server.person('ada'))).status, 403);
  });

  it("failure: a code of somebody else's request is refused by its nonce", async () => {
    const [ada, mallory] = [visitor(), visitor()];
    const { end } = await mallory.atServer.authorize(await mallory.begin('/login'), server.person('ada'));
    const asked = await ada.begin('/login');
    end.url.searchParams.set('state', asked.searchParams.get('state') ?? '');
    assert.equal((await ada.visit(end.url.href, server.person('ada'))).status, 403);
    assert.equal((await ada.visit('/', server.person('ada'))).body, '{}');
  });

  it('failure: without nonce, which is how it comes, the server refuses the request', async () => {
    const { body } = await visitor().visit('/careless', server.person('ada'));
    assert.equal(JSON.parse(body).code, 'invalid_request');
  });
});
