/** Reads a run that was kept. What is not exactly a run is one that has failed: nothing is issued by it. */
import type { Instant } from '@stile/core';
import { instant, isInstant } from '@stile/core';
import { z } from 'zod';
import type { Json, JsonObject } from './call.ts';
import { ACTION_FAILURES } from './call.ts';
import type { Effect } from './effects.ts';
import { isJson, isJsonRecord } from './json.ts';
import { beginRun } from './run.ts';
import type {
  ActionReport,
  ActionRun,
  Demand,
  PinnedAction,
  RunFailure,
  RunState,
  Suspended,
  Wait,
} from './run-state.ts';

const text = z.string();
const json = z.custom<Json>((value) => isJson(value));
const object = z.custom<JsonObject>(isJsonRecord);
const moment = z.custom<Instant>(isInstant);
const count = z.number().int().min(0);
const handler = z.enum(['onExecutePostLogin', 'onContinuePostLogin']);

const METADATA = ['user-metadata', 'app-metadata', 'session-metadata', 'refresh-token-metadata'] as const;
const MOMENTS = [
  'session-expires-at',
  'session-idle-expires-at',
  'refresh-token-expires-at',
  'refresh-token-idle-expires-at',
] as const;

const effect: z.ZodType<Effect> = z.union([
  z.strictObject({ effect: z.enum(['access-token-claim', 'id-token-claim']), name: text, value: json }),
  z.strictObject({ effect: z.enum(['add-scope', 'remove-scope']), scope: text }),
  z.strictObject({ effect: z.enum([...METADATA, 'transaction-metadata']), key: text, value: json }),
  z.strictObject({ effect: z.enum(['session-metadata-evict', 'refresh-token-metadata-evict']) }),
  z.strictObject({ effect: z.enum(MOMENTS), at: moment }),
  z.strictObject({ effect: z.literal('session-cookie-mode'), mode: z.enum(['persistent', 'non-persistent']) }),
  z.strictObject({ effect: z.literal('session-revoke'), reason: text, preserveRefreshTokens: z.boolean() }),
  z.strictObject({ effect: z.literal('refresh-token-revoke'), reason: text }),
  z.strictObject({ effect: z.literal('record-method'), url: text }),
]);

const demand: z.ZodType<Demand> = z.strictObject({
  action: text,
  by: z.enum(['multifactor.enable', 'challenge', 'enrol', 'step-up']),
  acr: z.array(text).exactOptional(),
  factors: z.array(text).exactOptional(),
  among: z.array(text).exactOptional(),
  since: moment.exactOptional(),
  sparedByRememberedBrowser: z.literal(true).exactOptional(),
  reason: text.exactOptional(),
});

const wait: z.ZodType<Wait> = z.union([
  z.strictObject({ wait: z.literal('proof'), demand }),
  z.strictObject({ wait: z.literal('redirect'), url: text }),
]);

const FAILURES: readonly RunFailure[] = [
  ...ACTION_FAILURES,
  'invalid_command',
  'too_many_challenges',
  'no_usable_factor',
  'interaction_required',
  'version_missing',
  'state_invalid',
];

const state: z.ZodType<RunState> = z.union([
  z.strictObject({ is: z.enum(['running', 'done']) }),
  z.strictObject({ is: z.literal('waiting'), waits: z.tuple([wait], wait) }),
  z.strictObject({ is: z.literal('denied'), action: text, reason: text, code: text.exactOptional() }),
  z.strictObject({
    is: z.literal('failed'),
    action: text,
    failure: z.enum(FAILURES),
    message: text,
    needs: z.enum(['proof', 'redirect']).exactOptional(),
  }),
]);

const suspended: z.ZodType<Suspended> = z.strictObject({
  handler,
  journal: z.strictObject({
    seed: z.string().regex(/^[0-9a-f]{64}$/),
    startedAtMs: z.number().min(0),
    answers: z.array(z.strictObject({ question: text, answer: json, atMs: z.number().min(0) })),
  }),
  question: text,
  event: object,
  context: object,
});

const report: z.ZodType<ActionReport> = z.strictObject({
  action: text,
  version: text,
  handler,
  outcome: z.enum(['finished', 'suspended', 'denied', 'failed']),
  ms: count,
  cpuMs: count,
  commands: z.array(text),
  reason: text.exactOptional(),
});

const pinned: z.ZodType<PinnedAction> = z.strictObject({ name: text, version: text });

const shape: z.ZodType<ActionRun> = z.strictObject({
  format: z.literal(1),
  state,
  actions: z.array(pinned),
  position: count,
  handler,
  requestedAt: moment,
  interactive: z.boolean(),
  demands: z.array(demand),
  effects: z.array(effect),
  challenges: count,
  suspended: suspended.nullable(),
  reports: z.array(report),
});

/** Whether what is done has been done by all of its Actions, and what is not has one whose turn it is. */
const isCoherent = ({ state: { is }, position, actions, suspended: standing }: ActionRun): boolean => {
  if (is === 'done') return position >= actions.length && standing === null;
  return position < actions.length;
};

/** A run of which nothing is known but that it was kept: it ends in a refusal. */
export const invalidRun: ActionRun = {
  ...beginRun([], { requestedAt: instant(0), interactive: false }),
  state: { is: 'failed', action: '', failure: 'state_invalid', message: 'What was kept of the run is no run' },
};

/** @param kept what a store gave back */
export const parseRun = (kept: unknown): ActionRun => {
  const parsed = shape.safeParse(kept);
  return parsed.success && isCoherent(parsed.data) ? parsed.data : invalidRun;
};
