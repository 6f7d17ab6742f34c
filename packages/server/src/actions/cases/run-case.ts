/** Runs one case in the sandbox, and compares what came out with what was expected. */
import { instant } from '@stile/core';
import type {
  ActionOutcome,
  ActionRuntime,
  Command,
  ConsoleLine,
  HostAnswer,
  HostQuestion,
  Json,
  JsonObject,
  Program,
} from '../call.ts';
import { parseCommands } from '../commands.ts';
import { isJsonRecord } from '../json.ts';
import type { ActionCase } from './action-case.ts';
import { compared } from './compared.ts';
import { ordinaryEvent, withDifference } from './ordinary-event.ts';

/** What came out, as cases speak of it. */
export interface CaseOutcome {
  readonly outcome: ActionOutcome['outcome'];
  readonly failure?: string;
  readonly message?: string;
  readonly demand?: JsonObject;
  readonly commands: readonly Command[];
  readonly console: readonly ConsoleLine[];
}

export interface CaseResult {
  readonly name: string;
  /** In words and lines; none when it is as expected. */
  readonly differences: readonly string[];
  readonly came: CaseOutcome;
  readonly ms: number;
}

/** Never later than any case: what is cached in a case has not expired. */
const LATEST_MS = 8_640_000_000_000_000;

export const runCase = async (
  one: ActionCase,
  program: Program,
  runtime: Pick<ActionRuntime, 'run'>,
): Promise<CaseResult> => {
  const startedAtMs = Date.parse(one.at);
  const event = one.isWholeEvent
    ? withDifference({}, one.event)
    : withDifference(ordinaryEvent(instant(Math.floor(startedAtMs / 1000))), one.event);
  const world = worldOf(one);
  const outcome = await runtime.run({
    program,
    handler: one.handler,
    event: { ...event, secrets: one.secrets },
    context: contextOf(one, event),
    journal: { seed: one.seed, startedAtMs, answers: [] },
    ask: world.ask,
  });
  const came = judged(outcome, one, event);
  return {
    name: one.name,
    differences: [...compared(one.expect, came), ...world.differences()],
    came,
    ms: outcome.wallMs,
  };
};

const protocolIn = ({ transaction }: JsonObject): string => {
  const protocol = isJsonRecord(transaction) ? transaction.protocol : undefined;
  return typeof protocol === 'string' ? protocol : '';
};

const contextOf = ({ handler, canRedirect, cache }: ActionCase, event: JsonObject): JsonObject => ({
  handler,
  protocol: protocolIn(event),
  canRedirect,
  cache: Object.fromEntries(Object.entries(cache).map(([key, value]) => [key, { value, expiresAtMs: LATEST_MS }])),
});

/** What it commands is checked as in a login: one that is not sound fails it. */
const judged = (outcome: ActionOutcome, { handler }: ActionCase, event: JsonObject): CaseOutcome => {
  const { commands, console } = outcome;
  const wrote = { commands, console };
  if (outcome.outcome === 'failed') {
    return { outcome: 'failed', failure: outcome.failure, message: outcome.message, ...wrote };
  }
  const parsed = parseCommands(commands, { handler, protocol: protocolIn(event) });
  if (!parsed.ok) {
    const { call, problem } = parsed.error;
    return { outcome: 'failed', failure: 'invalid_command', message: `${call}: ${problem}`, ...wrote };
  }
  if (outcome.outcome === 'finished') return { outcome: 'finished', ...wrote };
  const { question } = outcome;
  return { outcome: 'suspended', ...(question.ask === 'step-up' && { demand: question.demand }), ...wrote };
};

const wordOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Answers what the Action asks, from what the case has, in its order. */
const worldOf = (one: ActionCase) => {
  const fetches = [...one.fetch];
  const stepUps = [...one.stepUps];
  const faults: string[] = [];
  const fetched = (request: JsonObject): Json => {
    const [url, method] = [wordOf(request.url), wordOf(request.method)];
    const given = fetches.shift();
    if (given === undefined) {
      faults.push(`It calls ${method} ${url}, for which the case has no answer in fetch.`);
      return { error: { message: 'the case has no answer for this call' } };
    }
    if ((given.url ?? url) !== url || (given.method ?? method) !== method)
      faults.push(`It calls ${method} ${url}, and not ${given.method ?? method} ${given.url ?? url}.`);
    if (given.error !== undefined) return { error: { message: given.error } };
    const { status, headers, json, text = json === undefined ? '' : JSON.stringify(json) } = given;
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    return { status, statusText: '', headers: Object.entries({ ...type, ...headers }), url, redirected: false, text };
  };
  const ask = async (question: HostQuestion): Promise<HostAnswer> => {
    if (question.ask === 'fetch') return { answer: fetched(question.request) };
    const proven = stepUps.shift();
    return proven === undefined ? { suspend: true } : { answer: proven };
  };
  const unasked = (): readonly string[] => [
    ...fetches.map(
      ({ url }) => `It does not call${url === undefined ? '' : ` ${url}`}, for which the case has an answer.`,
    ),
    ...stepUps.map(() => 'It does not demand a proof for which the case has an answer.'),
  ];
  return { ask, differences: () => [...faults, ...unasked()] };
};
