/** A person at the bank who meets Actions, for tests: what they have, what they prove, and what becomes of their request. */
import { createHash } from 'node:crypto';
import type { AuthenticationEvent, Instant } from '@stile/core';
import { contextThatMeets, defaultLevels, instant } from '@stile/core';
import { advance } from '../advance.ts';
import type { ActionRuntime } from '../call.ts';
import type { EnrolledInput, EventInput, PersonInput, RequestInput, TransactionInput } from '../event-input.ts';
import { beginRun } from '../run.ts';
import type { ActionRun } from '../run-state.ts';
import type { ActionWorld, CacheEntry, Execution } from '../world.ts';

export const REQUESTED_AT = instant(1_790_000_000);

const TRAITS: Readonly<Record<string, Pick<AuthenticationEvent, 'kinds' | 'first' | 'phishingResistant' | 'amr'>>> = {
  password: { kinds: ['knowledge'], first: true, phishingResistant: false, amr: ['pwd'] },
  webauthn: { kinds: ['possession', 'inherence'], first: true, phishingResistant: true, amr: ['swk', 'user'] },
};

const SECOND = { kinds: ['possession'], first: false, phishingResistant: false, amr: ['otp'] } as const;

/** A proof; the moment is given in seconds after the request. */
export const proof = (factor: string, after = 1): AuthenticationEvent => ({
  authenticator: `aut_${factor}`,
  factor,
  hardwareBound: false,
  ...(TRAITS[factor] ?? SECOND),
  at: instant(REQUESTED_AT + after),
});

const MINUTES_AGO = -1800;

/** Of half an hour ago: a session that was there before the request. */
export const earlier = (factor: string): AuthenticationEvent => proof(factor, MINUTES_AGO);

export interface SceneParts {
  /** The code of each bound Action, in order. */
  readonly actions: readonly string[];
  readonly events?: readonly AuthenticationEvent[];
  /** Names of factors, the password aside. */
  readonly enrolled?: readonly (string | EnrolledInput)[];
  readonly available?: readonly string[];
  readonly enrollable?: readonly string[];
  readonly person?: Partial<PersonInput>;
  readonly request?: Partial<RequestInput>;
  readonly transaction?: Partial<TransactionInput>;
  readonly input?: Partial<EventInput>;
  readonly interactive?: boolean;
  /** How long after the request the Actions run. */
  readonly laterSeconds?: number;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Runs what was built from the code, or anything else. */
  readonly runtime: Pick<ActionRuntime, 'run'>;
}

export interface Scene {
  run(): Promise<ActionRun>;
  /** The person proves something, and the request comes home. */
  proves(...events: readonly AuthenticationEvent[]): Promise<ActionRun>;
  /** The person comes back from a redirect. */
  comesBack(request: Partial<RequestInput>): Promise<ActionRun>;
  /** Puts another run in the place of the one that is kept, as it was read from a store. */
  keep(run: ActionRun): void;
  readonly executions: readonly Execution[];
  readonly cached: ReadonlyMap<string, CacheEntry>;
}

const ALL = ['totp', 'webauthn', 'push', 'phone', 'email', 'recovery-code'];

const personOf = ({ enrolled = ['totp'], person }: SceneParts): PersonInput => ({
  id: 'usr_ana',
  username: 'ana',
  claims: { email: 'ana@fabrikam.example', email_verified: true, name: 'Ana Amari' },
  createdAt: instant(1_700_000_000),
  userMetadata: {},
  appMetadata: {},
  roles: [],
  authenticators: enrolled.map((one) => (typeof one === 'string' ? { factor: one } : one)),
  ...person,
});

const inputOf = (parts: SceneParts, events: readonly AuthenticationEvent[]): EventInput => ({
  issuer: 'https://login.fabrikam.example/',
  person: personOf(parts),
  events,
  context: contextThatMeets(events, [], defaultLevels),
  session: {
    id: 'ses_1',
    createdAt: instant(REQUESTED_AT + MINUTES_AGO),
    lastSeenAt: REQUESTED_AT,
    userAgent: 'Firefox',
    address: '198.51.100.7',
    clientIds: ['bank'],
    metadata: {},
    recordedMethods: [],
  },
  refreshToken: undefined,
  client: { id: 'bank', name: 'Fabrikam Bank', metadata: {} },
  request: {
    method: 'GET',
    hostname: 'login.fabrikam.example',
    ip: '198.51.100.7',
    userAgent: 'Firefox',
    query: { client_id: 'bank', scope: 'openid' },
    body: {},
    ...parts.request,
  },
  transaction: {
    id: 'int_1',
    path: 'authorize',
    acrValues: [],
    prompt: [],
    scopes: ['openid'],
    responseType: ['code'],
    uiLocales: [],
    locale: 'en',
    ...parts.transaction,
  },
  risk: [],
  logins: 7,
  ...parts.input,
});

const programOf = (code: string) => ({
  code,
  checksum: createHash('sha256').update(code).digest('base64url'),
});

/** An Action whose first function has this body. */
export const doing = (body: string): string => `exports.onExecutePostLogin = async (event, api) => { ${body} };`;

/** Why a run failed, or else how it stands. */
export const failureOf = ({ state }: ActionRun): string => (state.is === 'failed' ? state.failure : state.is);

/** Everything that one person does with one request. */
export const openScene = (given: SceneParts): Scene => {
  let parts = given;
  let events = given.events ?? [proof('password')];
  let now: Instant = instant(REQUESTED_AT + (given.laterSeconds ?? 2));
  const cached = new Map<string, CacheEntry>();
  const executions: Execution[] = [];
  const pinned = given.actions.map((_, index) => ({ name: `action-${index + 1}`, version: `v${index}` }));
  let run = beginRun(pinned, { requestedAt: REQUESTED_AT, interactive: given.interactive ?? true });
  const world = (isContinued: boolean): ActionWorld => ({
    runtime: given.runtime,
    deployed: async (version) => {
      const code = given.actions[Number(version.slice(1))];
      return code === undefined ? undefined : { program: programOf(code), secrets: given.secrets ?? {} };
    },
    input: inputOf(parts, events),
    levels: defaultLevels,
    isMet: (requirement) => contextThatMeets(events, [requirement], defaultLevels) !== undefined,
    availableFactors: given.available ?? ALL,
    enrollableFactors: given.enrollable ?? ['totp', 'webauthn', 'phone', 'push'],
    isContinued,
    cache: {
      entries: () => Object.fromEntries(cached),
      write: (changes) => {
        for (const [key, entry] of changes) {
          if (entry === null) cached.delete(key);
          else cached.set(key, entry);
        }
      },
    },
    fetch: async () => ({ answer: { status: 204 } }),
    nowMs: () => now * 1000,
    newSeed: () => '00'.repeat(32),
    observe: (execution) => executions.push(execution),
  });
  const go = async (isContinued: boolean): Promise<ActionRun> => {
    run = await advance(run, world(isContinued));
    return run;
  };
  return {
    run: () => go(false),
    proves: (...more) => {
      events = [...events, ...more];
      now = instant(now + 1);
      return go(false);
    },
    comesBack: (request) => {
      parts = { ...parts, request: { ...parts.request, ...request } };
      return go(true);
    },
    keep: (other) => {
      run = other;
    },
    executions,
    cached,
  };
};
