import { randomBytes } from 'node:crypto';

/** What the intranet knows about somebody who signed in: claims of their ID token, which openid-client has verified. */
export interface Employee {
  readonly subject: string;
  readonly name: string;
  /** As it came, to be handed back when the person signs out. */
  readonly idToken: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** An authorization request that is under way in some tab. */
export interface SignIn {
  readonly codeVerifier: string;
  readonly nonce: string;
  /** The page to go to afterwards. */
  readonly returnTo: string;
  /** What was asked for beyond a sign-in. */
  readonly proof: { readonly acr: string; readonly maxAgeSeconds: number } | undefined;
}

/** One browser. */
export interface Session {
  readonly id: string;
  employee?: Employee;
  /** By `state`; several tabs may sign in at once. */
  readonly signIns: Map<string, SignIn>;
}

export interface Sessions {
  /** The session a cookie names, if there is one. */
  find(id: string | undefined): Session | undefined;
  begin(): Session;
  /** The same session under a new name: whoever knew the old one learns nothing of what comes after. */
  renew(session: Session): Session;
  end(session: Session): void;
}

const lifetimeMilliseconds = 8 * 3_600_000;
const capacity = 10_000;
const signInsAtOnce = 8;

/** Sessions in memory; the oldest go when there are too many. */
export const createSessions = (now: () => number = Date.now): Sessions => {
  const sessions = new Map<string, { readonly session: Session; readonly endsAt: number }>();

  const keep = (parts: Omit<Session, 'id'>): Session => {
    const session = { ...parts, id: randomBytes(32).toString('base64url') };
    sessions.set(session.id, { session, endsAt: now() + lifetimeMilliseconds });
    const [oldest] = sessions.keys();
    if (sessions.size > capacity && oldest !== undefined) sessions.delete(oldest);
    return session;
  };

  return {
    find(id) {
      const kept = id === undefined ? undefined : sessions.get(id);
      return kept && kept.endsAt > now() ? kept.session : undefined;
    },
    begin: () => keep({ signIns: new Map() }),
    renew(session) {
      sessions.delete(session.id);
      return keep(session);
    },
    end: (session) => void sessions.delete(session.id),
  };
};

/** Remembers an authorization request until its response comes; the oldest of too many is forgotten. */
export const rememberSignIn = ({ signIns }: Session, state: string, signIn: SignIn): void => {
  signIns.set(state, signIn);
  const [oldest] = signIns.keys();
  if (signIns.size > signInsAtOnce && oldest !== undefined) signIns.delete(oldest);
};

/** The request that a response belongs to. It is given out once. */
export const takeSignIn = ({ signIns }: Session, state: string | null): SignIn | undefined => {
  if (state === null) return undefined;
  const signIn = signIns.get(state);
  signIns.delete(state);
  return signIn;
};
