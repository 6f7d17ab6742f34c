/** What is kept of an execution: enough for its author, no secret, and nobody is refused for it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ActionExecution } from '../store/action-ports.ts';
import type { ConfigChange } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import type { ActionOutcome } from './call.ts';
import type { DeployedVersion } from './deploy/deployed-actions.ts';
import { EncryptionKeyError } from './deploy/encryption-key.ts';
import { bondOf, keepExecutions } from './executions.ts';
import type { Execution } from './world.ts';

const SECRETS = { API_KEY: 'mArKeR/key+of the"API\\', ID: 'x', SHORTER: 'mArKeR' };
const VERSION: DeployedVersion = { number: 7, program: { checksum: 'c', code: '' }, secrets: SECRETS };

const finished: ActionOutcome = {
  outcome: 'finished',
  wallMs: 2.5,
  cpuMs: 1.5,
  commands: [{ call: 'access.deny', args: [`no ${SECRETS.API_KEY}`, { [SECRETS.SHORTER]: [1, null, 'ex'] }] }],
  console: [{ level: 'log', text: `it is ${encodeURIComponent(SECRETS.API_KEY)}`, atMs: 1 }],
  consoleLeftOut: 3,
  journal: {
    seed: '00',
    startedAtMs: 5,
    answers: [{ question: 'q', answer: { echoed: Buffer.from(SECRETS.API_KEY).toString('base64') }, atMs: 6 }],
  },
};

const execution = (
  outcome: ActionOutcome = finished,
  event: Execution['event'] = { user: { name: 'mArKeR' } },
): Execution => ({
  pinned: { name: 'risk', version: 'ver_1' },
  report: {
    action: 'risk',
    version: 'ver_1',
    handler: 'onContinuePostLogin',
    outcome: 'finished',
    ms: 3,
    cpuMs: 1,
    commands: [],
  },
  outcome,
  event,
  context: { note: SECRETS.API_KEY },
});

const about = { mode: 'live', userId: 'robin', clientId: 'web', requestId: 'req' } as const;

const keeping = async (t: TestContext, change?: ConfigChange, version: DeployedVersion | undefined = VERSION) => {
  const server = await testServer(t, change);
  const actions = { ...server.deps.actions, version: async () => version };
  const keep = async (...executions: Execution[]) => {
    await keepExecutions(executions, about, { ...server.deps, actions });
    await turn();
    return server.store.actions.executions(9);
  };
  const opened = ({ id, details }: ActionExecution): unknown =>
    JSON.parse(server.deps.actions.open(details.recorded ?? '', bondOf(id)));
  return { server, keep, actions, opened };
};

test('an execution is kept with what its author wants to see, and its secrets masked wherever they stood', async (t) => {
  const { keep, server, opened } = await keeping(t);
  const [one] = await keep(execution());
  assert.ok(one);
  assert.deepEqual(
    { ...one, id: '', details: { ...one.details, recorded: opened(one) } },
    {
      id: '',
      ...about,
      at: server.deps.now(),
      trigger: 'post-login',
      action: 'risk',
      versionId: 'ver_1',
      number: 7,
      outcome: 'finished',
      details: {
        handler: 'onContinuePostLogin',
        wallMs: 2.5,
        cpuMs: 1.5,
        commands: [{ call: 'access.deny', args: ['no [secret API_KEY]', { '[secret SHORTER]': [1, null, 'ex'] }] }],
        console: [{ level: 'log', text: 'it is [secret API_KEY]', atMs: 1 }],
        consoleLeftOut: 3,
        recorded: {
          event: { user: { name: '[secret SHORTER]' } },
          context: { note: '[secret API_KEY]' },
          journal: {
            seed: '00',
            startedAtMs: 5,
            answers: [{ question: 'q', answer: { echoed: '[secret API_KEY]==' }, atMs: 6 }],
          },
        },
      },
    },
  );
});

test('what an execution was given is opened with the key, for this execution, and as it was written', async (t) => {
  const { keep, server, opened } = await keeping(t);
  const [one, other] = await keep(execution(), execution());
  assert.ok(one && other);
  const written = one.details.recorded ?? '';
  assert.doesNotMatch(Buffer.from(written.split('.').at(-1) ?? '', 'base64url').toString('latin1'), /question|answers/);
  assert.throws(() => opened({ ...other, details: one.details }), EncryptionKeyError);
  const swapped = `${written.slice(0, -2)}${written.endsWith('AA') ? 'BA' : 'AA'}`;
  assert.throws(() => opened({ ...one, details: { ...one.details, recorded: swapped } }), EncryptionKeyError);
  assert.throws(() => server.deps.actions.open(written, ''), EncryptionKeyError);
});

test('why it failed is kept, and shortened', async (t) => {
  const { keep } = await keeping(t);
  const [one] = await keep(
    execution({ ...finished, outcome: 'failed', failure: 'threw', message: `mArKeR ${'x'.repeat(9999)}` }),
  );
  assert.deepEqual([one?.outcome, one?.details.failure, one?.details.message?.length], ['failed', 'threw', 2000]);
  assert.match(one?.details.message ?? '', /^\[secret SHORTER\] x/);
});

test('without the secrets of its version nothing is kept that could hold one', async (t) => {
  const { server } = await keeping(t);
  await keepExecutions([execution()], about, {
    ...server.deps,
    actions: { ...server.deps.actions, version: async () => undefined },
  });
  await turn();
  const all = await server.store.actions.executions(9);
  assert.deepEqual([all.length, all[0]?.details.console, all[0]?.details.recorded], [1, [], undefined]);
  assert.doesNotMatch(JSON.stringify(all), /mArKeR/);
});

test('an event that is not to be kept, or is enormous, is left out, and so are the arguments of enormous commands', async (t) => {
  const config: ConfigChange = (given) => ({ ...given, actions: { executions: { events: false } } });
  assert.equal((await (await keeping(t, config)).keep(execution()))[0]?.details.recorded, undefined);
  const large = { user: { user_metadata: 'x'.repeat(200_000) } };
  const commands = [{ call: 'idToken.setCustomClaim', args: ['x'.repeat(40_000)] }];
  const [one] = await (await keeping(t)).keep(execution({ ...finished, commands }, large));
  assert.deepEqual(
    [one?.details.recorded, one?.details.commands],
    [undefined, [{ call: 'idToken.setCustomClaim', args: ['…'] }]],
  );
});

test('where none are to be kept none are', async (t) => {
  const { keep } = await keeping(t, (given) => ({ ...given, actions: { executions: { retention: 0 } } }));
  assert.deepEqual(await keep(execution()), []);
});

test('those of one second keep their order', async (t) => {
  const { keep } = await keeping(t);
  for (let i = 0; i < 40; i += 1) await keep(execution({ ...finished, wallMs: i }));
  const [latest] = await keep();
  assert.equal(latest?.details.wallMs, 39);
});

test('what cannot be kept is logged, and nobody is refused for it', async (t) => {
  const { server, actions } = await keeping(t);
  const failure = () => Promise.reject(new Error('the disk is full'));
  const store = { ...server.store, actions: { ...server.store.actions, recordExecutions: failure } };
  await keepExecutions([execution()], about, { ...server.deps, store, actions });
  await keepExecutions([execution()], about, { ...server.deps, actions: { ...server.deps.actions, version: failure } });
  await turn();
  assert.equal(server.logged.filter((line) => line.includes('how an Action ended could not be kept')).length, 2);
});

test('tokens that an Action was given by others, or keeps between runs, are masked like its secrets', async (t) => {
  const { keep, opened } = await keeping(t);
  const [before, fresh] = ['the-token-of-yesterday', 'the-token-of-today'];
  const answer = { status: 200, text: `{"access_token": "${fresh}", "scope": "read:users"}` };
  const [one] = await keep({
    ...execution({
      ...finished,
      commands: [
        { call: 'cache.set', args: ['token', fresh, 9] },
        { call: 'cache.set', args: ['seen', 'yes', 9] },
      ],
      console: [{ level: 'log', text: `Bearer ${fresh}`, atMs: 1 }],
      journal: { seed: '00', startedAtMs: 5, answers: [{ question: 'q', answer, atMs: 6 }] },
    }),
    context: { cache: { token: { value: before, expiresAtMs: 1 } } },
  });
  const kept = JSON.stringify([one, one && opened(one)]);
  assert.doesNotMatch(kept, /the-token-of/);
  assert.match(kept, /read:users/);
  assert.deepEqual(one?.details.commands[1]?.args, ['seen', 'yes', 9]);
});

test('an execution whose commands are refused has failed, and says why, without a secret', async (t) => {
  const { keep } = await keeping(t);
  const refused = { failure: 'invalid_command', message: `accessToken.setCustomClaim: ${SECRETS.API_KEY}` } as const;
  const [one] = await keep({ ...execution(), refused });
  assert.deepEqual(
    [one?.outcome, one?.details.failure, one?.details.message],
    ['failed', 'invalid_command', 'accessToken.setCustomClaim: [secret API_KEY]'],
  );
});
