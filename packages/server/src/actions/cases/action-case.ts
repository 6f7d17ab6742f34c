/** A case: an event that goes in, and what is expected to come out. */
import { z } from 'zod';
import type { Json } from '../call.ts';
import { ACTION_FAILURES } from '../call.ts';
import { isJson } from '../json.ts';

const json = z.custom<Json>((value) => isJson(value), 'It has to be JSON.');

/** What the world answers to one `fetch`. */
const fetched = z.strictObject({
  /** The call has to be to this address; any will do if it is left out. */
  url: z.string().optional(),
  method: z.string().optional(),
  status: z.int().min(200).max(599).default(200),
  headers: z.record(z.string(), z.string()).default({}),
  text: z.string().optional(),
  json: json.optional(),
  /** The call fails, with this message. */
  error: z.string().optional(),
});

const expectation = z.strictObject({
  outcome: z.enum(['finished', 'suspended', 'failed']).default('finished'),
  failure: z.enum([...ACTION_FAILURES, 'invalid_command']).optional(),
  /** Stands in what it threw. */
  message: z.string().optional(),
  /** All of them, in their order: the method of `api`, then its arguments. */
  commands: z.array(z.tuple([z.string()], json)).optional(),
  /** The methods alone, where arguments differ each time. */
  calls: z.array(z.string()).optional(),
  /** What `api.stepUp.require` demands that was not proven. */
  demand: z.record(z.string(), json).optional(),
  /** The texts of its console. */
  console: z.array(z.string()).optional(),
});

const actionCase = z.strictObject({
  name: z.string().min(1),
  /** The Action; that of the file unless it is said. */
  action: z.string().optional(),
  handler: z.enum(['onExecutePostLogin', 'onContinuePostLogin']).default('onExecutePostLogin'),
  /** The clock of the case. */
  at: z.iso.datetime({ offset: true }).default('2026-01-15T12:00:00Z'),
  /** 64 hexadecimal digits: everything random comes from them. */
  seed: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .default('0'.repeat(64)),
  /** What is different from an ordinary login; or the whole event. */
  event: z.record(z.string(), z.unknown()).default({}),
  isWholeEvent: z.boolean().default(false),
  secrets: z.record(z.string(), z.string()).default({}),
  cache: z.record(z.string(), z.string()).default({}),
  canRedirect: z.boolean().default(true),
  fetch: z.array(fetched).default([]),
  /** What is proven, for each `api.stepUp.require`; the first that is not there has to be proven yet. */
  stepUps: z.array(z.record(z.string(), json)).default([]),
  expect: expectation,
});

export type ActionCase = z.output<typeof actionCase>;
export type ActionCaseInput = z.input<typeof actionCase>;
export type Expectation = ActionCase['expect'];

/** A file of cases cannot be read; the message says where and why. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
}

/**
 * The cases that a module exports: as `cases`, or by default; a list, or one.
 *
 * @throws CaseError
 */
export const casesIn = (module: Readonly<Record<string, unknown>>, file: string): readonly ActionCase[] => {
  const exported = module.cases ?? module.default;
  if (exported === undefined) throw new CaseError(`${file} exports no cases; write: export const cases = [{ … }];`);
  const parsed = z.array(actionCase).safeParse(Array.isArray(exported) ? exported : [exported]);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `  cases[${path.join('.')}]: ${message}`);
  throw new CaseError(`${file} has cases that cannot be:\n${faults.join('\n')}`);
};
