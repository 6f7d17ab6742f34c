/** Round after round: a server under load is killed, the next one starts on what is left, and everything is compared. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../authorization-server.ts';
import { CrashingServer } from './crashing-server.ts';
import type { Matter } from './matter.ts';
import { asked, redeemed, refresh, signIn } from './matter.ts';
import { appCodes, guesses, oneTimeCodes, recoveryCodes, signIns, signOuts } from './matters-of-people.ts';
import { chain, codes, revocations, singleUse } from './matters-of-tokens.ts';
import type { Moment, MomentName } from './moments.ts';
import { MOMENT_NAMES, momentOf, randomFrom } from './moments.ts';
import { Remains } from './remains.ts';
import type { Tally, World } from './world.ts';
import { createWorld, Visitor } from './world.ts';

export interface Report {
  readonly rounds: number;
  /** How often a server was killed, by when. */
  readonly killed: Readonly<Record<string, number>>;
  readonly tally: Tally;
  /** From the order to open the store to the first connection, in milliseconds. */
  readonly startMilliseconds: readonly number[];
}

/** Time between two rounds: limits fill up again, and each round has codes of an app of its own. */
const BETWEEN_ROUNDS_SECONDS = 180;
/** The limits of tries take many requests with costly passwords. */
const GUESS_EVERY = 10;
const NEIGHBOUR_GOES_ON = 4;

export interface Plan {
  readonly rounds: number;
  /** Of the first round; each next one has the next. */
  readonly seed: number;
  /** When servers are killed; at every moment there is unless it says. */
  readonly moments?: readonly MomentName[];
  readonly progress?: (line: string) => void;
}

/** @throws Error that names the seed of the round in which something was lost or counted twice */
export const runRounds = async ({
  rounds,
  seed,
  moments = MOMENT_NAMES,
  progress = () => undefined,
}: Plan): Promise<Report> => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-crash-'));
  const house = await openHouse(folder, rounds, seed);
  const killed = new Map<string, number>();
  try {
    for (let round = 0; round < rounds; round += 1) {
      const moment = momentOf(seed + round, moments);
      await inRound(seed + round, moment, () => house.round(moment, round));
      killed.set(moment.name, (killed.get(moment.name) ?? 0) + 1);
      progress(`${round + 1} of ${rounds}: killed ${moment.name}`);
    }
    return { rounds, killed: Object.fromEntries(killed), tally: house.world.tally, startMilliseconds: house.starts };
  } finally {
    await house.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

const inRound = async (seed: number, { name }: Moment, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new Error(`Seed ${seed}, killed ${name}: ${cause.message}`, { cause });
  }
};

interface House {
  readonly world: World;
  readonly starts: readonly number[];
  round(moment: Moment, number: number): Promise<void>;
  close(): Promise<void>;
}

