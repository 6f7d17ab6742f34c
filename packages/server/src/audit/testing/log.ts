/** A small log in memory, and whoever signs its checkpoints. */
import { generateSigningKey, privateKeyOf, publicJwkOf } from '../../keys/jwk.ts';
import { signJws } from '../../keys/jws.ts';
import type { SealedRecord } from '../../store/chain-ports.ts';
import type { AuditRecord } from '../../store/records.ts';
import { at, audit } from '../../store/testing/fixtures.ts';
import { BEGINNING, sealOf } from '../chain.ts';
import type { VerifiedCheckpoint } from '../checkpoint.ts';
import { readCheckpoint } from '../checkpoint.ts';
import type { Beginning, Verification } from '../verify.ts';
import { createVerifier } from '../verify.ts';

const key = generateSigningKey('ES256', 'current', at(0));

export const recordOf = (number: number): AuditRecord =>
  audit(`dec_${number}`, { at: at(number), userId: 'alice', details: { number, trace: { met: number % 2 === 0 } } });

/** Seals records one after another. */
export const sealed = (
  records: readonly AuditRecord[],
  after: { seq: number; hash: string } = { seq: 0, hash: BEGINNING },
) => {
  const entries: SealedRecord[] = [];
  let { seq, hash } = after;
  for (const record of records) {
    seq += 1;
    hash = sealOf(hash, record);
    entries.push({ seq, hash, recordId: record.id, record });
  }
  return entries;
};

export const logOf = (many: number): readonly SealedRecord[] =>
  sealed(Array.from({ length: many }, (_, index) => recordOf(index + 1)));

/** A checkpoint of the log up to an entry, signed. */
export const checkpointOf = ({ seq, hash }: SealedRecord, first = 1, after = BEGINNING): VerifiedCheckpoint => {
  const statement = { iss: 'https://login.example/', iat: at(seq), seq, hash, first, after };
  const jws = signJws({ alg: 'ES256', kid: key.kid, typ: 'stile-checkpoint+jwt' }, statement, privateKeyOf(key));
  const read = readCheckpoint({ jws, jwk: publicJwkOf(key) });
  if (!read) throw new Error('The checkpoint cannot be read.');
  return read;
};

export const verified = (
  entries: readonly SealedRecord[],
  checkpoints: readonly VerifiedCheckpoint[] = [],
  beginning: Beginning = 'whole',
): Verification => {
  const verifier = createVerifier(beginning);
  for (const one of checkpoints) verifier.vouch(one);
  for (const entry of entries) verifier.take(entry);
  return verifier.end();
};

/** What was found, and where. */
export const found = (verification: Verification): readonly (readonly [string, number | null])[] =>
  verification.findings.map(({ code, seq }) => [code, seq] as const);
