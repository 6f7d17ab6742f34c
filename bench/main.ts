/**
 * `npm run bench`: measures Stile beside its rivals and the bare limit, in one run.
 *
 *     npm run bench -- --quick          a short look
 *     npm run bench -- --only refresh   some rows
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureActions } from './actions/measure.ts';
import type { Arguments, Part } from './arguments.ts';
import { parseArguments, USAGE } from './arguments.ts';
import type { ContenderName } from './contenders/contender.ts';
import { canPin, pinGenerator } from './contenders/program.ts';
import { measureInProcess } from './in-process/measure.ts';
import { describeMachine, versions } from './machine.ts';
import { profileOf } from './profile/profile.ts';
import { measureReplay } from './replay/measure.ts';
import { writeReport } from './report/report.ts';
import {
  actionsTable,
  checksTable,
  inProcessLines,
  replayLine,
  rowsTable,
  spentTable,
  startUpLine,
} from './report/terminal.ts';
import type { Results } from './results.ts';
import { LATEST, readResults } from './results.ts';
import { measureServers } from './servers.ts';
import { measureStartUp } from './start-up/start-up.ts';
import { makeSigningPair } from './world.ts';

const LANES = 16;
const THOROUGH = {
  rounds: 3,
  seconds: 1,
  warmUpSeconds: 1,
  people: 2000,
  startUps: 5,
  actionCalls: 10_000,
  replayed: 100_000,
};
const QUICK = {
  rounds: 3,
  seconds: 0.5,
  warmUpSeconds: 0.5,
  people: 400,
  startUps: 2,
  actionCalls: 1000,
  replayed: 20_000,
};

const show = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Brings the rivals, exactly as the lockfile names them. */
const installRivals = (): void => {
  const folder = join(import.meta.dirname, 'rivals');
  const { status } = spawnSync('npm', ['ci'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('The rivals could not be installed; --without-rivals does without them.');
};

/** Measures one part after another, and shows each as soon as it is there. */
const measure = async (given: Arguments): Promise<Partial<Results>> => {
  const pinned = canPin();
  const machine = describeMachine(pinned);
  if (pinned) pinGenerator();
  const effort = given.quick ? QUICK : THOROUGH;
  const has = (part: Part): boolean => given.parts.includes(part);
  const contenders: readonly ContenderName[] = ['stile', 'limit', ...(given.rivals ? RIVALS : [])];
  const plan = {
    ...effort,
    contenders,
    algs: ['ES256', 'RS256'],
    only: given.rows,
    lanes: LANES,
    pinned,
    tell,
  } as const;
  const rows = await measureServers(plan);
  if (rows.length > 0) show(rowsTable(rows));
  const inProcess = has('in-process') ? await measureInProcess(effort.seconds, pinned) : undefined;
  if (inProcess) show(`\n${checksTable(inProcess.checks)}\n\n${inProcessLines(inProcess)}`);
  const actions = has('actions') ? await measureActions(effort.seconds, effort.actionCalls, pinned) : undefined;
  if (actions) show(`\n${actionsTable(actions)}`);
  const replay = has('replay') ? await measureReplay(effort.replayed, pinned) : undefined;
  if (replay) show(`\n${replayLine(replay)}`);
  const startUp = has('start-up') ? await measureStartUp(effort.startUps, pinned) : undefined;
  if (startUp) show(`\n${startUpLine(startUp)}`);
  const profiling = { row: 'step-up', pair: makeSigningPair('ES256'), lanes: LANES, pinned, ...effort } as const;
  const stepUp = has('profile') ? await profileOf(profiling) : undefined;
  if (stepUp) show(`\n${spentTable(stepUp)}`);
  return {
    machine,
    settings: { ...effort, lanes: LANES, command: 'npm run bench' },
    rows,
    ...inProcess,
    ...(actions && { actions }),
    ...(replay && { replay }),
    ...(startUp && { startUp }),
    ...(stepUp && { stepUp }),
  };
};

/** Nothing here is known more exactly. */
const inThousandths = (_name: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;

const RIVALS: readonly ContenderName[] = ['oidc-provider', 'better-auth'];

const run = async (given: Arguments): Promise<void> => {
  if (given.report) return writeReport(readResults());
  if (given.rivals) installRivals();
  const found = await measure(given);
  if (given.quick || !given.rivals || given.isPartial) return;
  const date = new Date().toISOString().slice(0, 10);
  const results = { format: 1, date, versions: versions(), ...found };
  writeFileSync(LATEST, `${JSON.stringify(results, inThousandths, 2)}\n`);
  writeReport(readResults());
};

try {
  await run(parseArguments(process.argv.slice(2)));
} catch (error) {
  tell(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 1;
}
