import type { AuthenticationEvent, Instant } from '@stile/core';
import { instant } from '@stile/core';
import type { NewAuthorization, Once, ProofRecord, Store } from '../ports.ts';
import type {
  Arrival,
  AuditRecord,
  Authenticator,
  Ceremony,
  Code,
  Grant,
  Interaction,
  RefreshToken,
  RememberedDevice,
  Session,
  SigningKey,
  User,
} from '../records.ts';
import type { Engine } from '../sql/engine.ts';

/** Opens an empty database. The contract closes it. */
export type MakeEngine = () => Engine | Promise<Engine>;

/** A moment, in seconds after the stories of these tests begin. */
export const at = (second: number): Instant => instant(1_800_000_000 + second);

export const event = (over: Partial<AuthenticationEvent> = {}): AuthenticationEvent => ({
  authenticator: 'password-of-alice',
  factor: 'password',
  kinds: ['knowledge'],
  first: true,
  phishingResistant: false,
  hardwareBound: false,
  amr: ['pwd'],
  at: at(0),
  ...over,
});

export const totpEvent = (second: number): AuthenticationEvent =>
  event({
    authenticator: 'totp-of-alice',
    factor: 'totp',
    kinds: ['possession'],
    first: false,
    amr: ['otp'],
    at: at(second),
  });

export const user = (over: Partial<User> = {}): User => ({
  id: 'alice',
  username: 'alice@example.com',
  claims: { name: 'Alice', address: { locality: 'Zürich' } },
  createdAt: at(0),
  blockedAt: null,
  ...over,
});

export const authenticator = (over: Partial<Authenticator> = {}): Authenticator => ({
  id: 'password-of-alice',
  userId: 'alice',
  factor: 'password',
  name: 'Password',
  material: { hash: '$argon2id$…', pepper: null },
  createdAt: at(0),
  lookup: null,
  lastUsedAt: null,
  preferredAt: null,
  ...over,
});

export const totp = authenticator({
  id: 'totp-of-alice',
  factor: 'totp',
  name: 'Pixel 9',
  material: { secret: 'JBSWY3DP' },
  createdAt: at(1),
});

export const interaction = (over: Partial<Interaction> = {}): Interaction => ({
  id: 'interaction',
  browserHash: null,
  clientId: 'client',
  request: { scope: 'openid', acr_values: ['mfa'] },
  requestedAt: at(0),
  expiresAt: at(600),
  userId: null,
  accountSelectedAt: null,
  consentedAt: null,
  asked: { step: 'challenge', factor: 'totp', reason: 'level_not_shown' },
  progress: {},
  actions: { format: 1, reports: [] },
  finishedAt: null,
  ...over,
});

export const session = (over: Partial<Session> = {}): Session => ({
  id: 'session',
  secretHash: 'secret-0',
  rotatedAt: at(0),
  userId: 'alice',
  events: [event()],
  createdAt: at(0),
  lastSeenAt: at(0),
  endedAt: null,
  userAgent: 'Mozilla/5.0',
  address: '203.0.113.7',
  expiresAt: null,
  idleExpiresAt: at(9_000),
  cookieMode: 'persistent',
  metadata: { kiosk: 'lobby' },
  methods: [{ url: 'https://id.example/', at: at(0) }],
  ...over,
});

export const beginning = (over: Partial<ProofRecord> = {}, begun: Session = session()): ProofRecord => ({
  event: event(),
  consume: [],
  retire: [],
  session: { kind: 'begin', session: begun, endSessionId: null },
  interactionId: 'interaction',
  enrol: [],
  clearThrottles: [],
  audit: [],
  ...over,
});

export const totpStep = (counter: number): Once => ({
  kind: 'totp',
  key: `totp-of-alice:${counter}`,
  expiresAt: at(90),
});

export const stepUp = (over: Partial<ProofRecord> = {}): ProofRecord => ({
  ...beginning(),
  event: totpEvent(20),
  consume: [totpStep(1)],
  session: { kind: 'append', id: 'session', secretHash: 'secret-0', newSecretHash: 'secret-1' },
  ...over,
});