const openHouse = async (folder: string, rounds: number, seed: number): Promise<House> => {
  const compiled = join(folder, 'compiled');
  const data = join(folder, 'data');
  const ports = [await freePort(), await freePort()] as const;
  // The clock of the last round shows today, for the command that rotates keys has the clock of the system.
  const begin = Math.floor(Date.now() / 1000) - (rounds + 1) * BETWEEN_ROUNDS_SECONDS;
  const world = createWorld(data, ports, begin, rounds);
  const matters = mattersOf(world, randomFrom(seed));
  const starts: number[] = [];
  let [port, otherPort] = ports;
  let [current, spare] = [new CrashingServer(compiled), new CrashingServer(compiled)];

  const serve = async (server: CrashingServer, on: number): Promise<boolean> => {
    await server.ready;
    const begun = performance.now();
    const listens = await server.order({ kind: 'serve', configuration: world.configuration(on), now: world.now() });
    if (listens) starts.push(performance.now() - begun);
    return listens;
  };
  assert.ok(await serve(current, port), 'the first start');

  const takeOver = async ({ nextDies }: Moment): Promise<void> => {
    if (nextDies) {
      await spare.ready;
      await spare.order(nextDies);
      if (!(await serve(spare, port))) {
        const remains = new Remains(data);
        assert.deepEqual(remains.wrongs(), [], 'after a start that was killed');
        remains.close();
        spare = new CrashingServer(compiled);
        assert.ok(await serve(spare, port), 'the start after it');
      }
      await spare.order({ kind: 'die', death: { statement: '^never$', when: 'before', count: 1 } });
    } else {
      assert.ok(await serve(spare, port), 'the next start');
    }
    [current, spare] = [spare, new CrashingServer(compiled)];
  };

  const round = async (moment: Moment, number: number): Promise<void> => {
    world.advance(BETWEEN_ROUNDS_SECONDS);
    await current.order({ kind: 'clock', now: world.now() });
    const involved = matters.filter(({ name }) => name !== 'limits' || number % GUESS_EVERY === 0);
    await Promise.all(involved.map((matter) => matter.prepare()));
    const neighbour = moment.withNeighbour ? beginNeighbour(world, spare, otherPort, serve) : undefined;
    await neighbour?.isThere;
    await killUnderLoad(current, moment, involved, world.tally);
    await neighbour?.finish();
    const remains = new Remains(data);
    try {
      assert.deepEqual(remains.wrongs(), [], 'what is left on the disk');
      if (neighbour) {
        [port, otherPort] = [otherPort, port];
        world.enter(port);
        [current, spare] = [spare, new CrashingServer(compiled)];
      } else {
        await takeOver(moment);
      }
      for (const matter of involved) await matter.check(remains);
    } finally {
      remains.close();
    }
  };
  return {
    world,
    starts,
    round,
    close: async () => {
      await Promise.all([current.kill(), spare.kill()]);
    },
  };
};

const mattersOf = (world: World, random: () => number): readonly Matter[] => [
  oneTimeCodes(world, appCodes(world)),
  oneTimeCodes(world, recoveryCodes(world)),
  signIns(world),
  signOuts(world, random),
  codes(world),
  chain(world),
  singleUse(world),
  revocations(world, random),
  guesses(world),
];

const killUnderLoad = async (
  server: CrashingServer,
  { orders, answers, closingFor }: Moment,
  matters: readonly Matter[],
  tally: Tally,
): Promise<void> => {
  let isDying = false;
  const dead = server.gone().then(() => true);
  for (const order of orders) {
    if (order.kind === 'die') await server.order(order);
    else server.send(order);
  }
  const loads = matters.map(async (matter) => {
    try {
      await matter.load();
    } catch (error) {
      // What fetch throws when the connection is gone; anything else is an answer that must not be.
      if (!(error instanceof TypeError)) throw error;
      if (!isDying && !(await Promise.race([dead, pause(1000, false)]))) throw error;
    }
  });
  const allDone = Promise.allSettled(loads);
  let isOver = false;
  void Promise.race([dead, allDone]).then(() => {
    isOver = true;
  });
  for (const enough = tally.answered + answers; tally.answered < enough && !isOver; ) await pause(1);
  isDying = true;
  if (closingFor !== undefined) {
    server.askToClose();
    await Promise.race([dead, pause(closingFor)]);
  }
  await server.kill();
  await allDone;
  await Promise.all(loads);
};

/** Another process on the same store, whose clients must not notice anything. */
const beginNeighbour = (
  world: World,
  server: CrashingServer,
  port: number,
  serve: (server: CrashingServer, port: number) => Promise<boolean>,
): { readonly isThere: Promise<void>; readonly finish: () => Promise<void> } => {
  const door = { ...world, at: (path: string) => `http://localhost:${port}/${path}` };
  let left = Number.POSITIVE_INFINITY;
  const visitor = new Visitor(door);
  const isThere = (async () => {
    assert.ok(await serve(server, port), 'the start of the other process');
    await signIn(door, visitor, 'neighbour');
  })();
  const work = (async () => {
    await isThere;
    for (; left > 0; left -= 1) {
      const tokens = await redeemed(door, await asked(door, visitor, { prompt: 'none' }));
      assert.equal((await refresh(door, tokens.refresh)).status, 200, 'the other process falters');
    }
  })();
  // Whoever waits for it hears of it; until then it is nobody's.
  work.catch(() => undefined);
  return {
    isThere,
    finish: async () => {
      left = NEIGHBOUR_GOES_ON;
      await work;
    },
  };
};
