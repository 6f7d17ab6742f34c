/** Measures servers side by side: each row in rounds, and in each round one contender after the other. */
import type { ContenderName, RowName, Running } from './contenders/contender.ts';
import { start } from './contenders/contender.ts';
import type { Round } from './load/round.ts';
import { round } from './load/round.ts';
import type { Cell, Row } from './results.ts';
import type { Alg } from './world.ts';
import { makeSigningPair } from './world.ts';

const ROWS: Readonly<Record<Alg, readonly RowName[]>> = {
  ES256: ['step-up', 'sign-in', 'client-credentials', 'code', 'refresh', 'introspect', 'consume'],
  // Where nothing is signed, the algorithm makes little difference.
  RS256: ['step-up', 'client-credentials', 'code', 'refresh'],
};

/** What to measure, and how long. */
export interface Plan {
  readonly contenders: readonly ContenderName[];
  readonly algs: readonly Alg[];
  /** All rows unless given. */
  readonly only: readonly RowName[] | undefined;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly lanes: number;
  readonly people: number;
  readonly pinned: boolean;
  /** Told of every round, so that somebody who waits sees that it goes on. */
  readonly tell: (line: string) => void;
}

export const measureServers = async (plan: Plan): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const alg of plan.algs) rows.push(...(await measureAlg(alg, plan)));
  return rows;
};

const measureAlg = async (alg: Alg, plan: Plan): Promise<readonly Row[]> => {
  const wanted = ROWS[alg].filter((row) => plan.only === undefined || plan.only.includes(row));
  if (wanted.length === 0) return [];
  const { people, pinned } = plan;
  const pair = makeSigningPair(alg);
  const running = new Map<ContenderName, Running>();
  try {
    for (const name of plan.contenders) running.set(name, await start(name, { pair, people, pinned }));
    const rows: Row[] = [];
    for (const row of wanted) rows.push({ row, alg, cells: await measureRow(row, running, plan) });
    return rows;
  } finally {
    await Promise.all([...running.values()].map((one) => one.stop()));
  }
};

const measureRow = async (
  row: RowName,
  running: ReadonlyMap<ContenderName, Running>,
  plan: Plan,
): Promise<readonly Cell[]> => {
  const found = new Map<ContenderName, Round[]>([...running.keys()].map((name) => [name, []]));
  const faults = new Map<ContenderName, string>();
  for (let number = 0; number <= plan.rounds; number += 1) {
    const isWarmUp = number === 0;
    for (const [name, server] of running) {
      const flow = server.flows[row];
      if (!flow || faults.has(name)) continue;
      try {
        const seconds = isWarmUp ? plan.warmUpSeconds : plan.seconds;
        const one = await round(flow, server, { lanes: plan.lanes, seconds });
        if (isWarmUp) continue;
        found.get(name)?.push(one);
        plan.tell(`${row} ${name} ${number}/${plan.rounds}: ${one.perSecond.toFixed(0)}/s`);
      } catch (error) {
        faults.set(name, error instanceof Error ? error.message : String(error));
        plan.tell(`${row} ${name}: ${faults.get(name)}`);
      }
    }
  }
  return [...found].map(([contender, rounds]) => {
    const fault = faults.get(contender);
    return { contender, rounds, ...(fault !== undefined && { fault }) };
  });
};
