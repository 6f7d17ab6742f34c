import assert from 'node:assert/strict';
import type { Store } from '../ports.ts';
import type { Engine } from '../sql/engine.ts';
import type { Operation } from '../sql/operation.ts';
import { sqlStore } from '../sql/store.ts';
import { bind, binding, deployed, deployment, entry, execution } from './actions.ts';
import {
  at,
  audit,
  authenticator,
  authorization,
  beginning,
  ceremony,
  device,
  interaction,
  refreshToken,
  session,
  signingKey,
  stepUp,
  totp,
  totpStep,
  user,
  withAlice,
  withCode,
  withRefreshToken,
  withSession,
} from './fixtures.ts';
import { deny } from './interactions.ts';
import { reset } from './recovery.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

interface Write {
  readonly name: string;
  readonly prepare: (store: Store) => Promise<unknown>;
  readonly write: (store: Store) => Promise<unknown>;
}

const CACHE_LIMITS = { entries: 1, totalBytes: 100 };
const consents = [{ userId: 'alice', clientId: 'client', audience: '', scope: 'email', grantedAt: at(30) }];
const limits = [
  { key: 'a', burst: 2, intervalSeconds: 10 },
  { key: 'b', burst: 2, intervalSeconds: 10 },
];

const writes: readonly Write[] = [
  {
    name: 'seeding a user',
    prepare: async () => {},
    write: ({ users }) => users.seed(user(), [authenticator(), totp]),
  },
  {
    name: 'replacing material',
    prepare: withAlice,
    write: ({ authenticators }) =>
      authenticators.replaceMaterial('password-of-alice', authenticator().material, { hash: 'new' }),
  },
  {
    name: 'beginning a session in place of another',
    prepare: async (store) => {
      await withSession(store);
      await store.throttles.take(limits, at(0));
    },
    write: ({ sessions }) =>
      sessions.recordProof(
        beginning({
          consume: [totpStep(1), totpStep(2)],
          session: { kind: 'begin', session: session({ id: 'new', secretHash: 'new' }), endSessionId: 'session' },
          enrol: [authenticator({ id: 'key' })],
          clearThrottles: ['a', 'b'],
          audit: [audit('1'), audit('2')],
        }),
      ),
  },
  {
    name: 'appending a proof',
    prepare: withSession,
    write: ({ sessions }) =>
      sessions.recordProof(
        stepUp({
          materials: [{ authenticatorId: totp.id, seen: {}, becomes: { signCount: 1 } }],
          audit: [audit('1')],
        }),
      ),
  },
  {
    name: 'ending a session',
    prepare: withSession,
    write: ({ sessions }) => sessions.end('session', at(9), [audit('1')]),
  },
  {
    name: 'updating an interaction',
    prepare: withAlice,
    write: ({ interactions }) => interactions.update('interaction', { consentedAt: at(9) }),
  },
  {
    name: 'finishing an interaction',
    prepare: withAlice,
    write: ({ interactions }) => interactions.finish('interaction', at(9), [audit('1')]),
  },
  {
    name: 'keeping that an Action denies',
    prepare: withSession,
    write: (store) => deny(store, interaction().actions),
  },
  {
    name: 'authorizing',
    prepare: withSession,
    write: ({ grants }) =>
      grants.authorize(
        authorization({
          consents,
          touchSession: { id: 'session', at: at(30) },
          metadata: { appMetadata: { known: true } },
          amendSession: () => ({ metadata: { known: true } }),
          audit: [audit('1')],
        }),
      ),
  },
  {
    name: 'redeeming a code',
    prepare: withCode,
    write: ({ grants }) =>
      grants.redeemCode('code', at(31), () => ({
        value: 1,
        refreshToken: refreshToken(),
        audit: [audit('1')],
        revoke: 'x',
      })),
  },
  {
    name: 'finding that a code is used again',
    prepare: withRefreshToken,
    write: ({ grants }) => grants.redeemCode('code', at(31), () => assert.fail('asked')),
  },
  {
    name: 'rotating a refresh token',
    prepare: withRefreshToken,
    write: ({ grants }) =>
      grants.rotateRefreshToken('token-0', 'token-1', at(99), 10, () => ({
        value: 1,
        refreshToken: refreshToken({ tokenHash: 'token-1' }),
        audit: [audit('1')],
      })),
  },
  {
    name: 'revoking a grant',
    prepare: withCode,
    write: ({ grants }) => grants.revoke('grant', at(40), 'logout', [audit('1')]),
  },
  {
    name: 'using something up',
    prepare: async () => {},
    write: ({ once }) => once.consume(totpStep(1), [audit('1')]),
  },
  {
    name: 'taking from several limits',
    prepare: async () => {},
    write: ({ throttles }) => throttles.take(limits, at(0)),
  },
  {
    name: 'lifting limits',
    prepare: ({ throttles }) => throttles.take([{ key: 'a', burst: 2, intervalSeconds: 10, whose: 'alice' }], at(0)),
    write: ({ throttles }) => throttles.lift(['alice'], [audit('1')]),
  },
  {
    name: 'rotating keys',
    prepare: ({ keys }) => keys.ensure([signingKey(), signingKey({ kid: 'es-2', state: 'next' })]),
    write: ({ keys }) => keys.rotate([signingKey({ kid: 'es-3', state: 'next' })], at(9), at(99), null, [audit('1')]),
  },
  {
    name: 'withdrawing a key',
    prepare: ({ keys }) => keys.ensure([signingKey(), signingKey({ kid: 'es-2', state: 'next' })]),
    write: ({ keys }) => keys.withdraw('es-1', signingKey({ kid: 'es-3', state: 'next' }), [audit('1')]),
  },
  {
    name: 'renewing the secrets of the server',
    prepare: ({ keys }) => keys.secret('cookies', Uint8Array.of(1)),
    write: ({ keys }) => keys.renewSecrets(new Map([['cookies', Uint8Array.of(2)]]), [audit('1')]),
  },
  {
    name: 'ending everything of everybody',
    prepare: withRefreshToken,
    write: ({ sessions }) =>
      sessions.endEverything(at(40), { begunAfter: at(-1), seenAfter: at(-1) }, () => [audit('1'), audit('2')]),
  },
  {
    name: 'removing an authenticator',
    prepare: withRefreshToken,
    write: ({ authenticators }) => authenticators.remove('alice', 'totp-of-alice', at(40), [audit('1')], null),
  },
  {
    name: 'resetting a password',
    prepare: withRefreshToken,
    write: ({ authenticators }) => authenticators.resetPassword(reset(), at(40)),
  },
  {
    name: 'enrolling authenticators',
    prepare: withSession,
    write: ({ authenticators }) =>
      authenticators.enrol({
        userId: 'alice',
        guard: { sessionId: 'session', restsOn: [] },
        authenticators: [authenticator({ id: 'key', lookup: 'webauthn:abc' }), authenticator({ id: 'codes' })],
        consume: [totpStep(1), totpStep(2)],
        audit: [audit('1'), audit('2')],
      }),
  },
  {
    name: 'renewing an authenticator',
    prepare: withSession,
    write: ({ authenticators }) =>
      authenticators.enrol({
        userId: 'alice',
        guard: { sessionId: 'session', restsOn: [] },
        authenticators: [authenticator({ id: 'unused', factor: 'totp', material: { secret: 'NEW' } })],
        inPlaceOf: totp,
        consume: [totpStep(1)],
        audit: [audit('1')],
      }),
  },
  {
    name: 'renaming an authenticator',
    prepare: withAlice,
    write: ({ authenticators }) => authenticators.rename('alice', 'totp-of-alice', 'My phone', [audit('1')], null),
  },
  {
    name: 'preferring an authenticator',
    prepare: withAlice,
    write: ({ authenticators }) => authenticators.prefer('alice', 'totp-of-alice', at(9), [audit('1')], null),
  },
  {
    name: 'beginning a ceremony in place of another',
    prepare: async (store) => {
      await withSession(store);
      await store.ceremonies.begin(ceremony());
    },
    write: ({ ceremonies }) => ceremonies.begin(ceremony({ id: 'second', createdAt: at(5) })),
  },
  {
    name: 'answering a ceremony',
    prepare: async (store) => {
      await withSession(store);
      await store.ceremonies.begin(ceremony());
    },
    write: ({ ceremonies }) => ceremonies.answer('ceremony', { approved: true }, at(1), [audit('1')]),
  },
  {
    name: 'ending a ceremony',
    prepare: async (store) => {
      await withSession(store);
      await store.ceremonies.begin(ceremony());
    },
    write: ({ ceremonies }) => ceremonies.end('ceremony'),
  },
  {
    name: 'remembering a device',
    prepare: withAlice,
    write: ({ devices }) => devices.remember(device(), [audit('1')], null),
  },
  {
    name: 'forgetting a device',
    prepare: async (store) => {
      await withAlice(store);
      await store.devices.remember(device(), [], null);
    },
    write: ({ devices }) => devices.revoke('alice', 'device', at(5), [audit('1')], null),
  },
  {
    name: 'signing out everywhere but here',
    prepare: withRefreshToken,
    write: ({ sessions }) => sessions.signOut('alice', { except: null }, at(40), [audit('1')], null),
  },
  {
    name: 'abandoning interactions',
    prepare: withAlice,
    write: ({ interactions }) => interactions.abandon(at(600), 9),
  },
  {
    name: 'deploying an Action that is bound',
    prepare: async (store) => {
      await deployed(store, 'one');
      await bind(store, binding());
    },
    write: ({ actions }) =>
      actions.deploy(deployment('two', { mostVersions: 1 }), ({ version }) => ({
        bindings: [binding({ versionId: version.id })],
        audit: [audit('1'), audit('2')],
      })),
  },
  {
    name: 'binding Actions',
    prepare: async (store) => {
      await deployed(store, 'one');
      await bind(store, binding());
    },
    write: ({ actions }) =>
      actions.changeBindings('post-login', (bound) => ({
        bindings: [...bound, binding({ mode: 'shadow' })],
        value: null,
        audit: [audit('1')],
      })),
  },
  {
    name: 'switching Actions off',
    prepare: (store) => deployed(store, 'one'),
    write: ({ actions }) => actions.setOff('post-login', at(5), [audit('1')]),
  },
  {
    name: 'keeping how Actions ended',
    prepare: async () => {},
    write: ({ actions }) => actions.recordExecutions([execution({ id: 'a' }), execution({ id: 'b' })]),
  },
  {
    name: 'changing what Actions keep',
    prepare: ({ actions }) => actions.changeCache('post-login', [entry('a')], CACHE_LIMITS, at(0)),
    write: ({ actions }) =>
      actions.changeCache('post-login', [{ delete: 'a' }, entry('b'), entry('c')], CACHE_LIMITS, at(0)),
  },
  {
    name: 'merging metadata',
    prepare: withAlice,
    write: ({ users }) => users.mergeMetadata('alice', { userMetadata: { a: 1 }, appMetadata: { b: 2 } }, [audit('1')]),
  },
  {
    name: 'auditing',
    prepare: async () => {},
    write: ({ audit: log }) => log.append([audit('1'), audit('2')]),
  },
];

