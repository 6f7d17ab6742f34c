import assert from 'node:assert/strict';
import { at, atOnce, audit, count, interaction, withAlice } from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

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

  'what an Action that denies wants kept is kept with the end of its interaction, once': async (store, engine) => {
    await withAlice(store);
    const before = await everythingIn(engine);
    const tooLarge = { userId: 'alice', metadata: { userMetadata: { name: 'x'.repeat(40_000) } } };
    await assert.rejects(store.interactions.finish('interaction', at(5), [audit('refused')], tooLarge), /too-large/);
    assert.equal(await everythingIn(engine), before);
    const outcomes = await atOnce(8, (times) =>
      store.interactions.finish('interaction', at(5), [], { userId: 'alice', metadata: { appMetadata: { times } } }),
    );
    assert.equal(count(outcomes, true), 1);
    assert.deepEqual((await store.users.profile('alice'))?.appMetadata, { times: outcomes.indexOf(true) });
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
