/**
 * Verifies the chain, an entry at a time, in the order of the chain: what was changed, taken out, put in, moved or cut off is found and
 * located. Holds nothing of what went by but a few findings, so that a log of any length can be verified.
 */
import type { SealedRecord } from '../store/chain-ports.ts';
import type { AuditRecord } from '../store/records.ts';
import { BEGINNING, sealOf } from './chain.ts';
import type { VerifiedCheckpoint } from './checkpoint.ts';

/** What is wrong, in stable words. */
export type FindingCode =
  /** A record is not what was sealed, or what stood before it is not. */
  | 'record_changed'
  /** A link is there, and its record is gone. */
  | 'record_missing'
  /** Links are gone, and their records with them. */
  | 'links_missing'
  /** An entry that the one after it does not know of. */
  | 'record_inserted'
  /** An entry that comes later than its number says. */
  | 'out_of_order'
  /** A signed checkpoint says something else of a record that is there. */
  | 'checkpoint_contradicted'
  /** A signed checkpoint vouches for records that are not there any more. */
  | 'cut_off'
  /** It does not begin with the first record, and no signed checkpoint says why. */
  | 'beginning_missing'
  /** A checkpoint whose signature is not good. */
  | 'checkpoint_invalid'
  /** A record that is marked as sealed, and is not in the chain. */
  | 'record_not_sealed'
  /** A line that is no entry. */
  | 'unreadable';

export interface Finding {
  readonly code: FindingCode;
  /** The place in the chain; null when it has none. */
  readonly seq: number | null;
  readonly recordId: string | null;
  /** In plain words. */
  readonly says: string;
}

/** What came of a verification. */
export interface Verification {
  /** The numbers of the first and the last entry; null when there was none. */
  readonly from: number | null;
  readonly to: number | null;
  /** The hash of the last entry. */
  readonly hash: string | null;
  readonly records: number;
  /** How many signed checkpoints agree with what is there. */
  readonly agreed: number;
  /** How many lie before what was verified, so that they say nothing about it. */
  readonly before: number;
  /** The names of the keys that signed them. */
  readonly kids: readonly string[];
  readonly findings: readonly Finding[];
  /** How many more were found than are listed. */
  readonly more: number;
  /** Records that say that they are much older than the checkpoint they were sealed after: the clock was wrong, or they were put in later. */
  readonly late: readonly Pick<Finding, 'seq' | 'recordId' | 'says'>[];
}

/** So many findings say enough. */
const MOST_FINDINGS = 100;

/** A record may be made so long before it is sealed. */
const LATE_SECONDS = 600;

export interface Verifier {
  /** The next entry of the chain. */
  take(entry: SealedRecord): void;
  /** A checkpoint, from the log or from elsewhere; undefined when its signature is not good. */
  vouch(checkpoint: VerifiedCheckpoint | undefined): void;
  /** Something that was found outside of the chain. */
  found(code: FindingCode, about: Partial<Pick<Finding, 'seq' | 'recordId'>>, says: string): void;
  end(): Verification;
}

interface Place {
  readonly seq: number;
  readonly hash: string;
}

/** Where it must begin: with the first record (or the first that was to be kept), right after a place, or wherever a checkpoint vouches for. */
export type Beginning = 'whole' | 'vouched' | Place;

const isSame = (one: VerifiedCheckpoint, other: VerifiedCheckpoint): boolean =>
  one.seq === other.seq && one.first === other.first && one.hash === other.hash;

export const createVerifier = (beginning: Beginning): Verifier => new ChainVerifier(beginning);

class ChainVerifier implements Verifier {
  readonly #beginning: Beginning;
  readonly #vouchers: VerifiedCheckpoint[] = [];
  /** Of the vouchers, those whose place has not come yet. */
  readonly #ahead = new Map<number, VerifiedCheckpoint[]>();
  readonly #kids = new Set<string>();
  readonly #findings: Finding[] = [];
  readonly #late: Finding[] = [];
  #more = 0;
  #records = 0;
  #agreed = 0;
  #before = 0;
  #from: number | null = null;
  /** The entry before, as the log has it; the one before that tells an insertion from a change. */
  #last: Place | undefined;
  #lastButOne: Place | undefined;
  /** The moment of the latest checkpoint that was passed, and the place of the last that agreed. */
  #vouchedUntil = 0;
  #agreedUntil = 0;

  constructor(beginning: Beginning) {
    this.#beginning = beginning;
    if (typeof beginning !== 'string') this.#last = beginning;
  }

