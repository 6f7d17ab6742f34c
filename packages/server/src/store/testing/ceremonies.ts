import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Once, Store } from '../ports.ts';
import type { Ceremony } from '../records.ts';
import { at, atOnce, audit, authenticator, ceremony, count, interaction, stepUp, withSession } from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const onceOf = ({ id, expiresAt }: Ceremony): Once => ({ kind: 'ceremony', key: id, expiresAt });

const keyOf = ({ purpose, boundTo, authenticatorId }: Ceremony) => ({ purpose, boundTo, authenticatorId });

/** Makes an enrolment of a ceremony; each of several adds an authenticator of its own. */
const enrolBy = (store: Store, used: Ceremony, index: number) =>
  store.authenticators.enrol({
    userId: 'alice',
    guard: { sessionId: 'session', restsOn: [] },
    authenticators: [authenticator({ id: `new-${used.id}-${index}`, factor: 'totp' })],
    consume: [onceOf(used)],
    audit: [audit(`enrolled-${used.id}-${index}`)],
  });

/** Makes a proof of a ceremony, within an interaction of its own. */
const proveBy = (store: Store, used: Ceremony, index: number) =>
  store.sessions.recordProof(
    stepUp({
      interactionId: `interaction-${index}`,
      consume: [onceOf(used)],
      audit: [audit(`proven-${used.id}-${index}`)],
    }),
  );

