/**
 * What came of asking people to prove more: read from the audit records, a page at a time, in memory that does not grow with the log. Whoever
 * had signed in is counted; a stranger who is asked to sign in is not on record.
 */
import type { Instant } from '@stile/core';
import { isJsonObject } from '@stile/core';
import type { AuditStore } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';

export type StatisticsBy = 'factor' | 'client' | 'scope';

export const isStatisticsBy = (text: string): text is StatisticsBy =>
  text === 'factor' || text === 'client' || text === 'scope';

/** One row: of a factor, a client or a scope, or of all together. */
export interface StepUpCounts {
  /** Requests for a further proof, each counted once for every proof that it asked for. */
  readonly asked: number;
  /** Those whose page was seen; an answer shows that it was. By factor: those of whose pages one asked for this factor. */
  readonly shown: number;
  /** Those that were answered by a proof that was accepted. */
  readonly met: number;
  /** Proofs that were not accepted, on the way. */
  readonly failed: number;
  /** Those that nobody answered in time, or that were declined. */
  readonly abandoned: number;
  /** Those that may still be answered. */
  readonly waiting: number;
  /** From the question to the proof that was accepted, in seconds; null when there was none. */
  readonly medianSeconds: number | null;
  readonly p90Seconds: number | null;
}

export interface StepUpStatistics {
  readonly from: Instant;
  readonly to: Instant;
  readonly by: StatisticsBy;
  readonly total: StepUpCounts;
  /** Those that were asked most come first. */
  readonly rows: readonly (StepUpCounts & { readonly name: string })[];
}

interface Window {
  readonly from: Instant;
  /** Records of this moment and later are not counted. */
  readonly to: Instant;
  readonly by: StatisticsBy;
  /** How long a request waits for its answer. */
  readonly answerSeconds: number;
}

const TYPES = ['authorize.asked', 'authorize.declined', 'challenge.shown', 'proof.accepted', 'proof.refused'] as const;

/** Records that come about on a page that was seen. */
const SEEN: readonly string[] = ['challenge.shown', 'proof.accepted', 'proof.refused'];

const PAGE = 500;

/** Names come from the policy, and from clients that were registered once: there is an end, but nobody should rely on it. */
const MOST_ROWS = 1000;
const OTHERS = '(others)';
const NONE = '(none)';

/** Later answers are counted as this late. */
const LONGEST_ANSWER_SECONDS = 3600;

class Row {
  asked = 0;
  shown = 0;
  met = 0;
  failed = 0;
  abandoned = 0;
  waiting = 0;
  /** How many were answered after so many seconds. */
  readonly #answers = new Map<number, number>();

  answered(seconds: number): void {
    const after = Math.min(LONGEST_ANSWER_SECONDS, Math.max(0, seconds));
    this.met += 1;
    this.#answers.set(after, (this.#answers.get(after) ?? 0) + 1);
  }

  #quantile(share: number): number | null {
    let left = Math.ceil(this.met * share);
    for (const [seconds, many] of [...this.#answers].toSorted(([one], [other]) => one - other)) {
      left -= many;
      if (left <= 0) return seconds;
    }
    return null;
  }

  counts(): StepUpCounts {
    const { asked, shown, met, failed, abandoned, waiting } = this;
    const [medianSeconds, p90Seconds] = [this.#quantile(0.5), this.#quantile(0.9)];
    return { asked, shown, met, failed, abandoned, waiting, medianSeconds, p90Seconds };
  }
}

/** A question that waits for its answer. */
interface Open {
  readonly at: Instant;
  /** What was asked for, whatever it is counted by. */
  readonly question: string;
  readonly names: readonly string[];
  /** Under which of the names it was counted as seen. */
  readonly shown: Set<string>;
}

class Counting {
  readonly #by: StatisticsBy;
  readonly #answerSeconds: number;
  readonly #total = new Row();
  readonly #rows = new Map<string, Row>();
  /** By session and client, the oldest first. */
  readonly #open = new Map<string, Open>();

  constructor({ by, answerSeconds }: Window) {
    this.#by = by;
    this.#answerSeconds = answerSeconds;
  }

