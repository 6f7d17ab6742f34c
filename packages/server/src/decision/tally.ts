/** Counts what a candidate policy would change, in memory that does not grow with what is counted. */
import type { Instant } from '@stile/core';
import type { Change, Changes } from './difference.ts';

/** So many decisions of something (a client, a scope …), and what would change of them. */
export interface Line {
  readonly name: string;
  readonly decisions: number;
  readonly changed: number;
  /** The kinds that there are none of are left out. */
  readonly changes: Partial<Changes>;
}

interface Counting {
  decisions: number;
  changed: number;
  readonly changes: { [C in Change]?: number };
}

/** Names come from requests as well, and there is no end of those. */
const MOST_NAMES = 2000;
const OTHERS = '(others)';

/** Counts by name. */
export class Lines {
  readonly #byName = new Map<string, Counting>();

  #of(name: string): Counting {
    const known = this.#byName.get(name);
    if (known) return known;
    const kept = this.#byName.size < MOST_NAMES ? name : OTHERS;
    const counting = this.#byName.get(kept) ?? { decisions: 0, changed: 0, changes: {} };
    this.#byName.set(kept, counting);
    return counting;
  }

  decided(name: string): void {
    this.#of(name).decisions += 1;
  }

  changed(name: string, change: Change): void {
    const counting = this.#of(name);
    counting.changed += 1;
    counting.changes[change] = (counting.changes[change] ?? 0) + 1;
  }

  /** Those with most changes first. */
  inOrder(): readonly Line[] {
    return [...this.#byName]
      .map(([name, counting]) => ({ name, ...counting, changes: { ...counting.changes } }))
      .toSorted(
        (one, other) =>
          other.changed - one.changed || other.decisions - one.decisions || (one.name < other.name ? -1 : 1),
      );
  }

  /** Those that anything would change of. */
  changing(): readonly Line[] {
    return this.inOrder().filter(({ changed }) => changed > 0);
  }

  byName(): readonly Line[] {
    return this.inOrder().toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }
}

const MOST_PEOPLE = 100_000;

/** Counts different people, up to a number. */
export class People {
  readonly #ids = new Set<string>();
  #isMore = false;

  add(id: string | null): void {
    if (id === null || this.#ids.has(id)) return;
    if (this.#ids.size < MOST_PEOPLE) this.#ids.add(id);
    else this.#isMore = true;
  }

  get count(): number {
    return this.#ids.size;
  }

  /** Whether there are more than were counted. */
  get isMore(): boolean {
    return this.#isMore;
  }
}

/** Answered by then, or abandoned: decisions of one request lie no further apart. */
const REQUEST_SECONDS = 3600;

/**
 * Counts requests, of each of which several decisions may be on record: asked, asked again, granted. Those of the last hour or two are known
 * again.
 */
export class Requests {
  /** Whether each was changed: those of this hour, and those of the one before. */
  #recent = new Map<string, boolean>();
  #older = new Map<string, boolean>();
  #since = 0;
  count = 0;
  changed = 0;

  /** How many are known. */
  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /** Counts one of which no other decision is on record: nobody has to know it again. */
  addSingle(isChanged: boolean): void {
    this.count += 1;
    if (isChanged) this.changed += 1;
  }

  /** @param key tells a request from every other */
  add(key: string, at: Instant, isChanged: boolean): void {
    if (at >= this.#since + REQUEST_SECONDS) {
      this.#older = at >= this.#since + 2 * REQUEST_SECONDS ? new Map<string, boolean>() : this.#recent;
      this.#recent = new Map();
      this.#since = at;
    }
    const was = this.#recent.get(key) ?? this.#older.get(key);
    if (was === undefined) this.count += 1;
    if (isChanged && was !== true) this.changed += 1;
    if (was === undefined || (isChanged && !was)) this.#recent.set(key, isChanged);
  }
}
