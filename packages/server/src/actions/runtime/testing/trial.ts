/** A runtime with a plain `api`, for tests of the runtime alone. */
import { hash } from 'node:crypto';
import { after } from 'node:test';
import type { ActionCall, ActionLimits, ActionOutcome, HostAnswer, Journal, Json } from '../../call.ts';
import type { RuntimeSettings } from '../runtime.ts';
import { createActionRuntime } from '../runtime.ts';

export const LIMITS: ActionLimits = {
  cpuMs: 300,
  wallMs: 3000,
  memoryBytes: 32 * 1024 * 1024,
  resultBytes: 64 * 1024,
  consoleLines: 20,
  consoleBytes: 4000,
};

const INSIDE = `(host) => ({
  event: host.event,
  api: {
    say: (...args) => host.record('say', args),
    record: host.record,
    ask: host.ask,
    hmac: host.hmacSha256,
    context: host.context,
    stepUp: { require: (demand) => host.ask({ ask: 'step-up', demand }) },
  },
})`;

export const JOURNAL: Journal = { seed: '07'.repeat(32), startedAtMs: 1_800_000_000_000, answers: [] };

export interface Trial {
  /** Runs a whole program. */
  program(code: string, more?: Partial<ActionCall>): Promise<ActionOutcome>;
  /** Runs the body of a handler. */
  body(code: string, more?: Partial<ActionCall>): Promise<ActionOutcome>;
  /** What the body of a handler said, when it came to its end. */
  said(code: string, more?: Partial<ActionCall>): Promise<readonly Json[]>;
}

export const suspend = (): Promise<HostAnswer> => Promise.resolve({ suspend: true });

/** Closed after the tests of the file. */
export const openTrial = (settings: Partial<RuntimeSettings> = {}): Trial => {
  const runtime = createActionRuntime({
    limits: LIMITS,
    egress: 'ask',
    workers: 1,
    queue: 100,
    insideSource: INSIDE,
    ...settings,
  });
  after(() => runtime.close());
  const program: Trial['program'] = (code, more) =>
    runtime.run({
      program: { code, checksum: hash('sha256', code, 'base64url') },
      handler: 'onExecutePostLogin',
      event: { user: { user_id: 'robin' } },
      context: {},
      journal: JOURNAL,
      ask: suspend,
      ...more,
    });
  const body: Trial['body'] = (code, more) =>
    program(`exports.onExecutePostLogin = async (event, api) => {${code}\n};`, more);
  return {
    program,
    body,
    said: async (code, more) => {
      const outcome = await body(code, more);
      if (outcome.outcome === 'failed') throw new Error(`${outcome.failure}: ${outcome.message}`);
      if (outcome.outcome === 'suspended') throw new Error('It was suspended');
      return outcome.commands.flatMap(({ args }) => args);
    },
  };
};

/** Why it failed; nothing when it did not. */
export const failureOf = (outcome: ActionOutcome): string | undefined =>
  outcome.outcome === 'failed' ? outcome.failure : undefined;

export const messageOf = (outcome: ActionOutcome): string => (outcome.outcome === 'failed' ? outcome.message : '');
