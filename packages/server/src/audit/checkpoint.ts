/**
 * Checkpoints: signed statements of how far the chain went at a moment. Whoever keeps one elsewhere can prove later that nothing up to it
 * was changed, even by somebody who could write the whole database.
 */
import type { Instant } from '@stile/core';
import { isInstant, isJsonObject, parseJsonObject } from '@stile/core';
import type { Deps } from '../deps.ts';
import { publicKeyFrom } from '../keys/jwk.ts';
import { parseJws, verifyOwnJws } from '../keys/jws.ts';
import type { Checkpoint } from '../store/chain-ports.ts';
import { BEGINNING } from './chain.ts';

/** The type of its own, so that no checkpoint is ever taken for a token (RFC 8725, section 3.11). */
const TYPE = 'stile-checkpoint+jwt';

/** What a checkpoint states. */
export interface Statement {
  readonly issuer: string;
  readonly at: Instant;
  /** The last record that it vouches for, and the hash that sealed it. */
  readonly seq: number;
  readonly hash: string;
  /** The first record that was still to be kept, and the hash before it. */
  readonly first: number;
  readonly after: string;
}

/** A checkpoint whose signature was verified. */
export interface VerifiedCheckpoint extends Statement {
  /** The key that signed it: the thumbprint of the key itself (RFC 7638). */
  readonly kid: string;
}

/**
 * Signs where the chain stands, after what waits was sealed. With `first` it also says that what lies before was forgotten for its age.
 *
 * @returns nothing when there is nothing to vouch for
 */
export const makeCheckpoint = async (
  { store, keys, config, now }: Pick<Deps, 'store' | 'keys' | 'config' | 'now'>,
  pruned?: Pick<Statement, 'first' | 'after'>,
): Promise<Checkpoint | undefined> => {
  const head = await store.chain.head();
  if (!head) return undefined;
  const before = await store.chain.latestCheckpoint();
  const known = before && readCheckpoint(before);
  const { first, after } = pruned ?? known ?? { first: 1, after: BEGINNING };
  const { seq, hash } = head;
  const statement = { iss: config.issuer, iat: now(), seq, hash, first, after, records: seq - first + 1 };
  const jws = keys.sign('ES256', TYPE, statement);
  const kid = parseJws(jws)?.header.kid;
  const published = keys.jwks().keys.find((key) => key.kid === kid);
  if (!published) throw new Error('The key that signs is not among those that are published.');
  // The key alone: what is said about it is in the checkpoint, or follows from the key.
  const { kid: _name, alg: _alg, use: _use, ...jwk } = published;
  const checkpoint = { seq, first, at: now(), jws, jwk };
  await store.chain.keep(checkpoint);
  return checkpoint;
};

/** A checkpoint as one line of JSON, as it is exported and kept elsewhere. */
export const checkpointLine = ({ jws, jwk }: Pick<Checkpoint, 'jws' | 'jwk'>): string =>
  JSON.stringify({ checkpoint: jws, jwk });

/** The checkpoint in a line of JSON; nothing when it is not signed by the key that it names. */
export const parseCheckpointLine = (line: string): VerifiedCheckpoint | undefined => {
  const { checkpoint: jws, jwk } = parseJsonObject(line) ?? {};
  return typeof jws === 'string' && isJsonObject(jwk) ? readCheckpoint({ jws, jwk }) : undefined;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;

/** Verifies the signature by the key that comes along, which must be the one that the signature names. */
export const readCheckpoint = ({ jws, jwk }: Pick<Checkpoint, 'jws' | 'jwk'>): VerifiedCheckpoint | undefined => {
  const key = publicKeyFrom(jwk);
  if (!key) return undefined;
  const verified = verifyOwnJws(jws, (kid) => (kid === key.kid ? key : undefined));
  if (verified?.header.typ !== TYPE) return undefined;
  const { iss, iat, seq, hash, first, after } = verified.claims;
  if (typeof iss !== 'string' || !isInstant(iat) || typeof hash !== 'string' || typeof after !== 'string')
    return undefined;
  if (!isCount(seq) || !isCount(first) || first > seq + 1) return undefined;
  return { issuer: iss, at: iat, seq, hash, first, after, kid: key.kid };
};
