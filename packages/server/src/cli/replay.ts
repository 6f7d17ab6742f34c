/** `stile replay`: what another policy would have made of the decisions on record, and whether the one in force still makes the same. */
import { writeFileSync } from 'node:fs';
import type { Instant } from '@stile/core';
import { durationInSeconds, secondsBefore } from '@stile/core';
import { BuildError } from '../actions/deploy/build.ts';
import { SecretError } from '../actions/deploy/secrets.ts';
import type { Config } from '../config/config.ts';
import type { CandidateActions } from '../decision/candidate-actions.ts';
import type { Checked } from '../decision/check.ts';
import { checkDecisions } from '../decision/check.ts';
import { policyOf } from '../decision/policy.ts';
import { DECISION_TYPES } from '../decision/recorded.ts';
import type { ReplayReport } from '../decision/replay.ts';
import { replay } from '../decision/replay.ts';
import { replayPage } from '../decision/report.ts';
import type { Store } from '../store/ports.ts';
import { printable } from './actions-words.ts';
import { candidateConfig } from './candidate.ts';
import type { CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';
import { optionsIn } from './options.ts';
import type { Progress } from './progress.ts';
import { progressOf } from './progress.ts';
import { withCandidateActions } from './replay-actions.ts';
import { replayLines } from './replay-words.ts';

type Print = CommandLine['print'];

const numbers = new Intl.NumberFormat('en');

const DEFAULT_SINCE = '30d';

export const REPLAY_OPTIONS = ['--policy', '--actions', '--since', '--json', '--html', '--check'] as const;

/** `stile replay [--policy <file>] [--actions <folder>] [--since <age>] [--json] [--html <file>]`, and `stile replay --check [--since <age>] [--json]` */
export const replayDecisions: StoreCommand = async (store, words, line) => {
  const { values } = optionsIn(words, ['--policy', '--actions', '--since', '--html']);
  const seconds = durationInSeconds(values.get('--since') ?? DEFAULT_SINCE);
  if (seconds === undefined) {
    line.print('Say how far back to go as 30s, 5m, 12h or 3d.');
    return 2;
  }
  const since = secondsBefore(line.now(), seconds);
  const isJson = words.includes('--json');
  if (words.includes('--check')) return check(store, since, isJson, line.print);
  const [path, folder] = [values.get('--policy'), values.get('--actions')];
  if (path === undefined && folder === undefined) {
    line.print(
      'Say what is to be tried: stile replay --policy candidate.config.ts, with --actions ./actions or without. To check what is on record: stile replay --check',
    );
    return 2;
  }
  const config = path === undefined ? line.config : await candidateConfig(path, line);
  const report = await replayed(store, config, folder, since).catch((error: unknown) => {
    if (error instanceof BuildError || error instanceof SecretError) return error.message;
    throw error;
  });
  if (report === undefined || typeof report === 'string') {
    line.print(report ?? `There is no Action in ${folder}.`);
    return 1;
  }
  return tell(report, isJson, values.get('--html'), line.print);
};

/** Nothing when there are no Actions where they were said to be. */
const replayed = (
  store: Store,
  config: Config,
  folder: string | undefined,
  since: Instant,
): Promise<ReplayReport | undefined> => {
  const over = (actions?: CandidateActions): Promise<ReplayReport> =>
    withProgress(store, since, (progress) =>
      replay(store, policyOf(config), { since, progress, ...(actions && { actions }) }),
    );
  return folder === undefined ? over() : withCandidateActions(folder, { store, config }, over);
};

const withProgress = async <T>(store: Store, since: Instant, work: (progress: Progress) => Promise<T>): Promise<T> => {
  const progress = progressOf(await store.audit.countAfter({ at: since, id: '' }, DECISION_TYPES));
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
};

const tell = (report: ReplayReport, isJson: boolean, html: string | undefined, print: Print): number => {
  // It names people: its owner alone may read it.
  if (html !== undefined) writeFileSync(html, replayPage(report), { mode: 0o600 });
  if (isJson) print(JSON.stringify(report, null, 2));
  else for (const text of replayLines(report)) print(printable(text));
  if (html !== undefined && !isJson) print(`The report is in ${html}.`);
  return 0;
};

const check = async (store: Store, since: Instant, isJson: boolean, print: Print): Promise<number> => {
  const checked = await withProgress(store, since, (progress) => checkDecisions(store, since, progress));
  if (isJson) print(JSON.stringify(checked, null, 2));
  else for (const text of checkLines(checked)) print(printable(text));
  return checked.differing === 0 && Object.keys(checked.withoutPolicy).length === 0 ? 0 : 1;
};

function* checkLines(checked: Checked): Generator<string> {
  const { records, judged, withoutFacts, withoutPolicy, differing, deviations, since } = checked;
  yield `${numbers.format(records)} decisions since ${moment(since)} were read, and ${numbers.format(judged)} made again by the policy that was in force.`;
  if (withoutFacts > 0)
    yield `${numbers.format(withoutFacts)} are no question of policy, or from before facts were kept with decisions.`;
  for (const [digest, count] of Object.entries(withoutPolicy))
    yield `${numbers.format(count)} cannot be made again: their policy ${digest} is not kept, or is not what it was.`;
  for (const { id, at, differs, stored, again } of deviations)
    yield `${id} of ${moment(at)} differs in ${differs.join(', ')}: ${stored.step} (${stored.reason}) then, ${again.step} (${again.reason}) now. See it: stile explain ${id}`;
  if (differing > deviations.length) yield `… and ${numbers.format(differing - deviations.length)} more.`;
  yield differing === 0
    ? 'None comes out otherwise.'
    : `${numbers.format(differing)} come out otherwise, and none may.`;
}
