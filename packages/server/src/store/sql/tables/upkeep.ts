import type { Once, SpentThrottle } from '../../ports.ts';
import type { AuditRecord, SigningKey } from '../../records.ts';
import { anyObject } from './facts.ts';
import { bytes, json, jsonObject, nullable, oneOf, seconds, table, text } from './table.ts';

export const consumptions = table<Once>()({
  kind: oneOf('kind', [
    'code',
    'totp',
    'recovery-code',
    'enrolment-ticket',
    'single-use-token',
    'client-assertion',
    'interaction',
    'authenticator',
    'ceremony',
    'device-message',
  ]),
  key: text('key'),
  expiresAt: nullable(seconds('expires_at')),
});

/** How much of a limit is spent is one moment (see the operation that takes from it). */
export const throttles = table<SpentThrottle>()({
  key: text('key'),
  freeAt: seconds('free_at'),
  whose: nullable(text('whose')),
  label: nullable(text('label')),
});

export const signingKeys = table<SigningKey>()({
  kid: text('kid'),
  alg: oneOf('alg', ['RS256', 'ES256']),
  privateJwk: json('private_jwk', anyObject),
  state: oneOf('state', ['next', 'current', 'retired']),
  createdAt: seconds('created_at'),
  retiresAt: nullable(seconds('retires_at')),
});

/** A random secret of the server. */
interface ServerSecret {
  readonly name: string;
  readonly value: Uint8Array;
}

export const serverSecrets = table<ServerSecret>()({ name: text('name'), value: bytes('value') });

export const auditRecords = table<AuditRecord>()({
  id: text('id'),
  at: seconds('at'),
  type: text('type'),
  userId: nullable(text('user_id')),
  clientId: nullable(text('client_id')),
  sessionId: nullable(text('session_id')),
  grantId: nullable(text('grant_id')),
  requestId: nullable(text('request_id')),
  details: jsonObject('details'),
});