/** The database fails instead of answering the query of this number. */
class Failure extends Error {}

const failingAt = (engine: Engine, number: number): Engine => ({
  ...engine,
  write: (operation, keeps) => engine.write(() => interrupted(operation(), number), keeps),
});

function* interrupted<T>(operation: Operation<T>, number: number): Operation<T> {
  let step = operation.next();
  for (let query = 1; !step.done; query += 1) {
    step = query === number ? operation.throw(new Failure()) : operation.next(yield step.value);
  }
  return step.value;
}

const MOST_QUERIES = 40;

const leavesNothing = async ({ prepare, write }: Write, store: Store, engine: Engine): Promise<void> => {
  await prepare(store);
  const before = await everythingIn(engine);
  let failures = 0;
  while (failures < MOST_QUERIES && (await fails(() => write(sqlStore(failingAt(engine, failures + 1)))))) {
    failures += 1;
    assert.equal(await everythingIn(engine), before, `something is left of a write that failed at query ${failures}`);
  }
  assert.ok(failures > 0 && failures < MOST_QUERIES, 'the failures were tried');
  assert.notEqual(await everythingIn(engine), before, 'the write that was left in peace did its work');
};

const fails = async (write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await write();
    return false;
  } catch (error) {
    assert.ok(error instanceof Failure);
    return true;
  }
};

export const faultPromises: Promises = {
  ...Object.fromEntries(
    writes.map((write) => [
      `${write.name}, at whichever query the database fails`,
      (store: Store, engine: Engine) => leavesNothing(write, store, engine),
    ]),
  ),

  'a write that fails takes none of its neighbours with it': async (store, engine) => {
    await withCode(store);
    const writesAtOnce = await Promise.allSettled([
      store.once.consume(totpStep(1), []),
      sqlStore(failingAt(engine, 4)).grants.redeemCode('code', at(31), () => assert.fail('asked')),
      store.audit.append([audit('1'), audit('1')]),
      store.once.consume(totpStep(2), []),
    ]);
    assert.deepEqual(
      writesAtOnce.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    assert.deepEqual((await store.authenticators.usedOf('totp', [totpStep(1).key, totpStep(2).key])).length, 2);
    assert.deepEqual(await store.authenticators.usedOf('code', ['code']), []);
    assert.deepEqual(await store.audit.recent(10), []);
  },
};
