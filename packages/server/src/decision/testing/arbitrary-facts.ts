/** Facts of decisions at random, from a seed: the same again for the same seed. Usual ones and odd ones, over the configuration of the tests. */
import type { AuthenticationEvent, Instant, Prompt, Proof, Requirement } from '@stile/core';
import { instant } from '@stile/core';
import type { Config } from '../../config/config.ts';
import { resolveConfig } from '../../config/config.ts';
import type { ConfigInput } from '../../config/schema.ts';
import { factors, proofOf } from '../../factors/factors.ts';
import type { Circumstances } from '../../risk/signals.ts';
import { ACCOUNTS, REPORTS, testConfig } from '../../testing/test-config.ts';
import type { DecisionFacts, SignedIn, WantedByActions } from '../facts.ts';
import type { TokenFacts } from '../token-facts.ts';

/** A whole number from 0 up to, and not including, `below`. */
type Draw = (below: number) => number;

/** A small generator of numbers (xorshift32), good enough for drawing cases. */
export const drawing = (seed: number): Draw => {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

/** The moment around which everything lies. */
const NOW = 1_800_000_000;

const one = <T>(draw: Draw, items: readonly [T, ...T[]]): T => items[draw(items.length)] ?? items[0];
const some = <T>(draw: Draw, items: readonly T[]): readonly T[] => items.filter(() => draw(3) === 0);
const perhaps = (draw: Draw, chances: number): boolean => draw(chances) === 0;
const ago = (draw: Draw): Instant =>
  instant(NOW - one(draw, [0, 1, 30, 299, 300, 301, 900, 3600, 86_400, 40 * 86_400]));

/** The configuration of the tests, with everything in it that decides. */
const eager: ConfigInput = {
  ...testConfig,
  everySignIn: { acr: 'mfa', unlessRemembered: true },
  rememberDevice: { acr: ['mfa', 'phr'] },
  enrolment: ['ticket', 'email'],
  risk: {
    newDevice: { acr: ['mfa', 'phr'], unlessRemembered: true },
    longAbsence: { acr: 'phr' },
    manyFailures: { acr: 'phr' },
  },
};

const oddClient: NonNullable<ConfigInput['clients']>[number] = {
  id: 'strict',
  name: 'Fabrikam Vault',
  authentication: ['none'],
  redirectUris: ['https://vault.fabrikam.example/'],
  apis: { [ACCOUNTS]: ['read:accounts', 'transfer:funds'] },
  minimumAcr: 'mfa',
  acrValues: 'voluntary',
};

/** Configurations that decisions are made by. */
export const someConfigs: readonly Config[] = [testConfig, eager].map((input) =>
  resolveConfig({ ...input, clients: [...(input.clients ?? []), oddClient] }),
);

const proofs: readonly Proof[] = factors.flatMap((factor) =>
  factor.best.map((traits, index) => proofOf(traits, `auth_${factor.name}_${index}`)),
);

const password = proofs.find(({ factor }) => factor === 'password');

const someProofs = (draw: Draw): readonly Proof[] => [...(password ? [password] : []), ...some(draw, proofs)];

const at = (draw: Draw, proof: Proof): AuthenticationEvent => ({ ...proof, at: ago(draw) });

const circumstances = (draw: Draw, userId: string, sessionId: string): Circumstances => ({
  browserHash: perhaps(draw, 3) ? undefined : `browser-${draw(3)}`,
  place: one(draw, [undefined, 'unknown', { country: 'CH', coordinates: null }]),
  arrivals: perhaps(draw, 6)
    ? 'unknown'
    : Array.from({ length: draw(3) }, (_, i) => ({
        userId,
        browserHash: `browser-${i}`,
        country: 'CH',
        coordinates: null,
        sessionId: perhaps(draw, 2) ? sessionId : 'another',
        firstAt: instant(NOW - 50 * 86_400),
        lastAt: ago(draw),
      })),
  failures: perhaps(draw, 8) ? 'unknown' : draw(8),
  sessionId,
  requestedAt: instant(NOW),
  accountSince: instant(NOW - 365 * 86_400),
});

const LEVELS: readonly [string, ...string[]] = ['mfa', 'phr', '1fa', 'urn:unknown'];

const demand = (draw: Draw): Requirement => ({
  source: { from: 'action', action: 'night-shift' },
  binds: 'proof',
  ...(perhaps(draw, 2) && { acr: [one(draw, LEVELS)] }),
  ...(perhaps(draw, 3) && { factors: [one(draw, ['totp', 'webauthn', 'phone'])] }),
  ...(perhaps(draw, 3) && { since: ago(draw) }),
});

const actions = (draw: Draw): WantedByActions => ({
  requirements: perhaps(draw, 2) ? [demand(draw)] : [],
  addScopes: perhaps(draw, 4) ? ['read:accounts'] : [],
  removeScopes: perhaps(draw, 4) ? ['close:account'] : [],
  ...(perhaps(draw, 8) && { refusal: { error: 'access_denied', reason: 'action_denied', description: 'Not today' } }),
});

const person = (draw: Draw): SignedIn => {
  const userId = `user_${draw(50)}`;
  const sessionId = `ses_${draw(100)}`;
  const enrolled = someProofs(draw);
  return {
    userId,
    sessionId,
    events: [...enrolled.slice(0, 1), ...some(draw, enrolled)].map((proof) => at(draw, proof)),
    enrolled,
    consentMissing: perhaps(draw, 3) ? ['read:accounts'] : [],
    mailMayGuard: perhaps(draw, 2),
    isRecovering: perhaps(draw, 12),
    ...(perhaps(draw, 12) && { recoversBy: 'email' }),
    ...(perhaps(draw, 2) && { circumstances: circumstances(draw, userId, sessionId) }),
    ...(perhaps(draw, 3) && { remembered: { id: 'dev_1', acrs: ['mfa'], createdAt: ago(draw) } }),
  };
};

const CLIENTS: readonly [string, ...string[]] = [
  'web',
  'web',
  'spa',
  'third-party',
  'strict',
  'accounts-api',
  'nobody',
];
const SCOPES = ['openid', 'profile', 'read:accounts', 'transfer:funds', 'close:account', 'offline_access', 'no:such'];
const PROMPTS: readonly [Prompt[], ...Prompt[][]] = [[], [], [], ['login'], ['none'], ['consent'], ['select_account']];

/** The facts of an authorization. */
export const arbitraryDecisionFacts = (draw: Draw): DecisionFacts => {
  const there = perhaps(draw, 10) ? undefined : person(draw);
  return {
    at: instant(NOW),
    requestedAt: instant(NOW - draw(3)),
    agesFrom: instant(NOW - draw(3)),
    clientId: one(draw, CLIENTS),
    requestedScopes: some(draw, SCOPES),
    request: {
      acrValues: perhaps(draw, 4) ? some(draw, LEVELS) : [],
      prompt: one(draw, PROMPTS),
      ...(perhaps(draw, 8) && { maxAgeSeconds: one(draw, [0, 300, 3600]) }),
      ...(perhaps(draw, 16) && { acrClaim: { essential: perhaps(draw, 2), values: ['mfa'] } }),
    },
    ...(perhaps(draw, 6) ? {} : { audience: one(draw, [ACCOUNTS, ACCOUNTS, REPORTS, 'https://api.example/none']) }),
    ...(there && { person: there }),
    ...(perhaps(draw, 20) && { expectedUser: `user_${draw(50)}` }),
    ...(there && perhaps(draw, 2) && { pinnedUser: there.userId }),
    ...(perhaps(draw, 4) && { consentedAt: instant(NOW) }),
    ...(perhaps(draw, 4) && { accountSelectedAt: instant(NOW) }),
    ...(perhaps(draw, 5) && { actions: actions(draw) }),
  };
};

/** The facts of a token decision. */
export const arbitraryTokenFacts = (draw: Draw): TokenFacts => {
  const clientId = one(draw, CLIENTS);
  const isRefresh = perhaps(draw, 2);
  return {
    at: instant(NOW),
    grantType: isRefresh ? 'refresh_token' : 'authorization_code',
    clientId,
    grant: {
      userId: `user_${draw(50)}`,
      clientId,
      audience: one(draw, [ACCOUNTS, ACCOUNTS, REPORTS, null]),
      scopes: some(draw, SCOPES),
      events: someProofs(draw).map((proof) => at(draw, proof)),
      requirements: perhaps(draw, 3) ? [demand(draw)] : [],
    },
    grantRevoked: perhaps(draw, 20),
    user: one(draw, ['active', 'active', 'active', 'blocked', 'gone']),
    sessionAlive: !perhaps(draw, 4),
    ...(perhaps(draw, 6) && { audience: one(draw, [ACCOUNTS, REPORTS]) }),
    ...(perhaps(draw, 5) && { askedScopes: some(draw, SCOPES) }),
    ...(isRefresh && {
      refreshToken: {
        clientId: perhaps(draw, 20) ? 'web' : clientId,
        idleExpiresAt: instant(NOW + 1 - draw(2)),
        expiresAt: instant(NOW + 3600),
      },
    }),
    ...(perhaps(draw, 6) && { actions: actions(draw) }),
  };
};
