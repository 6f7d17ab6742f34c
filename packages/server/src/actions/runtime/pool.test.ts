import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { Pool, PoolSettings } from './pool.ts';
import { createPool } from './pool.ts';
import type { Seat } from './seat.ts';

interface Trial {
  readonly pool: Pool;
  /** What is open now. */
  readonly open: () => number;
  /** How many were ever opened. */
  readonly everOpened: () => number;
  /** Lets the call on a seat wait for something. */
  readonly letWait: (seat: Seat | undefined) => void;
  /** Lets what it waited for come. */
  readonly letCompute: (seat: Seat | undefined) => void;
  readonly breakSeat: (seat: Seat | undefined) => void;
  /** From now on none can be opened, or can again. */
  readonly haveNoRoom: (hasNone: boolean) => void;
}

const made: Pool[] = [];
// Whoever waits in one holds a timer.
afterEach(() => Promise.all(made.splice(0).map((pool) => pool.close())));

const trial = (settings: Partial<PoolSettings> = {}): Trial => {
  const open = new Set<Seat>();
  const waiting = new Set<Seat>();
  const broken = new Set<Seat>();
  const told = new Map<Seat, () => void>();
  let everOpened = 0;
  let hasNoRoom = false;
  const pool = createPool({
    workers: 2,
    spares: 2,
    queue: 1,
    patienceMs: 60_000,
    open: (waits) => {
      if (hasNoRoom) throw new Error('There is no room.');
      everOpened += 1;
      const seat: Seat = {
        run: () => Promise.reject(new Error('Nothing runs here.')),
        isUsable: () => !broken.has(seat),
        isWaiting: () => waiting.has(seat),
        close: () => {
          open.delete(seat);
          return Promise.resolve();
        },
      };
      open.add(seat);
      told.set(seat, waits);
      return seat;
    },
    ...settings,
  });
  made.push(pool);
  const there = (seat: Seat | undefined): Seat => {
    assert.ok(seat);
    return seat;
  };
  return {
    pool,
    open: () => open.size,
    everOpened: () => everOpened,
    letWait: (seat) => {
      waiting.add(there(seat));
      told.get(there(seat))?.();
    },
    letCompute: (seat) => void waiting.delete(there(seat)),
    breakSeat: (seat) => {
      broken.add(there(seat));
      open.delete(there(seat));
    },
    haveNoRoom: (hasNone) => {
      hasNoRoom = hasNone;
    },
  };
};

describe('a pool of seats', () => {
  it('has as many as compute at once, and no more while they compute', async () => {
    const { pool, open } = trial();
    const [one, two] = [await pool.take(), await pool.take()];
    const third = pool.take();
    assert.ok(one && two && one !== two && third);
    assert.equal(pool.take(), undefined, 'only one may wait');
    assert.equal(open(), 2);
    pool.giveBack(one);
    assert.equal(await third, one);
  });

  it('opens a spare one for whoever comes while another waits, up to its limit', async () => {
    const { pool, open, letWait } = trial();
    const taken = [await pool.take(), await pool.take()];
    letWait(taken[0]);
    taken.push(await pool.take());
    assert.equal(open(), 3);
    for (const seat of taken) letWait(seat);
    taken.push(await pool.take());
    letWait(taken[3]);
    assert.equal(new Set(taken).size, 4);
    assert.ok(pool.take(), 'the fifth waits for its turn');
    assert.equal(open(), 4);
  });

  it('gives whoever has waited their turn as soon as a call begins to wait', async () => {
    const { pool, letWait } = trial();
    const [one, two] = [await pool.take(), await pool.take()];
    const third = pool.take();
    letWait(one);
    const seat = await third;
    assert.ok(seat && seat !== one && seat !== two);
  });

  it('opens none beside a call that waited and computes again', async () => {
    const { pool, open, letWait, letCompute } = trial();
    const [one] = [await pool.take(), await pool.take()];
    letWait(one);
    letCompute(one);
    assert.ok(pool.take());
    assert.equal(open(), 2);
  });

  it('closes the spare ones when they are not needed any more', async () => {
    const { pool, open, letWait } = trial();
    const taken = [await pool.take(), await pool.take()];
    for (const seat of taken) letWait(seat);
    taken.push(await pool.take(), await pool.take());
    assert.equal(open(), 4);
    for (const seat of taken) if (seat) pool.giveBack(seat);
    assert.equal(open(), 2);
  });

  it('puts a new one in the place of one that broke', async () => {
    const { pool, open, everOpened, breakSeat } = trial({ workers: 1, spares: 0 });
    const seat = await pool.take();
    const next = pool.take();
    breakSeat(seat);
    if (seat) pool.giveBack(seat);
    const other = await next;
    assert.ok(other && other !== seat);
    breakSeat(other);
    pool.giveBack(other);
    assert.deepEqual([open(), everOpened()], [1, 3]);
  });

  it('lets those who wait go on waiting when no spare one can be opened, and loses none of them', async () => {
    const { pool, letWait, haveNoRoom } = trial({ queue: 2, patienceMs: 60_000 });
    const [one, two] = [await pool.take(), await pool.take()];
    const [third, fourth] = [pool.take(), pool.take()];
    haveNoRoom(true);
    letWait(one);
    assert.equal(pool.take(), undefined);
    assert.ok(one && two);
    pool.giveBack(two);
    pool.giveBack(one);
    assert.deepEqual([await third, await fourth], [two, one]);
  });

  it('says when there is no seat at all, and opens one as soon as it can', async () => {
    const { pool, breakSeat, haveNoRoom } = trial({ workers: 1, spares: 0 });
    const seat = await pool.take();
    const next = pool.take();
    haveNoRoom(true);
    breakSeat(seat);
    if (seat) pool.giveBack(seat);
    assert.throws(() => pool.take(), /no room/);
    haveNoRoom(false);
    const other = await pool.take();
    assert.ok(other);
    pool.giveBack(other);
    assert.equal(await next, other, 'who has waited is not forgotten');
  });

  it('takes one that is there before it opens one in the place of one that broke while nobody had it', async () => {
    const { pool, everOpened, breakSeat } = trial();
    const [one, two] = [await pool.take(), await pool.take()];
    if (one) pool.giveBack(one);
    if (two) pool.giveBack(two);
    breakSeat(two);
    assert.equal(await pool.take(), one);
    assert.equal(everOpened(), 2);
    assert.ok(await pool.take());
    assert.equal(everOpened(), 3);
  });

  it('refuses those who wait when it is closed, and closes every seat', async () => {
    const { pool, open } = trial({ workers: 1, spares: 0 });
    await pool.take();
    const waits = pool.take();
    await pool.close();
    assert.equal(await waits, undefined);
    assert.equal(open(), 0);
  });

  it('lets nobody wait for longer than they may', async () => {
    const { pool } = trial({ workers: 1, spares: 0, patienceMs: 1 });
    await pool.take();
    assert.equal(await pool.take(), undefined);
  });
});