export const grant = (over: Partial<Grant> = {}): Grant => ({
  id: 'grant',
  clientId: 'client',
  userId: 'alice',
  sessionId: 'session',
  audience: 'https://api.example/accounts',
  scopes: ['openid', 'transfer:funds'],
  events: [event()],
  requirements: [
    {
      source: { from: 'scope', audience: 'https://api.example/accounts', scope: 'transfer:funds' },
      acr: ['mfa'],
      asked: ['mfa'],
      since: at(0),
      binds: 'proof',
    },
    { source: { from: 'request', parameter: 'acr_values' }, acr: ['phr'], binds: 'proof', voluntary: true },
    { source: { from: 'action', action: 'risk' }, binds: 'every' },
  ],
  nonce: 'n-0S6_WzA2Mj',
  customClaims: { accessToken: { 'https://example.com/tier': 3 }, idToken: {} },
  requestedClaims: { idToken: ['email'], userinfo: ['name', 'picture'] },
  agesFrom: at(0),
  requestedAt: at(0),
  createdAt: at(30),
  revokedAt: null,
  revokedReason: null,
  ...over,
});

export const code = (over: Partial<Code> = {}): Code => ({
  codeHash: 'code',
  grantId: 'grant',
  clientId: 'client',
  redirectUri: 'https://app.example/callback',
  redirectUriSent: true,
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  createdAt: at(30),
  expiresAt: at(90),
  ...over,
});

export const authorization = (over: Partial<NewAuthorization> = {}): NewAuthorization => ({
  grant: grant(),
  code: code(),
  interactionId: 'interaction',
  consents: [],
  touchSession: null,
  audit: [],
  ...over,
});

export const refreshToken = (over: Partial<RefreshToken> = {}): RefreshToken => ({
  tokenHash: 'token-0',
  grantId: 'grant',
  clientId: 'client',
  createdAt: at(31),
  idleExpiresAt: at(1000),
  expiresAt: at(10_000),
  rotatedAt: null,
  successorHash: null,
  metadata: {},
  ...over,
});

export const signingKey = (over: Partial<SigningKey> = {}): SigningKey => ({
  kid: 'es-1',
  alg: 'ES256',
  privateJwk: { kty: 'EC', crv: 'P-256', d: '…' },
  state: 'current',
  createdAt: at(0),
  retiresAt: null,
  ...over,
});

export const audit = (id: string, over: Partial<AuditRecord> = {}): AuditRecord => ({
  id,
  at: at(0),
  type: 'test.happened',
  userId: null,
  clientId: null,
  sessionId: null,
  grantId: null,
  requestId: null,
  details: { id },
  ...over,
});

/** The enrolment of an authenticator by Alice, under way in her session. */
export const ceremony = (over: Partial<Ceremony> = {}): Ceremony => ({
  id: 'ceremony',
  purpose: 'enrol',
  factor: 'totp',
  userId: 'alice',
  authenticatorId: null,
  boundTo: 'session',
  data: { secret: 'JBSWY3DP' },
  answer: null,
  createdAt: at(0),
  expiresAt: at(900),
  ...over,
});

export const device = (over: Partial<RememberedDevice> = {}): RememberedDevice => ({
  id: 'device',
  userId: 'alice',
  secretHash: 'device-secret',
  userAgent: 'Mozilla/5.0',
  acrs: ['mfa', '1fa'],
  createdAt: at(0),
  lastUsedAt: at(0),
  expiresAt: at(1000),
  revokedAt: null,
  ...over,
});

export const arrival = (over: Partial<Arrival> = {}): Arrival => ({
  userId: 'alice',
  browserHash: 'browser',
  country: 'DE',
  coordinates: { latitude: 52.5, longitude: 13.4 },
  sessionId: 'session',
  firstAt: at(5),
  lastAt: at(5),
  ...over,
});

/** Alice, with a password and a TOTP app, and an interaction that waits for her. */
export const withAlice = async (store: Store): Promise<void> => {
  await store.users.seed(user(), [authenticator(), totp]);
  await store.interactions.save(interaction());
};

/** Alice, signed in by her password. */
export const withSession = async (store: Store): Promise<void> => {
  await withAlice(store);
  await store.sessions.recordProof(beginning());
};

/** Alice, signed in, and a code for the client. */
export const withCode = async (store: Store): Promise<void> => {
  await withSession(store);
  await store.grants.authorize(authorization());
};

/** Alice, signed in, and a client that holds a refresh token. */
export const withRefreshToken = async (store: Store): Promise<void> => {
  await withCode(store);
  await store.grants.redeemCode('code', at(31), () => ({ value: null, refreshToken: refreshToken(), audit: [] }));
};

/** How many of several outcomes are this one. */
export const count = <T>(outcomes: readonly T[], wanted: T): number =>
  outcomes.filter((outcome) => outcome === wanted).length;

/** Starts the same thing many times at once. */
export const atOnce = <T>(times: number, start: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => start(index)));