  vouch(checkpoint: VerifiedCheckpoint | undefined): void {
    if (!checkpoint) {
      this.found('checkpoint_invalid', {}, 'A checkpoint is not signed, or not by the key that it names.');
      return;
    }
    this.#kids.add(checkpoint.kid);
    if (this.#vouchers.some((one) => isSame(one, checkpoint))) return;
    this.#vouchers.push(checkpoint);
    const { seq } = checkpoint;
    const last = this.#from === null ? undefined : this.#last;
    if (last?.seq === seq) this.#compare(checkpoint, last);
    else this.#ahead.set(seq, [...(this.#ahead.get(seq) ?? []), checkpoint]);
    if (last && seq < last.seq && seq >= (this.#from ?? 0)) {
      this.found('out_of_order', { seq }, `A checkpoint of number ${seq} stands after number ${last.seq}.`);
    }
  }

  take(entry: SealedRecord): void {
    const { seq, hash, record } = entry;
    if (this.#from === null && this.#isAnchor(entry)) return;
    const before = this.#from === null ? this.#start(entry) : this.#last;
    if (before && seq <= before.seq) {
      this.found('out_of_order', entry, `An entry with the number ${seq} stands after number ${before.seq}.`);
      return;
    }
    this.#from ??= seq;
    if (before && seq > before.seq + 1) {
      const gone = seq === before.seq + 2 ? `Number ${seq - 1} is` : `Numbers ${before.seq + 1} to ${seq - 1} are`;
      this.found('links_missing', { seq: before.seq + 1 }, `${gone} gone.`);
    } else if (record && before) {
      this.#checkSeal(entry, record, before);
    }
    if (record) this.#count(entry, record);
    else this.found('record_missing', entry, `The record of number ${seq} is gone.`);
    this.#lastButOne = before;
    this.#last = { seq, hash };
    for (const checkpoint of this.#ahead.get(seq) ?? []) this.#compare(checkpoint, this.#last);
    this.#ahead.delete(seq);
  }

  found(
    code: FindingCode,
    { seq = null, recordId = null }: Partial<Pick<Finding, 'seq' | 'recordId'>>,
    says: string,
  ): void {
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push({ code, seq, recordId, says });
    else this.#more += 1;
  }

  end(): Verification {
    const [from, to] = [this.#from, this.#from === null ? null : (this.#last?.seq ?? null)];
    for (const [seq, checkpoints] of this.#ahead) {
      if (to !== null && seq < (from ?? 0)) this.#before += checkpoints.length;
      else this.#cutOff(seq, to);
    }
    return {
      from,
      to,
      hash: to === null ? null : (this.#last?.hash ?? null),
      records: this.#records,
      agreed: this.#agreed,
      before: this.#before,
      kids: [...this.#kids],
      findings: this.#findings,
      more: this.#more,
      late: this.#late,
    };
  }

  #cutOff(seq: number, to: number | null): void {
    if (this.#findings.some(({ code }) => code === 'cut_off')) return;
    // A checkpoint of a place that went by: its link is missing, which was told there.
    if (to !== null && seq <= to) return;
    const last = Math.max(...this.#ahead.keys());
    const there = to === null ? 'Nothing is there' : `The log ends with number ${to}`;
    this.found('cut_off', { seq: (to ?? 0) + 1 }, `${there}, and a checkpoint vouches for all up to number ${last}.`);
  }

  /** The link before the first record that was to be kept stays without its record, and a checkpoint says so. */
  #isAnchor({ seq, hash, record }: SealedRecord): boolean {
    if (typeof this.#beginning !== 'string' || record) return false;
    const isVouched = this.#vouchers.some(({ first, after }) => first === seq + 1 && after === hash);
    if (isVouched) [this.#from, this.#last] = [seq + 1, { seq, hash }];
    return isVouched;
  }

  /** What stands before the first entry; nothing when that is not known. */
  #start({ seq, recordId }: SealedRecord): Place | undefined {
    if (typeof this.#beginning !== 'string') return this.#beginning;
    if (seq === 1) return { seq: 0, hash: BEGINNING };
    const kept = this.#vouchers.find(({ first }) => first === seq);
    if (kept) return { seq: seq - 1, hash: kept.after };
    const vouched = this.#beginning === 'vouched' ? this.#vouchers.find((one) => one.seq === seq - 1) : undefined;
    if (vouched) return { seq: vouched.seq, hash: vouched.hash };
    const says = `The log begins with number ${seq}, and no signed checkpoint says that what was before it was forgotten for its age.`;
    this.found('beginning_missing', { seq, recordId }, says);
    return undefined;
  }

  #checkSeal({ seq, hash, recordId }: SealedRecord, record: AuditRecord, before: Place): void {
    if (sealOf(before.hash, record) === hash) return;
    if (this.#lastButOne && sealOf(this.#lastButOne.hash, record) === hash) {
      const says = `Number ${before.seq} was put in or moved: number ${seq} was sealed right after what stands before it.`;
      this.found('record_inserted', { seq: before.seq }, says);
      return;
    }
    const says = `The record ${recordId} (number ${seq}) is not what was sealed, or what stood right before it was taken out or replaced.`;
    this.found('record_changed', { seq, recordId }, says);
  }

  #count({ seq, recordId }: SealedRecord, record: AuditRecord): void {
    this.#records += 1;
    if (record.at + LATE_SECONDS >= this.#vouchedUntil || this.#late.length >= MOST_FINDINGS) return;
    const says = `The record ${recordId} (number ${seq}) says that it is from before a checkpoint that was made before it was sealed.`;
    this.#late.push({ code: 'record_inserted', seq, recordId, says });
  }

  #compare(checkpoint: VerifiedCheckpoint, { seq, hash }: Place): void {
    this.#vouchedUntil = Math.max(this.#vouchedUntil, checkpoint.at);
    if (checkpoint.hash === hash) {
      this.#agreed += 1;
      this.#agreedUntil = seq;
      return;
    }
    const when = new Date(checkpoint.at * 1000).toISOString();
    const says = `The checkpoint of ${when} knows number ${seq} by another hash: something from number ${this.#agreedUntil + 1} to ${seq} was changed and sealed anew.`;
    this.found('checkpoint_contradicted', { seq }, says);
  }
}
