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
const REQUEST_SECONDS = 2 * 3600;

/** Counts requests, of each of which several decisions may be on record: asked, asked again, granted. */
export class Requests {
  readonly #open = new Map<string, { readonly at: Instant; changed: boolean }>();
  #sweepAt = 1000;
  count = 0;
  changed = 0;

  /** How many are kept, for they may not be over. */
  get size(): number {
    return this.#open.size;
  }

  /** @param key tells a request from every other */
  add(key: string, at: Instant, isChanged: boolean): void {
    const known = this.#open.get(key);
    if (known) {
      if (isChanged && !known.changed) this.changed += 1;
      known.changed ||= isChanged;
      return;
    }
    this.count += 1;
    if (isChanged) this.changed += 1;
    this.#open.set(key, { at, changed: isChanged });
    if (this.#open.size > this.#sweepAt) this.#sweep(at);
  }

  /** Forgets those that nothing can come of any more; the next time when there are twice as many. */
  #sweep(now: Instant): void {
    for (const [old, one] of this.#open) {
      if (one.at > now - REQUEST_SECONDS) break;
      this.#open.delete(old);
    }
    this.#sweepAt = Math.max(1000, this.#open.size * 2);
  }
}
