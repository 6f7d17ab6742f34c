import type { Authenticator, Consent, EnrolmentTicket, User } from '../../records.ts';
import { anyObject } from './facts.ts';
import { json, nullable, seconds, table, text } from './table.ts';

export const users = table<User>()({
  id: text('id'),
  username: text('username'),
  claims: json('claims', anyObject),
  createdAt: seconds('created_at'),
  blockedAt: nullable(seconds('blocked_at')),
});

export const authenticators = table<Authenticator>()({
  id: text('id'),
  userId: text('user_id'),
  factor: text('factor'),
  name: text('name'),
  material: json('material', anyObject),
  createdAt: seconds('created_at'),
  lastUsedAt: nullable(seconds('last_used_at')),
});

export const enrolmentTickets = table<EnrolmentTicket>()({
  ticketHash: text('ticket_hash'),
  userId: text('user_id'),
  createdAt: seconds('created_at'),
  expiresAt: seconds('expires_at'),
});

export const consents = table<Consent>()({
  userId: text('user_id'),
  clientId: text('client_id'),
  audience: text('audience'),
  scope: text('scope'),
  grantedAt: seconds('granted_at'),
});
