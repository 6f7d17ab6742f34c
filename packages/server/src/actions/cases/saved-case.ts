/** A real execution as a case, so that what happened once is tested from then on. Its secrets were masked when it was kept. */
import { z } from 'zod';
import type { ActionExecution, RecordedExecution } from '../../store/action-ports.ts';
import type { Json, JsonObject } from '../call.ts';
import { ACTION_FAILURES } from '../call.ts';
import type { EncryptionKey } from '../deploy/encryption-key.ts';
import { bondOf } from '../executions.ts';
import { isJsonRecord } from '../json.ts';
import { maskOf } from '../masked.ts';
import type { ActionCaseInput } from './action-case.ts';

const recording = z.custom<RecordedExecution>(isJsonRecord);

/**
 * The case of an execution; undefined when what it was given was not kept.
 *
 * @param secretNames the secrets of its version: each becomes its mask
 * @param key opens what it was given
 * @throws EncryptionKeyError when that was encrypted with another key, for another execution, or was changed since
 */
export const caseOf = (
  execution: ActionExecution,
  secretNames: readonly string[],
  key: () => Pick<EncryptionKey, 'openText'>,
): ActionCaseInput | undefined => {
  const { id, at, action, outcome, details } = execution;
  const { recorded, handler } = details;
  const failure = ACTION_FAILURES.find((word) => word === details.failure);
  // By itself it came to its end when it failed for something of the person, or of the other Actions.
  const isOnlyRefused = outcome === 'failed' && failure === undefined;
  if (typeof recorded !== 'string') return undefined;
  const { event, context, journal } = recording.parse(JSON.parse(key().openText(recorded, bondOf(id))));
  const answers = journal.answers.map(({ answer }) => answer);
  return {
    name: `as on ${new Date(at * 1000).toISOString()} (${id})`,
    action,
    handler,
    at: new Date(journal.startedAtMs).toISOString(),
    seed: journal.seed,
    isWholeEvent: true,
    event,
    secrets: Object.fromEntries(secretNames.map((name) => [name, maskOf(name)])),
    cache: cacheIn(context),
    canRedirect: context.canRedirect !== false,
    fetch: answers.filter(isFetched).map(fetchedFrom),
    stepUps: answers.filter((answer): answer is JsonObject => isJsonRecord(answer) && !isFetched(answer)),
    expect: {
      outcome: isOnlyRefused ? 'finished' : outcome,
      ...(failure !== undefined && { failure }),
      commands: details.commands.map(({ call, args }) => [call, ...args]),
    },
  };
};

/** Answers of `fetch` have a status or an error; those to a demand have neither. */
const isFetched = (answer: Json): answer is JsonObject =>
  isJsonRecord(answer) && ('status' in answer || 'error' in answer);

const fetchedFrom = (answer: JsonObject): NonNullable<ActionCaseInput['fetch']>[number] => {
  const { url, status, headers, text, error } = answer;
  if (isJsonRecord(error)) return { error: wordOf(error.message) };
  return {
    ...(typeof url === 'string' && { url }),
    status: Number(status),
    headers: headersIn(headers),
    ...(typeof text === 'string' && { text }),
  };
};

const wordOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const headersIn = (headers: Json | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (isList(headers) ? headers : []).flatMap((pair): readonly (readonly [string, string])[] =>
      isList(pair) ? [[wordOf(pair[0]), wordOf(pair[1])]] : [],
    ),
  );

const cacheIn = ({ cache }: JsonObject): Readonly<Record<string, string>> =>
  isJsonRecord(cache)
    ? Object.fromEntries(
        Object.entries(cache).flatMap(([key, entry]): readonly (readonly [string, string])[] =>
          isJsonRecord(entry) && typeof entry.value === 'string' ? [[key, entry.value]] : [],
        ),
      )
    : {};

/** The file of a case: TypeScript that the house style would not change much. */
export const fileOf = (one: ActionCaseInput): string =>
  [
    `/** An execution that really happened, as a test. Secrets are masked. Look through it before you share it: it is about a person. */`,
    `import type { CaseFile } from '@stile/actions';`,
    '',
    `export const cases: CaseFile = [`,
    ...JSON.stringify(one, null, 2)
      .split('\n')
      .map((line) => `  ${line.replace(/^(\s*)"([A-Za-z_]\w*)":/, '$1$2:')}`),
    `];`,
    '',
  ].join('\n');
