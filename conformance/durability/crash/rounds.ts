/** Round after round: a server under load is killed, the next one starts on what is left, and everything is compared. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../authorization-server.ts';
import { CrashingServer } from './crashing-server.ts';
import { killUnderLoad } from './load.ts';
import type { Matter } from './matter.ts';
import { appCodes, guesses, oneTimeCodes, recoveryCodes, signIns, signOuts } from './matters-of-people.ts';
import { chain, codes, revocations, singleUse } from './matters-of-tokens.ts';
import type { Moment, MomentName } from './moments.ts';
import { MOMENT_NAMES, momentOf, randomFrom } from './moments.ts';
import type { Neighbour } from './neighbour.ts';
import { beginNeighbour } from './neighbour.ts';
import { Remains } from './remains.ts';
import type { Tally, World } from './world.ts';
import { createWorld } from './world.ts';

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
  const house = new House(folder, [await freePort(), await freePort()], rounds, seed);
  const killed = new Map<string, number>();
  try {
    await house.open();
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

/** The folder, whoever lives in it, and what they must not lose. */
class House {
  readonly world: World;
  /** From the order to open the store to the first connection, in milliseconds. */
  readonly starts: number[] = [];
  readonly #compiled: string;
  readonly #matters: readonly Matter[];
  #ports: readonly [here: number, beside: number];
  #current: CrashingServer;
  /** The next one, whose code is loaded meanwhile. */
  #spare: CrashingServer;

  constructor(folder: string, ports: readonly [number, number], rounds: number, seed: number) {
    // The clock of the last round shows today, for the command that rotates keys has the clock of the system.
    const begin = Math.floor(Date.now() / 1000) - (rounds + 1) * BETWEEN_ROUNDS_SECONDS;
    this.world = createWorld(join(folder, 'data'), ports, begin, rounds);
    this.#compiled = join(folder, 'compiled');
    this.#matters = mattersOf(this.world, randomFrom(seed));
    this.#ports = ports;
    this.#current = new CrashingServer(this.#compiled);
    this.#spare = new CrashingServer(this.#compiled);
  }

  async open(): Promise<void> {
    assert.ok(await this.#serve(this.#current, this.#ports[0]), 'the first start');
  }

  async round(moment: Moment, number: number): Promise<void> {
    this.world.advance(BETWEEN_ROUNDS_SECONDS);
    await this.#current.order({ kind: 'clock', now: this.world.now() });
    const matters = this.#matters.filter(({ name }) => name !== 'limits' || number % GUESS_EVERY === 0);
    await Promise.all(matters.map((matter) => matter.prepare()));
    const neighbour = moment.withNeighbour ? await this.#neighbour() : undefined;
    await killUnderLoad(this.#current, moment, matters, this.world.tally);
    await neighbour?.finish();
    const remains = this.#remains();
    try {
      if (neighbour) this.#moveIn();
      else await this.#takeOver(moment);
      for (const matter of matters) await matter.check(remains);
    } finally {
      remains.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#current.kill(), this.#spare.kill()]);
  }

  async #serve(server: CrashingServer, port: number): Promise<boolean> {
    await server.ready;
    const begun = performance.now();
    const configuration = this.world.configuration(port);
    const listens = await server.order({ kind: 'serve', configuration, now: this.world.now() });
    if (listens) this.starts.push(performance.now() - begun);
    return listens;
  }

  #remains(): Remains {
    const remains = new Remains(this.world.folder);
    assert.deepEqual(remains.wrongs(), [], 'what is left on the disk');
    return remains;
  }

  /** The next process starts where the last one died; at times it dies of it too, and the one after it starts. */
  async #takeOver({ nextDies }: Moment): Promise<void> {
    await this.#spare.ready;
    if (nextDies) await this.#spare.order(nextDies);
    const listens = await this.#serve(this.#spare, this.#ports[0]);
    if (!listens) {
      assert.ok(nextDies, 'the next one does not start');
      this.#remains().close();
      this.#spare = new CrashingServer(this.#compiled);
      assert.ok(await this.#serve(this.#spare, this.#ports[0]), 'the one after it does not start');
    }
    await this.#spare.order({ kind: 'die', death: { statement: '^never$', when: 'before', count: 1 } });
    this.#succeed();
  }

  async #neighbour(): Promise<Neighbour> {
    const port = this.#ports[1];
    assert.ok(await this.#serve(this.#spare, port), 'the other process does not start');
    return beginNeighbour({ ...this.world, at: (path) => `http://localhost:${port}/${path}` });
  }

  /** The process beside the one that died is the one that is asked from now on. */
  #moveIn(): void {
    this.#ports = [this.#ports[1], this.#ports[0]];
    this.world.enter(this.#ports[0]);
    this.#succeed();
  }

  #succeed(): void {
    this.#current = this.#spare;
    this.#spare = new CrashingServer(this.#compiled);
  }
}

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