  take(record: AuditRecord): void {
    this.#expire(record.at);
    const key = `${record.sessionId} ${record.clientId}`;
    const open = this.#open.get(key);
    if (open && SEEN.includes(record.type)) this.#show(record, open);
    switch (record.type) {
      case 'authorize.asked':
        if (asksForProof(record)) this.#ask(key, record);
        return;
      case 'challenge.shown':
        return;
      case 'proof.accepted':
        if (!open) return;
        this.#open.delete(key);
        this.#each(this.#namesOfAnswer(record, open), (row) => row.answered(record.at - open.at));
        return;
      case 'proof.refused':
        if (open)
          this.#each(this.#namesOfAnswer(record, open), (row) => {
            row.failed += 1;
          });
        return;
      case 'authorize.declined':
        if (open) this.#abandon(key, open);
    }
  }

  end(to: Instant): Pick<StepUpStatistics, 'total' | 'rows'> {
    this.#expire(to);
    for (const { names } of this.#open.values())
      this.#each(names, (row) => {
        row.waiting += 1;
      });
    const rows = [...this.#rows].map(([name, row]) => ({ name, ...row.counts() }));
    return {
      total: this.#total.counts(),
      rows: rows.toSorted((one, other) => other.asked - one.asked || other.met - one.met),
    };
  }

  /** The same question once more, for its page was left and opened again, is not another one. */
  #ask(key: string, record: AuditRecord): void {
    const names = this.#namesOfQuestion(record);
    const question = [factorOf(record), ...unmetScopes(record)].join(' ');
    const known = this.#open.get(key);
    if (known?.question === question) return;
    if (known) this.#abandon(key, known);
    this.#open.set(key, { at: record.at, question, names, shown: new Set() });
    this.#each(names, (row) => {
      row.asked += 1;
    });
  }

  /** Once for a question, and by factor once for each that it showed. */
  #show(record: AuditRecord, open: Open): void {
    if (open.shown.size === 0) this.#total.shown += 1;
    for (const name of this.#namesOfAnswer(record, open)) {
      if (!open.shown.has(name)) this.#row(name).shown += 1;
      open.shown.add(name);
    }
  }

  #abandon(key: string, { names }: Open): void {
    this.#open.delete(key);
    this.#each(names, (row) => {
      row.abandoned += 1;
    });
  }

  #expire(now: Instant): void {
    for (const [key, open] of this.#open) {
      if (open.at + this.#answerSeconds > now) return;
      this.#abandon(key, open);
    }
  }

  #each(names: readonly string[], count: (row: Row) => void): void {
    count(this.#total);
    for (const name of names) count(this.#row(name));
  }

  #row(name: string): Row {
    const kept = this.#rows.has(name) || this.#rows.size < MOST_ROWS ? name : OTHERS;
    const row = this.#rows.get(kept) ?? new Row();
    this.#rows.set(kept, row);
    return row;
  }

  #namesOfQuestion(record: AuditRecord): readonly string[] {
    switch (this.#by) {
      case 'client':
        return [record.clientId ?? NONE];
      case 'factor':
        return [factorOf(record)];
      case 'scope': {
        const scopes = unmetScopes(record);
        return scopes.length > 0 ? scopes : [NONE];
      }
    }
  }

  /** An answer is by the factor that was chosen, which may be another than the one that the page showed first. */
  #namesOfAnswer(record: AuditRecord, { names }: Open): readonly string[] {
    return this.#by === 'factor' && typeof record.details.factor === 'string' ? [record.details.factor] : names;
  }
}

const factorOf = ({ details: { factor } }: AuditRecord): string => (typeof factor === 'string' ? factor : NONE);

const asksForProof = ({ details: { step, trace } }: AuditRecord): boolean =>
  // Whoever is sent to another site is asked for nothing here.
  step !== 'redirect' && isJsonObject(trace) && (trace.step === 'challenge' || trace.step === 'enrol');

const unmetScopes = ({ details: { trace } }: AuditRecord): readonly string[] => {
  const requirements: readonly unknown[] =
    isJsonObject(trace) && Array.isArray(trace.requirements) ? trace.requirements : [];
  const scopes = requirements.flatMap((one) => {
    if (!isJsonObject(one) || one.met !== false || !isJsonObject(one.source)) return [];
    return one.source.from === 'scope' && typeof one.source.scope === 'string' ? [one.source.scope] : [];
  });
  return [...new Set(scopes)];
};

/** Counts what was asked between two moments, and what came of it. Reads only. */
export const stepUpStatistics = async (audit: Pick<AuditStore, 'after'>, window: Window): Promise<StepUpStatistics> => {
  const { from, to, by } = window;
  const counting = new Counting(window);
  let place = { at: from, id: '' };
  for (;;) {
    const page = await audit.after(place, TYPES, PAGE);
    for (const record of page) if (record.at < to) counting.take(record);
    const last = page.at(-1);
    if (!last || page.length < PAGE || last.at >= to) return { from, to, by, ...counting.end(to) };
    place = { at: last.at, id: last.id };
  }
};
