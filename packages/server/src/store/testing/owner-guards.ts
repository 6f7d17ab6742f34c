import assert from 'node:assert/strict';
import type { OwnerGuard, Store } from '../ports.ts';
import type { Engine } from '../sql/engine.ts';
import {
  at,
  atOnce,
  audit,
  authenticator,
  authorization,
  beginning,
  count,
  device,
  event,
  grant,
  interaction,
  session,
  totp,
  totpStep,
  user,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const guard: OwnerGuard = {
  sessionId: 'session',
  grantId: 'grant',
  restsOn: ['password-of-alice', 'key-of-alice'],
};

const key = authenticator({ id: 'key-of-alice', factor: 'webauthn', lookup: 'webauthn:abc' });

/** Alice in two sessions, with a key beside what she has, a grant and a remembered device; and Bob. */
const withBelongings = async (store: Store): Promise<void> => {
  await withSession(store);
  await store.interactions.save(interaction({ id: 'second' }));
  await store.sessions.recordProof(
    beginning({ interactionId: 'second' }, session({ id: 'elsewhere', secretHash: 'secret-elsewhere' })),
  );
  await store.authenticators.enrol({ userId: 'alice', guard: null, authenticators: [key], consume: [], audit: [] });
  await store.grants.authorize(authorization({ grant: grant({ events: [event()] }), interactionId: null }));
  await store.devices.remember(device(), [], null);
  await store.users.seed(user({ id: 'bob', username: 'bob' }), []);
};

type Change = (store: Store, by: OwnerGuard | null) => Promise<unknown>;

const record = [audit('changed')];

/** Every change that a person makes of what is theirs, with what it answers when it is made. */
const CHANGES: Readonly<Record<string, { readonly made: unknown; readonly change: Change }>> = {
  rename: {
    made: 'done',
    change: ({ authenticators }, by) => authenticators.rename('alice', totp.id, 'My phone', record, by),
  },
  prefer: {
    made: 'done',
    change: ({ authenticators }, by) => authenticators.prefer('alice', totp.id, at(9), record, by),
  },
  remove: {
    made: { sessions: 0, grants: 0 },
    change: ({ authenticators }, by) => authenticators.remove('alice', totp.id, at(9), record, by),
  },
  enrol: {
    made: 'enrolled',
    change: ({ authenticators }, by) => {
      const fresh = authenticator({ id: 'fresh', factor: 'totp' });
      const consume = [totpStep(7)];
      return authenticators.enrol({ userId: 'alice', guard: by, authenticators: [fresh], consume, audit: record });
    },
  },
  password: {
    made: 'enrolled',
    change: ({ authenticators }, by) =>
      authenticators.enrol({
        userId: 'alice',
        guard: by,
        authenticators: [authenticator({ id: 'unused', material: { hash: 'new' } })],
        inPlaceOf: authenticator(),
        signOutElsewhereAt: at(9),
        consume: [],
        audit: record,
      }),
  },
  'sign out of one': {
    made: { sessions: 1, grants: 0 },
    change: ({ sessions }, by) => sessions.signOut('alice', { only: 'elsewhere' }, at(9), record, by),
  },
  'sign out elsewhere': {
    made: { sessions: 1, grants: 0 },
    change: ({ sessions }, by) => sessions.signOut('alice', { except: 'session' }, at(9), record, by),
  },
  'forget a device': {
    made: 'done',
    change: ({ devices }, by) => devices.revoke('alice', 'device', at(9), record, by),
  },
  'remember a device': {
    made: true,
    change: ({ devices }, by) => devices.remember(device({ id: 'other', secretHash: 'other' }), record, by),
  },
};

const isRefused = (outcome: unknown): boolean => outcome === 'session-gone' || outcome === false;

/** What ends in the moment between the look at a request and its change. */
const MEANWHILE: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'the session has ended': ({ sessions }) => sessions.end('session', at(8), []),
  'the password was changed elsewhere': ({ authenticators }) =>
    authenticators.enrol({
      userId: 'alice',
      guard: { sessionId: 'elsewhere', restsOn: [] },
      authenticators: [authenticator({ id: 'unused', material: { hash: 'newer' } })],
      inPlaceOf: authenticator(),
      signOutElsewhereAt: at(8),
      consume: [],
      audit: [],
    }),
  'what it rests on was removed': ({ authenticators }) => authenticators.remove('alice', key.id, at(8), [], null),
  'what was granted was revoked': ({ grants }) => grants.revoke('grant', at(8), 'test', []),
};

const REFUSALS: Promises = Object.fromEntries(
  Object.entries(CHANGES).flatMap(([name, { change }]) =>
    Object.entries(MEANWHILE).map(([what, meanwhile]) => [
      `T8: ${name}: nothing is changed when ${what} meanwhile`,
      async (store: Store, engine: Engine) => {
        await withBelongings(store);
        await meanwhile(store);
        const before = await everythingIn(engine);
        const outcome = await change(store, guard);
        assert.ok(isRefused(outcome), String(outcome));
        assert.equal(await everythingIn(engine), before);
      },
    ]),
  ),
);

const OTHERS: readonly OwnerGuard[] = [
  { sessionId: 'of-bob', restsOn: [] },
  { sessionId: 'unknown', restsOn: [] },
  { sessionId: 'session', grantId: 'unknown', restsOn: [] },
];

export const ownerGuardPromises: Promises = {
  ...REFUSALS,

  ...Object.fromEntries(
    Object.entries(CHANGES).map(([name, { made, change }]) => [
      `${name}: it is made by its owner, and by an administrator, and on record`,
      async (store: Store) => {
        await withBelongings(store);
        assert.deepEqual(await change(store, name === 'remove' ? null : guard), made);
        assert.notEqual(await store.audit.find('changed'), undefined);
      },
    ]),
  ),

  'no change rests on the session of somebody else, or on what there never was': async (store, engine) => {
    await withBelongings(store);
    await store.interactions.save(interaction({ id: 'third' }));
    const bobs = event({ authenticator: 'password-of-bob' });
    const begun = session({ id: 'of-bob', userId: 'bob', secretHash: 'secret-of-bob', events: [bobs] });
    assert.equal(
      await store.sessions.recordProof(beginning({ event: bobs, interactionId: 'third' }, begun)),
      'recorded',
    );
    const before = await everythingIn(engine);
    for (const [name, { change }] of Object.entries(CHANGES)) {
      for (const other of OTHERS) assert.ok(isRefused(await change(store, other)), name);
    }
    assert.equal(await everythingIn(engine), before);
  },

  'the session in which a password is changed goes on, with all that it may, and no other does': async (store) => {
    await withBelongings(store);
    assert.equal(await CHANGES.password?.change(store, guard), 'enrolled');
    assert.deepEqual(
      (await store.sessions.ofUser('alice')).map(({ id }) => id),
      ['session'],
    );
    assert.equal((await store.grants.find('grant'))?.revokedAt, null);
    assert.equal(await store.authenticators.rename('alice', totp.id, 'My phone', [], guard), 'done');
    assert.deepEqual(await store.devices.ofUser('alice', at(10)), []);
  },

  'of two who sign each other out at once, one stays': async (store) => {
    await withBelongings(store);
    const both = ['session', 'elsewhere'];
    const outcomes = await atOnce(2, async (index) => {
      const sessionId = both[index] ?? '';
      return store.sessions.signOut('alice', { except: sessionId }, at(9), [], { sessionId, restsOn: [] });
    });
    assert.equal(count<unknown>(outcomes, 'session-gone'), 1);
    assert.equal((await store.sessions.ofUser('alice')).length, 1);
  },
};
