/** Verifies a whole log: that of a database, or one that was exported. */
import { open } from 'node:fs/promises';
import type { Instant } from '@stile/core';
import type { Store } from '../store/ports.ts';
import type { VerifiedCheckpoint } from './checkpoint.ts';
import { readCheckpoint } from './checkpoint.ts';
import { checkpointBefore, entriesAfter, parseExportLine } from './export.ts';
import type { Verification } from './verify.ts';
import { createVerifier } from './verify.ts';

interface Watch {
  /** Checkpoints that were kept elsewhere; undefined: one that is not signed as it says. */
  readonly outside: readonly (VerifiedCheckpoint | undefined)[];
  /** Is told now and then how many entries were read. */
  readonly progress: (entries: number) => void;
}

const TELL_EVERY = 50_000;

/**
 * Verifies the log of a database, from the latest checkpoint before a moment, or all of it.
 *
 * @param sinceMoment undefined: all of it
 */
export const verifyStore = async (
  { chain }: Pick<Store, 'chain'>,
  sinceMoment: Instant | undefined,
  { outside, progress }: Watch,
): Promise<Verification> => {
  const checkpoints = await chain.checkpoints();
  const start = checkpointBefore(checkpoints, sinceMoment)?.read;
  const verifier = createVerifier(start ?? 'whole');
  for (const one of [...outside, ...checkpoints.map(readCheckpoint)]) verifier.vouch(one);
  let entries = 0;
  for await (const entry of entriesAfter(chain, start?.seq ?? 0)) {
    verifier.take(entry);
    entries += 1;
    if (entries % TELL_EVERY === 0) progress(entries);
  }
  for (const { id } of await chain.strays(100)) {
    const says = `The record ${id} is marked as sealed, and is not in the chain: it was put in from outside, or its link was taken out.`;
    verifier.found('record_not_sealed', { recordId: id }, says);
  }
  return verifier.end();
};

/** Verifies an exported log, line by line. */
export const verifyExport = async (path: string, { outside, progress }: Watch): Promise<Verification> => {
  const verifier = createVerifier('vouched');
  for (const one of outside) verifier.vouch(one);
  const file = await open(path);
  let number = 0;
  for await (const line of file.readLines()) {
    number += 1;
    const read = parseExportLine(line);
    if (read.is === 'entry') verifier.take(read.entry);
    else if (read.is === 'checkpoint') verifier.vouch(read.checkpoint);
    else verifier.found('unreadable', {}, `Line ${number} is no entry of a log.`);
    if (number % TELL_EVERY === 0) progress(number);
  }
  return verifier.end();
};
