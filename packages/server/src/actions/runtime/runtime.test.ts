/** What a run gives, how it fails, and what it leaves to the next one: nothing. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HostAnswer, Json } from '../call.ts';
import { createActionRuntime } from './runtime.ts';
import { failureOf, JOURNAL, LIMITS, messageOf, openTrial, suspend } from './testing/trial.ts';

const trial = openTrial();

describe('a run', () => {
  it('gives its commands and its console in order, with the times of the run', async () => {
    const outcome = await trial.body(`
      api.say('first', { a: [1] });
      console.log('hello %s', event.user.user_id, { deep: { list: [1, 'two'] } });
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.warn('later');
      api.say('second');`);
    assert.equal(outcome.outcome, 'finished');
    assert.deepEqual(outcome.commands, [
      { call: 'say', args: ['first', { a: [1] }] },
      { call: 'say', args: ['second'] },
    ]);
    assert.deepEqual(outcome.console, [
      { level: 'log', text: "hello robin { deep: { list: [ 1, 'two' ] } }", atMs: 0 },
      { level: 'warn', text: 'later', atMs: 20 },
    ]);
    assert.deepEqual(outcome.journal, JOURNAL);
  });

  it('is of the handler that was named, and knows what it was given', async () => {
    const code = 'exports.onContinuePostLogin = (event, api) => api.say(event.user, api.context.mark);';
    const more = { handler: 'onContinuePostLogin', context: { mark: 7 } } as const;
    const outcome = await trial.program(code, more);
    assert.deepEqual(outcome.commands, [{ call: 'say', args: [{ user_id: 'robin' }, 7] }]);
    assert.equal(failureOf(await trial.program(code)), 'not_runnable');
  });

  it('can be of a function that is not asynchronous, and of module.exports', async () => {
    const outcome = await trial.program('module.exports = { onExecutePostLogin(event, api) { api.say(1); } };');
    assert.deepEqual(outcome.commands, [{ call: 'say', args: [1] }]);
  });

  it('gives and takes any JSON as it is, whatever its text holds', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\ud800', '😀', '\u2028', '__host'),
    );
    const values = fc.array(fc.oneof(text, fc.jsonValue({ maxDepth: 4 }), fc.dictionary(text, text)));
    const code = 'api.say(event.values, await api.stepUp.require({}));';
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        const text = JSON.stringify(given);
        fc.pre(!text.includes('__proto__'));
        const json: Json = JSON.parse(text);
        const ask = (): Promise<HostAnswer> => Promise.resolve({ answer: json });
        assert.deepEqual(await trial.said(code, { event: { values: json }, ask }), [json, json]);
      }),
      { numRuns: 200 },
    );
  });

  it('signs by the host what the api signs', async () => {
    const [signature] = await trial.said("api.say(api.hmac('kéy', 'dätä'))");
    assert.equal(signature, createHmac('sha256', 'kéy').update('dätä').digest('base64url'));
  });
});

describe('a run fails', () => {
  const cases: readonly [what: string, code: string, failure: string, message: RegExp][] = [
    ['that throws', "throw new TypeError('no')", 'threw', /^TypeError: no \(line 1\)$/],
    ['that throws after a wait', "await null; throw new Error('late')", 'threw', /^Error: late/],
    ['that throws what is no error', "throw 'plain'", 'threw', /plain/],
    [
      'that throws in a callback',
      "setTimeout(() => { throw new Error('cb'); }, 1); await new Promise(() => {})",
      'threw',
      /cb/,
    ],
    ['that awaits nothing', 'await new Promise(() => {})', 'never_settles', /awaits/],
    ['that asks for what is not there', "require('fs')", 'unsupported', /'fs'.*buffer, crypto, querystring, url, util/],
    ['that computes too long', 'for (;;);', 'cpu_time_exceeded', /300 ms/],
    [
      'that takes too much memory',
      'const all = []; for (;;) all.push(new Uint8Array(1e6));',
      'memory_exceeded',
      /memory/,
    ],
    [
      'that asks too much',
      "await fetch('https://a.example', { method: 'POST', body: 'x'.repeat(70000) })",
      'threw',
      /larger than 65536 bytes/,
    ],
    ['that says too much', "for (;;) api.say('x'.repeat(1000));", 'result_too_large', /65536/],
  ];
  for (const [what, code, failure, message] of cases) {
    it(what, async () => {
      const outcome = await trial.body(code);
      assert.equal(failureOf(outcome), failure, messageOf(outcome));
      assert.match(messageOf(outcome), message);
    });
  }

  it('that is no program, naming the line', async () => {
    const outcome = await trial.program('const a = 1;\nconst b = ;');
    assert.equal(failureOf(outcome), 'not_runnable');
    assert.match(messageOf(outcome), /SyntaxError.*line 2/);
  });

  it('and keeps what it had said before', async () => {
    const outcome = await trial.body("api.say(1); console.log('here'); throw new Error('x');");
    assert.deepEqual([outcome.commands.length, outcome.console[0]?.text], [1, 'here']);
  });

  it('that waits longer than it may, with what it had said', async () => {
    const short = openTrial({ limits: { ...LIMITS, wallMs: 100 } });
    const outcome = await short.body(
      "console.log('here'); await new Promise((resolve) => setTimeout(resolve, 60000));",
    );
    assert.equal(failureOf(outcome), 'wall_time_exceeded');
    assert.equal(outcome.console[0]?.text, 'here');
  });
});

describe('T16: what is wrong with the host is no outcome', () => {
  it('the error of an answer is that of the run, and the next one is served', async () => {
    const broken = trial.body('await api.stepUp.require({})', {
      ask: () => Promise.reject(new Error('store is down')),
    });
    await assert.rejects(broken, /store is down/);
    assert.deepEqual(await trial.said('api.say(1)'), [1]);
  });

  it('a program whose checksum is of another one is not run', async () => {
    const program = { code: 'exports.onExecutePostLogin = () => {}', checksum: 'A'.repeat(43) };
    await assert.rejects(trial.body('', { program }), /checksum/);
  });

  it('code for the inside that does not start is said', async () => {
    const runtime = createActionRuntime({
      limits: LIMITS,
      egress: 'ask',
      workers: 1,
      queue: 1,
      insideSource: 'nothing',
    });
    const program = { code: '', checksum: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' };
    const call = {
      program,
      handler: 'onExecutePostLogin',
      event: {},
      context: {},
      journal: JOURNAL,
      ask: suspend,
    } as const;
    await assert.rejects(runtime.run(call), /nothing/);
    await runtime.close();
  });
});

describe('one run and the next', () => {
  it('nothing of the one is there in the other', async () => {
    await trial.body(`globalThis.left = 1; Object.prototype.left = 1; Array.prototype.map = null; JSON.parse = null;
      console.log = null; setTimeout(() => {}, 1000); globalThis.fetch = null;`);
    const left =
      '[typeof left, typeof {}.left, typeof [].map, typeof JSON.parse, typeof fetch, setTimeout(() => {}, 1) * 1]';
    assert.deepEqual(await trial.said(`api.say(${left})`), [
      ['undefined', 'undefined', 'function', 'function', 'function', 1],
    ]);
  });

  it('are in turn, as many as there are workers, and more than can wait are refused', async () => {
    const small = openTrial({ workers: 2, queue: 1 });
    const body = 'await new Promise((resolve) => setTimeout(resolve, 30)); api.say(1)';
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => small.body(body)));
    assert.deepEqual(outcomes.map(failureOf), [undefined, undefined, undefined, 'overloaded']);
  });

  it('one that only waits keeps no other from its turn', async () => {
    const small = openTrial({ workers: 1, spares: 2, queue: 2 });
    const { promise: allHaveAsked, resolve } = Promise.withResolvers<HostAnswer>();
    let asking = 0;
    // Each is answered only once all have asked.
    const ask = (): Promise<HostAnswer> => {
      asking += 1;
      if (asking === 3) resolve({ answer: { given: 'yes' } });
      return allHaveAsked;
    };
    const body = "api.say(await api.ask({ ask: 'step-up', demand: {} }))";
    const outcomes = await Promise.all([1, 2, 3].map(() => small.body(body, { ask })));
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ['finished', 'finished', 'finished'],
    );
    assert.deepEqual(await small.said('api.say(1)'), [1]);
  });

  it('one that waits for its turn as long as it may take is refused', async () => {
    const small = openTrial({ limits: { ...LIMITS, wallMs: 60 } });
    await small.said('api.say(1)');
    const body = 'await new Promise((resolve) => setTimeout(resolve, 1000));';
    const outcomes = await Promise.all([1, 2, 3].map(() => small.body(body)));
    assert.deepEqual(outcomes.map(failureOf), ['wall_time_exceeded', 'overloaded', 'overloaded']);
  });

  it('many programs have their turn, and those from long ago are read again', async () => {
    for (const round of [1, 2]) {
      for (let number = 0; number < 20; number += 1) {
        assert.deepEqual(await trial.said(`api.say(${number})`), [number], `round ${round}`);
      }
    }
  });

  it('a run of a runtime that is closed is refused', async () => {
    const runtime = createActionRuntime({
      limits: LIMITS,
      egress: 'ask',
      workers: 1,
      queue: 1,
      insideSource: '() => ({})',
    });
    await runtime.close();
    const program = { code: '', checksum: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' };
    const call = {
      program,
      handler: 'onExecutePostLogin',
      event: {},
      context: {},
      journal: JOURNAL,
      ask: suspend,
    } as const;
    assert.equal(failureOf(await runtime.run(call)), 'overloaded');
  });
});

describe('the console', () => {
  it('is kept up to its limits, and the rest is counted', async () => {
    const lines = await trial.body('for (let i = 0; i < 50; i += 1) console.log(i);');
    assert.deepEqual([lines.console.length, lines.consoleLeftOut], [20, 30]);
    const bytes = await trial.body("console.log('ä'.repeat(3000)); console.log('gone');");
    assert.equal(bytes.console[0]?.text, `${'ä'.repeat(2000)}… (cut)`);
    assert.equal(bytes.consoleLeftOut, 1);
  });
});
