/**
 * What an Action costs: `node program.ts <seconds> <calls>`. It runs on the core of the servers, worker and all, and tells the process
 * that started it what it found.
 */
import { hash } from 'node:crypto';
import { runInThisContext } from 'node:vm';
import type { ActionCall, ActionOutcome, ActionRuntime, JsonObject } from '../../packages/server/src/actions/call.ts';
import { insideScript } from '../../packages/server/src/actions/inside/script.ts';
import { createActionRuntime } from '../../packages/server/src/actions/runtime/runtime.ts';
import { always, repeat } from '../in-process/repeat.ts';
import { CODE } from './action.ts';
import type { ActionsCost } from './measure.ts';

const [seconds = 1, calls = 1000] = process.argv.slice(2).map(Number);

/** The same, and one question to the host before it ends. */
const ASKING = `${CODE}
const plain = exports.onExecutePostLogin;
exports.onExecutePostLogin = async (event, api) => {
  const answer = await fetch('https://risk.fabrikam.example/score', { method: 'POST', body: JSON.stringify({ user: event.user.user_id }) });
  if ((await answer.json()).score > 80) return api.access.deny('No.');
  return plain(event, api);
};`;

const EVENT: JsonObject = {
  user: {
    user_id: 'usr_0123456789abcdef',
    email: 'robin@fabrikam.example',
    email_verified: true,
    name: 'Robin Example',
    created_at: '2026-01-01T00:00:00.000Z',
    app_metadata: { tier: 'gold' },
    user_metadata: { language: 'en' },
    enrolledFactors: [{ type: 'otp', method: 'authenticator' }],
  },
  client: { client_id: 'bank', name: 'The bank', metadata: {} },
  connection: { id: 'con_1', name: 'fabrikam', strategy: 'stile' },
  authentication: { methods: [{ name: 'pwd', timestamp: '2026-11-24T12:00:00.000Z' }] },
  authorization: { roles: ['customer', 'reader'] },
  request: {
    ip: '192.0.2.7',
    method: 'GET',
    hostname: 'login.fabrikam.example',
    query: {},
    user_agent: 'x'.repeat(120),
  },
  transaction: {
    acr_values: [],
    prompt: [],
    protocol: 'oidc-basic-profile',
    requested_scopes: ['openid', 'transfer:funds'],
  },
  stats: { logins_count: 7 },
  tenant: { id: 'fabrikam' },
  secrets: {},
};

const callOf = (code: string, more: Partial<ActionCall> = {}): ActionCall => ({
  program: { code, checksum: hash('sha256', code, 'base64url') },
  handler: 'onExecutePostLogin',
  event: EVENT,
  context: { handler: 'onExecutePostLogin', protocol: 'oidc-basic-profile', canRedirect: true, cache: {} },
  journal: { seed: 'ab'.repeat(32), startedAtMs: 1_795_478_400_000, answers: [] },
  ask: async ({ ask }) => {
    if (ask !== 'fetch') throw new Error('Nothing else is asked here.');
    return { answer: { status: 200, statusText: '', headers: [], url: '', redirected: false, text: '{"score":3}' } };
  },
  ...more,
});

const open = (): ActionRuntime =>
  createActionRuntime({
    limits: {
      cpuMs: 500,
      wallMs: 20_000,
      memoryBytes: 64 * 1024 * 1024,
      resultBytes: 512 * 1024,
      consoleLines: 100,
      consoleBytes: 64 * 1024,
    },
    egress: 'ask',
    workers: 1,
    queue: 10,
    insideSource: insideScript,
  });

const mustFinish = async (runtime: ActionRuntime, call: ActionCall): Promise<ActionOutcome> => {
  const outcome = await runtime.run(call);
  if (outcome.outcome !== 'finished' || outcome.commands.length !== 3)
    throw new Error('The Action did not do its work.');
  return outcome;
};

/** From nothing to a first outcome, in milliseconds. */
const measureStarts = async (count: number): Promise<readonly number[]> => {
  const took: number[] = [];
  for (let number = 0; number < count; number += 1) {
    const began = performance.now();
    const runtime = open();
    await mustFinish(runtime, callOf(CODE));
    took.push(performance.now() - began);
    await runtime.close();
  }
  return took;
};

type Bare = (event: JsonObject, api: unknown) => Promise<unknown>;
const isBare = (value: unknown): value is Bare => typeof value === 'function';

/** The handler itself, as a function of this process, with an api that only takes notes. */
const bareHandler = (): (() => Promise<void>) => {
  const loaded: unknown = runInThisContext(
    `(() => { const exports = {};${CODE}\nreturn exports.onExecutePostLogin; })()`,
  );
  if (!isBare(loaded)) throw new Error('There is no handler.');
  return async () => {
    const commands: unknown[] = [];
    const note = (...given: readonly unknown[]): void => void commands.push(given);
    const notes = { setCustomClaim: note, enable: note, deny: note, removeScope: note, setAppMetadata: note };
    const api = { multifactor: notes, idToken: notes, accessToken: notes, user: notes, access: notes };
    await loaded(structuredClone(EVENT), api);
    if (JSON.stringify(commands).length < 10) throw new Error('The handler did not do its work.');
  };
};

const residentMegabytes = (): number => process.memoryUsage.rss() / 1024 / 1024;

const measure = async (): Promise<ActionsCost> => {
  const startMilliseconds = await measureStarts(5);
  const bare = bareHandler();
  await repeat(always(0), seconds / 2, bare);
  const runtime = open();
  const [plain, asking] = [callOf(CODE), callOf(ASKING)];
  const run = async (call: ActionCall): Promise<void> => void (await mustFinish(runtime, call));
  await repeat(always(plain), seconds / 2, run);
  const { journal } = await mustFinish(runtime, asking);
  const found = {
    bare: await repeat(always(0), seconds, bare),
    calls: await repeat(always(plain), seconds, run),
    asking: await repeat(always(asking), seconds, run),
    replays: await repeat(always(callOf(ASKING, { journal })), seconds, run),
  };
  const many = async (): Promise<void> => {
    for (let number = 0; number < calls; number += 1) await run(number % 2 === 0 ? plain : asking);
  };
  // What the engines of this process set up for themselves is there after the first round.
  await many();
  const before = residentMegabytes();
  await many();
  const grownMegabytes = residentMegabytes() - before;
  await runtime.close();
  return { startMilliseconds, ...found, manyCalls: calls, grownMegabytes };
};

process.send?.(await measure());
process.disconnect();
