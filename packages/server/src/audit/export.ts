/** The log as JSON lines, in the order of the chain, with the checkpoints that vouch for it: what it takes to verify it elsewhere. */
import type { Instant, JsonObject } from '@stile/core';
import { isInstant, isJsonObject, parseJsonObject } from '@stile/core';
import type { ChainStore, Checkpoint, SealedRecord } from '../store/chain-ports.ts';
import type { AuditRecord } from '../store/records.ts';
import type { VerifiedCheckpoint } from './checkpoint.ts';
import { checkpointLine, readCheckpoint } from './checkpoint.ts';

const AT_ONCE = 500;

/** The entries of the chain after a place, a page at a time. */
export async function* entriesAfter(chain: ChainStore, seq: number): AsyncGenerator<SealedRecord> {
  let last = seq;
  for (;;) {
    const page = await chain.after(last, AT_ONCE);
    yield* page;
    const end = page.at(-1);
    if (!end || page.length < AT_ONCE) return;
    last = end.seq;
  }
}

/** The latest checkpoint of a moment or before: from there on a part of the log can be verified. */
export const checkpointBefore = (
  checkpoints: readonly Checkpoint[],
  since: Instant | undefined,
): { readonly kept: Checkpoint; readonly read: VerifiedCheckpoint } | undefined => {
  if (since === undefined) return undefined;
  for (const kept of checkpoints.toReversed()) {
    const read = kept.at <= since ? readCheckpoint(kept) : undefined;
    if (read) return { kept, read };
  }
  return undefined;
};

const entryLine = ({ seq, hash, recordId, record }: SealedRecord): string =>
  JSON.stringify(record ? { seq, hash, record } : { seq, hash, recordId, record });

/** @param since from the latest checkpoint before that moment on; undefined: everything */
export async function* exportLines(chain: ChainStore, since: Instant | undefined): AsyncGenerator<string> {
  const checkpoints = await chain.checkpoints();
  const start = checkpointBefore(checkpoints, since)?.kept;
  const pruned = checkpoints.findLast(({ first }) => first > 1);
  // What vouches for where the lines begin stands before them.
  for (const one of [start, pruned]) if (one) yield checkpointLine(one);
  const rest = checkpoints.filter(({ seq }) => seq > (start?.seq ?? 0));
  let next = 0;
  for await (const entry of entriesAfter(chain, start?.seq ?? 0)) {
    yield entryLine(entry);
    for (; (rest[next]?.seq ?? Number.POSITIVE_INFINITY) <= entry.seq; next += 1) {
      const one = rest[next];
      if (one) yield checkpointLine(one);
    }
  }
}

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

const isAuditRecord = (value: unknown): value is AuditRecord =>
  isJsonObject(value) &&
  typeof value.id === 'string' &&
  isInstant(value.at) &&
  typeof value.type === 'string' &&
  [value.userId, value.clientId, value.sessionId, value.grantId, value.requestId].every(isTextOrNull) &&
  isJsonObject(value.details);

/** An entry of the chain in a line. Whatever else its record holds is kept, for the seal is over all of it. */
const entryIn = ({ seq, hash, recordId, record, ...others }: JsonObject): SealedRecord | undefined => {
  if (!Number.isSafeInteger(seq) || Number(seq) < 1 || typeof hash !== 'string') return undefined;
  if (Object.keys(others).length > 0) return undefined;
  if (isAuditRecord(record) && recordId === undefined) return { seq: Number(seq), hash, recordId: record.id, record };
  return record === null && typeof recordId === 'string' ? { seq: Number(seq), hash, recordId, record } : undefined;
};

/** What a line of an export is. */
export type ExportLine =
  | { readonly is: 'entry'; readonly entry: SealedRecord }
  | { readonly is: 'checkpoint'; readonly checkpoint: VerifiedCheckpoint | undefined }
  | { readonly is: 'unreadable' };

export const parseExportLine = (line: string): ExportLine => {
  const read = parseJsonObject(line);
  if (!read) return { is: 'unreadable' };
  const { checkpoint: jws, jwk } = read;
  if (jws !== undefined || jwk !== undefined) {
    const checkpoint = typeof jws === 'string' && isJsonObject(jwk) ? readCheckpoint({ jws, jwk }) : undefined;
    return { is: 'checkpoint', checkpoint };
  }
  const entry = entryIn(read);
  return entry ? { is: 'entry', entry } : { is: 'unreadable' };
};
