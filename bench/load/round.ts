/** One round: so many lanes do the same thing again and again for so long. */
import { readFileSync } from 'node:fs';
import { Connection } from './connection.ts';

/** Does the thing once, and throws unless it went as it should. False when there is nothing left to do it with. */
export type Operation = () => Promise<boolean>;

/** Something that a server can be asked to do again and again. */
export interface Flow {
  /** Makes what must be there before a round, unmeasured. */
  readonly ready?: () => Promise<void>;
  /** What one lane does. What it needs of its own is made here, and one answer is looked at closely, unmeasured. */
  readonly lane: (connection: Connection, index: number) => Promise<Operation>;
  /** Done when everything is ready, at the beginning of what is measured. */
  readonly begin?: () => Promise<unknown>;
}

/** What came of a round. */
export interface Round {
  readonly perSecond: number;
  readonly operations: number;
  /** Half of the operations took no longer, in milliseconds. */
  readonly p50: number;
  /** 99 of 100 took no longer, in milliseconds. */
  readonly p99: number;
  /** Processor time of the server for one operation, in microseconds; waiting for the disk is not in it. */
  readonly serverMicroseconds: number;
  /** How busy the load generator was, from 0 to 1: near 1, the generator is what was measured. */
  readonly generatorBusy: number;
}

const TICK_MICROSECONDS = 10_000;

/** Processor time that a process has had, in microseconds; 0 where the system does not say. */
const processorTime = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
  } catch {
    return 0;
  }
};

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Runs a flow on one server for so long, or until there is nothing left to do it with. */
export const round = async (
  flow: Flow,
  server: { readonly port: number; readonly pid: number },
  { lanes, seconds }: { readonly lanes: number; readonly seconds: number },
): Promise<Round> => {
  await flow.ready?.();
  const connections = await Promise.all(Array.from({ length: lanes }, () => Connection.open(server.port)));
  try {
    const operations = await Promise.all(connections.map((connection, index) => flow.lane(connection, index)));
    await flow.begin?.();
    return await timed(operations, server.pid, seconds);
  } finally {
    for (const connection of connections) connection.close();
  }
};

const timed = async (operations: readonly Operation[], pid: number, seconds: number): Promise<Round> => {
  const took: number[] = [];
  const [serverBefore, generatorBefore, began] = [processorTime(pid), process.cpuUsage(), performance.now()];
  const until = began + seconds * 1000;
  const lane = async (operation: Operation): Promise<void> => {
    let before = began;
    while (before < until && (await operation())) {
      const after = performance.now();
      took.push(after - before);
      before = after;
    }
  };
  await Promise.all(operations.map(lane));
  const elapsed = performance.now() - began;
  const generator = process.cpuUsage(generatorBefore);
  took.sort((one, other) => one - other);
  return {
    perSecond: (took.length * 1000) / elapsed,
    operations: took.length,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    serverMicroseconds: (processorTime(pid) - serverBefore) / Math.max(1, took.length),
    generatorBusy: (generator.user + generator.system) / (elapsed * 1000),
  };
};
