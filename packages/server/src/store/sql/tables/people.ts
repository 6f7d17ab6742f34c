import type {
  Arrival,
  Authenticator,
  Ceremony,
  Consent,
  EnrolmentTicket,
  RememberedDevice,
  User,
} from '../../records.ts';
import { anyObject, listOfTexts, whereItLies } from './facts.ts';
import { json, nullable, oneOf, seconds, table, text } from './table.ts';

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
  lookup: nullable(text('lookup')),
  createdAt: seconds('created_at'),
  lastUsedAt: nullable(seconds('last_used_at')),
  preferredAt: nullable(seconds('preferred_at')),
});

export const ceremonies = table<Ceremony>()({
  id: text('id'),
  purpose: oneOf('purpose', ['prove', 'enrol', 'login', 'verify-address', 'guard', 'reset-password', 'recover']),
  factor: text('factor'),
  userId: nullable(text('user_id')),
  authenticatorId: nullable(text('authenticator_id')),
  boundTo: text('bound_to'),
  data: json('data', anyObject),
  answer: nullable(json('answer', anyObject)),
  createdAt: seconds('created_at'),
  expiresAt: seconds('expires_at'),
});

export const rememberedDevices = table<RememberedDevice>()({
  id: text('id'),
  userId: text('user_id'),
  secretHash: text('secret_hash'),
  userAgent: text('user_agent'),
  acrs: json('acrs', listOfTexts),
  createdAt: seconds('created_at'),
  lastUsedAt: seconds('last_used_at'),
  expiresAt: seconds('expires_at'),
  revokedAt: nullable(seconds('revoked_at')),
});

export const arrivals = table<Arrival>()({
  userId: text('user_id'),
  browserHash: text('browser_hash'),
  country: text('country'),
  coordinates: nullable(json('coordinates', whereItLies)),
  sessionId: text('session_id'),
  firstAt: seconds('first_at'),
  lastAt: seconds('last_at'),
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
