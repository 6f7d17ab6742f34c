/** What a replay found, in lines for a terminal. */
import type { ActionsReport } from '../decision/candidate-actions.ts';
import { CHANGE_WORDS } from '../decision/changed.ts';
import { CHANGES } from '../decision/difference.ts';
import type { ReplayReport } from '../decision/replay.ts';
import type { Line } from '../decision/tally.ts';
import { moment } from './moment.ts';

const numbers = new Intl.NumberFormat('en');

/** So many lines of each table are shown; all are in the JSON and in the HTML report. */
const SHOWN = 10;

function* table(title: string, lines: readonly Line[]): Generator<string> {
  const changing = lines.filter(({ changed }) => changed > 0);
  if (changing.length === 0) return;
  yield '';
  yield title;
  const width = Math.max(...changing.slice(0, SHOWN).map(({ name }) => name.length));
  for (const { name, decisions, changed, changes } of changing.slice(0, SHOWN)) {
    const kinds = CHANGES.flatMap((change) =>
      changes[change] ? [`${numbers.format(changes[change])} ${change}`] : [],
    );
    yield `  ${name.padEnd(width)}  ${numbers.format(changed)} of ${numbers.format(decisions)}: ${kinds.join(', ')}`;
  }
  if (changing.length > SHOWN) yield `  … and ${changing.length - SHOWN} more`;
}

function* actionLines(report: ActionsReport): Generator<string> {
  const { actions, decisions, refreshes, denied, failed, demanding, faults, withoutPerson, fetches, redirects } =
    report;
  yield '';
  yield `The Actions ${actions.join(', ')} ran for ${numbers.format(decisions)} decisions, ${numbers.format(refreshes)} of them refreshes: ${numbers.format(demanding)} times they demanded a proof, ${numbers.format(denied)} times they denied, ${numbers.format(failed)} times they failed.`;
  for (const { action, failure, decisions: times, message, example } of faults)
    yield `  ${action} failed ${numbers.format(times)} times (${failure}): ${message}; first for ${example}`;
  if (fetches > 0) yield `fetch was called ${numbers.format(fetches)} times, and goes nowhere in a replay: it failed.`;
  if (redirects > 0)
    yield `${numbers.format(redirects)} times somebody would have been sent elsewhere; with what they would have come back is not known.`;
  if (withoutPerson > 0)
    yield `${numbers.format(withoutPerson)} decisions are of people who are gone: no Action ran for them.`;
  yield 'Actions saw people as they are kept today, and no address, browser or further parameters: those are not on record.';
}

export function* replayLines(report: ReplayReport): Generator<string> {
  const { decisions, requests, people, changes, since } = report;
  const { records, judged, withoutFacts, failed, changed } = decisions;
  yield `${numbers.format(judged)} decisions since ${moment(since)} were judged by the candidate policy, and ${numbers.format(changed)} would come out otherwise:`;
  yield `${numbers.format(requests.changed)} of ${numbers.format(requests.judged)} requests, of ${numbers.format(people.changed)} of ${people.isMore ? 'more than ' : ''}${numbers.format(people.judged)} people.`;
  for (const change of CHANGES)
    if (changes[change] > 0) yield `  ${numbers.format(changes[change]).padStart(9)}  ${CHANGE_WORDS[change]}`;
  if (records > judged)
    yield `${numbers.format(withoutFacts)} of ${numbers.format(records)} records are no question of policy or from before facts were kept; ${numbers.format(failed)} could not be judged.`;
  yield* table('By client', report.byClient);
  yield* table('By scope', report.byScope);
  yield* table('By factor', report.byFactor);
  yield* table('By who demands it', report.byCause);
  if (report.examples.length > 0) yield '';
  for (const { id, change, says } of report.examples) yield `${change}  ${id}  ${says}`;
  if (report.actions) yield* actionLines(report.actions);
  if (report.notKnown.length > 0) yield '';
  for (const { decisions: open, says } of report.notKnown)
    yield `Not known of ${numbers.format(open)} decisions: ${says}`;
}