export const ceremonyPromises: Promises = {
  'a ceremony is found as it was begun, until it expires': async (store) => {
    await withSession(store);
    const begun = ceremony({ data: { challenge: 'c', nested: [1, { two: null }] }, authenticatorId: 'totp-of-alice' });
    await store.ceremonies.begin(begun);
    assert.deepEqual(await store.ceremonies.find('ceremony', at(899)), begun);
    assert.deepEqual(await store.ceremonies.underWay(keyOf(begun), at(899)), begun);
    assert.equal(await store.ceremonies.find('ceremony', at(900)), undefined);
    assert.equal(await store.ceremonies.underWay(keyOf(begun), at(900)), undefined);
    assert.equal(await store.ceremonies.find('unknown', at(0)), undefined);
  },

  'a ceremony may wait for somebody who is yet to say who they are': async (store) => {
    const begun = ceremony({ userId: null, purpose: 'login' });
    await store.ceremonies.begin(begun);
    assert.deepEqual(await store.ceremonies.find('ceremony', at(1)), begun);
  },

  'T13: a ceremony is under way for its own purpose, bond and authenticator alone': async (store) => {
    await withSession(store);
    const begun = ceremony();
    await store.ceremonies.begin(begun);
    const key = keyOf(begun);
    for (const purpose of ['prove', 'login', 'verify-address', 'reset-password', 'recover'] as const) {
      assert.equal(await store.ceremonies.underWay({ ...key, purpose }, at(1)), undefined, purpose);
    }
    assert.equal(await store.ceremonies.underWay({ ...key, boundTo: 'another-session' }, at(1)), undefined);
    assert.equal(await store.ceremonies.underWay({ ...key, authenticatorId: 'totp-of-alice' }, at(1)), undefined);
    assert.deepEqual(await store.ceremonies.underWay(key, at(1)), begun);
  },

  'a ceremony that is begun anew takes the place of the one before, and of no other': async (store) => {
    await withSession(store);
    const others = [
      ceremony({ id: 'other-purpose', purpose: 'verify-address' }),
      ceremony({ id: 'other-bond', boundTo: 'another-session' }),
      ceremony({ id: 'other-authenticator', authenticatorId: 'totp-of-alice' }),
    ];
    for (const one of [ceremony(), ...others, ceremony({ id: 'second', createdAt: at(5) })]) {
      await store.ceremonies.begin(one);
    }
    assert.equal(await store.ceremonies.find('ceremony', at(6)), undefined);
    assert.equal((await store.ceremonies.underWay(keyOf(ceremony()), at(6)))?.id, 'second');
    for (const other of others) assert.deepEqual(await store.ceremonies.find(other.id, at(6)), other);
  },

  'law 5: what was read before it was begun anew, or ended, can no longer be made a fact': async (store) => {
    await withSession(store);
    const [replaced, ended] = [ceremony(), ceremony({ id: 'ended', boundTo: 'elsewhere' })];
    await store.ceremonies.begin(replaced);
    await store.ceremonies.begin(ended);
    await store.ceremonies.begin(ceremony({ id: 'second' }));
    await store.ceremonies.end('ended');
    await store.ceremonies.end('unknown');
    assert.equal(await enrolBy(store, replaced, 0), 'already-used');
    assert.equal(await enrolBy(store, ended, 0), 'already-used');
    assert.equal(await enrolBy(store, ceremony({ id: 'second' }), 0), 'enrolled');
  },

  'a ceremony that was used up is neither found nor answered': async (store) => {
    await withSession(store);
    const begun = ceremony({ authenticatorId: 'totp-of-alice' });
    await store.ceremonies.begin(begun);
    await store.once.consume(onceOf(begun), []);
    assert.equal(await store.ceremonies.find('ceremony', at(1)), undefined);
    assert.equal(await store.ceremonies.underWay(keyOf(begun), at(1)), undefined);
    assert.deepEqual(await store.ceremonies.asking('totp-of-alice', at(1)), []);
    assert.equal(await store.ceremonies.answer('ceremony', { approved: true }, at(1), [audit('answered')]), false);
    assert.equal(await store.audit.find('answered'), undefined);
  },

  'a device is told what it is asked and has not answered, the oldest first': async (store) => {
    await withSession(store);
    const asking = (id: string, second: number): Ceremony =>
      ceremony({ id, boundTo: id, authenticatorId: 'totp-of-alice', createdAt: at(second) });
    for (const one of [asking('late', 3), asking('early', 1), asking('answered', 2), ceremony()]) {
      await store.ceremonies.begin(one);
    }
    await store.ceremonies.answer('answered', { approved: true }, at(4), []);
    const waiting = await store.ceremonies.asking('totp-of-alice', at(4));
    assert.deepEqual(
      waiting.map(({ id }) => id),
      ['early', 'late'],
    );
  },

  'law 5: a ceremony is answered once, whoever answers, and then the answer stays': async (store) => {
    await withSession(store);
    await store.ceremonies.begin(ceremony({ authenticatorId: 'totp-of-alice' }));
    const answered = await atOnce(20, (index) =>
      store.ceremonies.answer('ceremony', { index }, at(1), [audit(`answered-${index}`)]),
    );
    assert.equal(count(answered, true), 1);
    const first = answered.indexOf(true);
    assert.deepEqual((await store.ceremonies.find('ceremony', at(1)))?.answer, { index: first });
    assert.deepEqual(
      (await store.audit.recent(100)).map(({ id }) => id),
      [`answered-${first}`],
    );
    assert.equal(await store.ceremonies.answer('ceremony', null, at(1), []), false);
    assert.equal(await store.ceremonies.answer('unknown', { index: 0 }, at(1), []), false);
  },

  'an answer that comes when the ceremony has expired is none': async (store, engine) => {
    await withSession(store);
    await store.ceremonies.begin(ceremony());
    const before = await everythingIn(engine);
    assert.equal(await store.ceremonies.answer('ceremony', { approved: true }, at(900), [audit('late')]), false);
    assert.equal(await everythingIn(engine), before);
  },

  'law 5: of enrolments and proofs by one ceremony at once, one becomes a fact': async (store) => {
    await withSession(store);
    const begun = ceremony();
    await store.ceremonies.begin(begun);
    for (let index = 0; index < 10; index += 1) {
      await store.interactions.save(interaction({ id: `interaction-${index}` }));
    }
    const [enrolled, proven] = await Promise.all([
      atOnce(10, (index) => enrolBy(store, begun, index)),
      atOnce(10, (index) => proveBy(store, begun, index)),
    ]);
    assert.equal(count(enrolled, 'enrolled') + count(proven, 'recorded'), 1);
    assert.equal((await store.authenticators.ofUser('alice')).length, 2 + count(enrolled, 'enrolled'));
    assert.equal((await store.audit.recent(100)).length, 1);
  },

  'law 5: under any sequence of beginnings, endings, answers and uses a ceremony succeeds at most once': async (
    store,
  ) => {
    await withSession(store);
    let runs = 0;
    const deed = fc.record({
      do: fc.constantFrom('begin' as const, 'end' as const, 'answer' as const, 'use' as const),
      which: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 2, maxLength: 25 }), fc.boolean(), async (deeds, atTheSameTime) => {
        runs += 1;
        const run = runs;
        const begun = (which: number) => ceremony({ id: `run-${run}-${which}`, boundTo: `run-${run}` });
        const known = new Set<number>();
        const did = (deed: (typeof deeds)[number], index: number): Promise<unknown> => {
          const one = begun(deed.which);
          if (deed.do === 'use') return enrolBy(store, one, index);
          if (deed.do === 'end') return store.ceremonies.end(one.id);
          if (deed.do === 'answer') return store.ceremonies.answer(one.id, { index }, at(1), []);
          if (known.has(deed.which)) return Promise.resolve();
          known.add(deed.which);
          return store.ceremonies.begin(one);
        };
        const outcomes: unknown[] = [];
        if (atTheSameTime) outcomes.push(...(await Promise.all(deeds.map(did))));
        else for (const [index, each] of deeds.entries()) outcomes.push(await did(each, index));
        for (const which of [0, 1, 2]) {
          const used = deeds.filter((each, index) => each.which === which && outcomes[index] === 'enrolled');
          assert.ok(used.length <= 1, `ceremony ${which} succeeded ${used.length} times`);
        }
      }),
      { numRuns: 60 },
    );
  },
};
