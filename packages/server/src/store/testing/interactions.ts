import assert from 'node:assert/strict';
import type { InteractionStore, Store } from '../ports.ts';
import type { MetadataChange } from '../profile-ports.ts';
import type { Interaction } from '../records.ts';
import { at, atOnce, audit, count, interaction, withCode, withSession } from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const DENIED = { run: 'denied', taken: null };

/** Somebody goes on with the Actions of the interaction. */
const takenBy = async ({ interactions }: Store, by: string) => {
  const actions = { run: 'begun', taken: { by } };
  await interactions.update('interaction', { actions });
  return actions;
};

/** An Action denies, and wants the session ended. */
export const deny = (
  { interactions }: Store,
  actions: Interaction['actions'],
  metadata: MetadataChange = { appMetadata: { known: true } },
  id = 'interaction',
): ReturnType<InteractionStore['deny']> =>
  interactions.deny(
    id,
    { actions: DENIED },
    { actions },
    {
      userId: 'alice',
      metadata,
      ends: { sessionId: 'session', preserveRefreshTokens: false, audit: [audit('ended')] },
    },
    at(9),
  );

export const interactionPromises: Promises = {
  'an interaction whose time is over is abandoned once, in steps, with what was asked last': async (store) => {
    const { asked } = interaction();
    for (const [index, expiresAt] of [at(600), at(600), at(601)].entries()) {
      await store.interactions.save(interaction({ id: String(index), expiresAt, progress: { secret: 's' } }));
    }
    await store.interactions.save(interaction({ id: 'answered' }));
    await store.interactions.finish('answered', at(5), []);
    await store.interactions.save(interaction({ id: 'never shown', asked: null }));
    assert.deepEqual(await store.interactions.abandon(at(599), 9), []);
    const told = await atOnce(5, () => store.interactions.abandon(at(600), 2));
    assert.deepEqual(
      told.flat().toSorted((one, other) => Number(one === null) - Number(other === null)),
      [asked, asked, null],
    );
    const over = await store.interactions.find('0');
    assert.deepEqual([over?.finishedAt, over?.progress], [at(600), {}]);
    assert.equal(await store.interactions.finish('0', at(600), []), false);
    assert.equal((await store.interactions.find('2'))?.finishedAt, null);
  },

  'an interaction is found as it was saved, and saved once': async ({ interactions }) => {
    const saved = interaction({ progress: { enrolling: 'totp' }, browserHash: 'browser' });
    await interactions.save(saved);
    assert.deepEqual(await interactions.find('interaction'), saved);
    assert.equal(await interactions.find('unknown'), undefined);
    await assert.rejects(interactions.save(interaction()));
    assert.deepEqual(await interactions.find('interaction'), saved);
  },

  'an update changes what it names and nothing else': async (store) => {
    await store.interactions.save(interaction({ progress: { step: 1 } }));
    await store.interactions.update('interaction', { userId: 'alice', accountSelectedAt: at(3) });
    assert.equal(await store.interactions.update('interaction', { consentedAt: at(4) }, { userId: 'alice' }), true);
    assert.equal(await store.interactions.update('interaction', { consentedAt: at(5) }, { userId: 'mallory' }), false);
    assert.deepEqual(
      await store.interactions.find('interaction'),
      interaction({ progress: { step: 1 }, userId: 'alice', accountSelectedAt: at(3), consentedAt: at(4) }),
    );
    assert.equal(await store.interactions.update('interaction', { userId: null, progress: {} }), true);
    assert.equal((await store.interactions.find('interaction'))?.userId, null);
    assert.equal(await store.interactions.update('interaction', { consentedAt: at(6) }, { userId: 'alice' }), false);
  },

  'T14: of what an interaction keeps of Actions, one request makes something else': async (store) => {
    await store.interactions.save(interaction());
    const kept = [
      interaction().actions,
      null,
      { run: 'x', taken: { by: 'one' } },
      { taken: { by: 'one' }, run: 'x' },
      {},
    ];
    for (const [index, actions] of kept.slice(0, -1).entries()) {
      const [next = {}] = kept.slice(index + 1);
      const wrong = kept.filter((one) => one !== actions);
      for (const other of wrong)
        assert.equal(await store.interactions.update('interaction', { actions: {} }, { actions: other }), false);
      const outcomes = await atOnce(20, (by) =>
        store.interactions.update('interaction', { actions: next, consentedAt: at(by) }, { actions }),
      );
      assert.equal(count(outcomes, true), 1);
      const found = await store.interactions.find('interaction');
      assert.deepEqual([found?.actions, found?.consentedAt], [next, at(outcomes.indexOf(true))]);
    }
    const onlyIf = { userId: 'mallory', actions: kept.at(-2) ?? null };
    assert.equal(await store.interactions.update('interaction', { actions: {} }, onlyIf), false);
  },

  'a finished interaction remembers nothing more': async (store, engine) => {
    await store.interactions.save(interaction());
    await store.interactions.finish('interaction', at(5), []);
    const before = await everythingIn(engine);
    assert.equal(await store.interactions.update('interaction', { userId: 'mallory' }), false);
    assert.equal(await store.interactions.update('unknown', { userId: 'mallory' }), false);
    assert.equal(await everythingIn(engine), before);
  },

  'what an Action that denies wants done is done once, with keeping that it denies': async (store) => {
    await withSession(store);
    const actions = await takenBy(store, 'one');
    const outcomes = await atOnce(8, (times) => deny(store, actions, { appMetadata: { times } }));
    assert.equal(count(outcomes, 'kept'), 1);
    assert.equal(count(outcomes, 'raced'), 7);
    assert.deepEqual((await store.users.profile('alice'))?.appMetadata, { times: outcomes.indexOf('kept') });
    assert.deepEqual((await store.interactions.find('interaction'))?.actions, DENIED);
    assert.equal((await store.sessions.find('session'))?.endedAt, at(9));
    assert.equal((await store.audit.recent(100)).length, 1);
  },

  'it is done, too, when the request was called off meanwhile, and once': async (store) => {
    await withSession(store);
    const actions = await takenBy(store, 'one');
    await store.interactions.finish('interaction', at(5), []);
    assert.equal(await deny(store, { ...actions, taken: { by: 'another' } }), 'raced');
    const outcomes = await atOnce(8, (times) => deny(store, actions, { appMetadata: { times } }));
    assert.equal(count(outcomes, 'over'), 1);
    assert.equal(count(outcomes, 'raced'), 7);
    assert.deepEqual((await store.users.profile('alice'))?.appMetadata, { times: outcomes.indexOf('over') });
    assert.equal((await store.sessions.find('session'))?.endedAt, at(9));
    const found = await store.interactions.find('interaction');
    assert.deepEqual([found?.finishedAt, found?.actions], [at(5), null]);
  },

  'it is not done when another went on, whether or not the request is over by then': async (store, engine) => {
    await withSession(store);
    const actions = await takenBy(store, 'one');
    await store.interactions.update('interaction', { actions: { run: 'done', taken: null } });
    const before = await everythingIn(engine);
    assert.equal(await deny(store, actions), 'raced');
    assert.equal(await everythingIn(engine), before);
    await store.interactions.finish('interaction', at(5), []);
    const over = await everythingIn(engine);
    for (const known of [actions, { run: 'done', taken: null }, null]) assert.equal(await deny(store, known), 'raced');
    assert.equal(await deny(store, actions, {}, 'unknown'), 'raced');
    assert.equal(await everythingIn(engine), over);
  },

  'metadata that cannot be kept keeps no session alive, and is not said to be kept': async (store) => {
    await withSession(store);
    const actions = await takenBy(store, 'one');
    const tooLarge = { userMetadata: { name: 'x'.repeat(40_000) } };
    assert.equal(await deny(store, actions, tooLarge), 'unkept');
    assert.equal((await store.sessions.find('session'))?.endedAt, at(9));
    assert.deepEqual((await store.interactions.find('interaction'))?.actions, actions);
  },

  'a session that a denial ends takes along what was made in it, unless that is to be preserved': async (store) => {
    await withCode(store);
    const ends = { sessionId: 'session', audit: [] };
    const denied = (preserveRefreshTokens: boolean, id: string) =>
      store.interactions.deny(
        id,
        { actions: DENIED },
        { actions: interaction().actions },
        { userId: 'alice', ends: { ...ends, preserveRefreshTokens } },
        at(40),
      );
    await store.interactions.save(interaction({ id: 'preserving' }));
    assert.equal(await denied(true, 'preserving'), 'kept');
    assert.equal((await store.sessions.find('session'))?.endedAt, at(40));
    assert.equal((await store.grants.find('grant'))?.revokedAt, null);
    await store.interactions.save(interaction({ id: 'ending' }));
    assert.equal(await denied(false, 'ending'), 'kept');
    assert.equal((await store.grants.find('grant'))?.revokedAt, at(40));
  },

  'a finished interaction knows of its Actions who went on with them, and nothing else': async (store) => {
    await store.interactions.save(interaction());
    const { taken } = await takenBy(store, 'one');
    await store.interactions.finish('interaction', at(5), []);
    assert.deepEqual((await store.interactions.find('interaction'))?.actions, { taken });
    await store.interactions.save(interaction({ id: 'second', actions: DENIED }));
    await store.interactions.finish('second', at(5), []);
    assert.equal((await store.interactions.find('second'))?.actions, null);
  },

  'an interaction is finished once': async (store) => {
    await store.interactions.save(interaction());
    const finished = await atOnce(20, (index) =>
      store.interactions.finish('interaction', at(index), [audit(`finished-${index}`)]),
    );
    assert.equal(count(finished, true), 1);
    assert.equal((await store.interactions.find('interaction'))?.finishedAt, at(finished.indexOf(true)));
    assert.equal((await store.audit.recent(100)).length, 1);
    assert.equal(await store.interactions.finish('unknown', at(0), []), false);
  },
};
