/** A run that is repeated does the same again, up to where it stopped; and stops when it does not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ActionOutcome, HostAnswer, HostQuestion, Journal, Json } from '../call.ts';
import { failureOf, JOURNAL, messageOf, openTrial } from './testing/trial.ts';

const trial = openTrial();

const answered = (answer: Json) => (): Promise<HostAnswer> => Promise.resolve({ answer });

const resumed = (outcome: ActionOutcome, answer: Json, afterMs = 60_000): Journal => {
  assert.equal(outcome.outcome, 'suspended', messageOf(outcome));
  const { journal, questionHash } = outcome;
  const atMs = (journal.answers.at(-1)?.atMs ?? journal.startedAtMs) + afterMs;
  return { ...journal, answers: [...journal.answers, { question: questionHash, answer, atMs }] };
};

const RANDOM = '[Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(3))]]';

describe('a run that is suspended', () => {
  const code = `
    const before = [Date.now(), ${RANDOM}];
    console.log('before');
    const answer = await api.stepUp.require({ acr: 'mfa' });
    api.say(before, answer, [Date.now(), new Date().getTime(), performance.now(), ${RANDOM}]);`;

  it('goes on with the answer, at its time, having done the same before it', async () => {
    const first = await trial.body(code);
    assert.equal(first.outcome, 'suspended');
    assert.deepEqual(first.question, { ask: 'step-up', demand: { acr: 'mfa' } });
    assert.deepEqual(first.commands, []);
    const journal = resumed(first, { acr: 'mfa' });
    const [one, other] = [await trial.body(code, { journal }), await trial.body(code, { journal })];
    assert.equal(one.outcome, 'finished');
    assert.deepEqual(one.commands, other.commands);
    const [before, answer, after] = one.commands[0]?.args ?? [];
    assert.deepEqual(answer, { acr: 'mfa' });
    assert.ok(Array.isArray(before) && Array.isArray(after));
    assert.equal(before[0], JOURNAL.startedAtMs);
    assert.deepEqual(after.slice(0, 3), [JOURNAL.startedAtMs + 60_000, JOURNAL.startedAtMs + 60_000, 60_000]);
    assert.notDeepEqual(before[1], after[3]);
    assert.deepEqual(one.journal, journal);
  });

  it('can be suspended again and again', async () => {
    const twice = 'api.say(await api.stepUp.require({ n: 1 }), await api.stepUp.require({ n: 2 }));';
    const second = await trial.body(twice, { journal: resumed(await trial.body(twice), 'one') });
    const third = await trial.body(twice, { journal: resumed(second, 'two') });
    assert.deepEqual(third.commands[0]?.args, ['one', 'two']);
  });

  it('is suspended although its handler does not wait for the proof', async () => {
    const forgotten = "api.stepUp.require({ acr: 'mfa' }); api.say('through');";
    const outcome = await trial.body(forgotten);
    assert.equal(outcome.outcome, 'suspended');
    assert.equal((await trial.body(forgotten, { journal: resumed(outcome, {}) })).outcome, 'finished');
    const gone = "await Promise.race([api.stepUp.require({}), 'other']); api.say('through');";
    assert.equal((await trial.body(gone)).outcome, 'suspended');
  });

  it('that throws after it asked for a proof has failed', async () => {
    assert.equal(failureOf(await trial.body('api.stepUp.require({}); throw new Error()')), 'threw');
  });
});

describe('a journal that does not fit', () => {
  const code = "const one = await api.ask({ ask: 'step-up', demand: { n: 1 } }); api.say(one);";
  const mismatch = async (journal: Journal, other = code): Promise<void> => {
    assert.equal(failureOf(await trial.body(other, { journal })), 'journal_mismatch');
  };

  it('of another question, of one that was not asked, and of one too many', async () => {
    const journal = resumed(await trial.body(code), 'answer');
    const [entry] = journal.answers;
    assert.ok(entry);
    await mismatch(journal, code.replace('n: 1', 'n: 2'));
    await mismatch(journal, "api.say('nothing asked')");
    await mismatch({ ...journal, answers: [entry, entry] });
    await mismatch({ ...journal, answers: [{ ...entry, question: 'A'.repeat(43) }] });
  });

  it('of the same question asked in another place', async () => {
    const twice = 'api.say(await api.stepUp.require({}), await api.stepUp.require({}));';
    const journal = resumed(await trial.body(twice), 'one');
    const [entry] = journal.answers;
    assert.ok(entry);
    await mismatch({ ...journal, answers: [entry, entry] }, twice);
  });

  it('of another seed, where what is asked is random', async () => {
    const random = 'api.say(await api.stepUp.require({ nonce: crypto.randomUUID() }));';
    const journal = resumed(await trial.body(random), 'answer');
    await mismatch({ ...journal, seed: '08'.repeat(32) }, random);
  });
});

describe('answers of the host', () => {
  it('are kept in the order in which they came, and come in that order again', async () => {
    const code = `
      const seen = [];
      const one = (n) => fetch('https://api.example.com/' + n).then((r) => r.text()).then((text) => seen.push([text, Date.now()]));
      await Promise.all([one(1), one(2), one(3)]);
      api.say(...seen);`;
    const late = (question: HostQuestion): Promise<HostAnswer> => {
      const url = question.ask === 'fetch' ? JSON.stringify(question.request.url).slice(1, -1) : '';
      const answer = { status: 200, statusText: '', headers: [], url, redirected: false, text: url.slice(-1) };
      const { promise, resolve } = Promise.withResolvers<HostAnswer>();
      setTimeout(() => resolve({ answer }), url.endsWith('1') ? 25 : 5);
      return promise;
    };
    const live = await trial.body(code, { ask: late });
    const again = await trial.body(code, { journal: live.journal });
    assert.equal(live.journal.answers.length, 3);
    assert.equal(again.outcome, 'finished', messageOf(again));
    assert.deepEqual(again.commands, live.commands);
    assert.deepEqual(again.journal, live.journal);
    assert.match(JSON.stringify(live.commands), /"3",\d+\],\["1"|"2",\d+\],\["1"/);
  });

  it('and timers keep their order, whichever comes first', async () => {
    const code = `
      const events = [];
      const tick = setInterval(() => events.push(['tick', Date.now()]), 4);
      const race = await Promise.race([
        fetch('https://api.example.com/').then(() => 'answer'),
        new Promise((resolve) => setTimeout(resolve, event.user.patience, 'timeout')),
      ]);
      events.push([race, Date.now()]);
      await fetch('https://api.example.com/last');
      clearInterval(tick);
      api.say(...events);`;
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.nat(30), async (delayMs, patience) => {
        const ask = (): Promise<HostAnswer> => {
          const { promise, resolve } = Promise.withResolvers<HostAnswer>();
          setTimeout(() => resolve({ answer: { status: 204, headers: [] } }), delayMs);
          return promise;
        };
        const event = { user: { patience } };
        const live = await trial.body(code, { ask, event });
        const again = await trial.body(code, { ask, event, journal: live.journal });
        assert.equal(live.outcome, 'finished', messageOf(live));
        assert.deepEqual(again.commands, live.commands);
      }),
      { numRuns: 15 },
    );
  });

  it('that are too large end the run', async () => {
    const outcome = await trial.body('await api.stepUp.require({})', { ask: answered('x'.repeat(70_000)) });
    assert.equal(failureOf(outcome), 'result_too_large');
    const many = 'for (;;) await api.stepUp.require({})';
    assert.equal(failureOf(await trial.body(many, { ask: answered('x'.repeat(60_000)) })), 'result_too_large');
  });

  it('that nobody awaits any more are given up', async () => {
    const { promise: given, resolve: gave } = Promise.withResolvers<string>();
    const ask = (_question: HostQuestion, signal: AbortSignal): Promise<HostAnswer> => {
      const { promise, reject } = Promise.withResolvers<HostAnswer>();
      signal.addEventListener('abort', () => {
        gave('up');
        reject(new Error('given up'));
      });
      return promise;
    };
    const code = `
      const signal = AbortSignal.timeout(10);
      const error = await fetch('https://api.example.com/', { signal }).catch((thrown) => thrown);
      api.say(error.name);`;
    assert.deepEqual(await trial.said(code, { ask }), ['TimeoutError']);
    assert.equal(await given, 'up');
  });
});
