import type { Interaction, Session } from '../../records.ts';
import { anyObject, listOfEvents, listOfMethods, whatIsAsked } from './facts.ts';
import { json, nullable, oneOf, seconds, table, text } from './table.ts';

export const sessions = table<Session>()({
  id: text('id'),
  secretHash: text('secret_hash'),
  rotatedAt: seconds('rotated_at'),
  userId: text('user_id'),
  events: json('events', listOfEvents),
  createdAt: seconds('created_at'),
  lastSeenAt: seconds('last_seen_at'),
  endedAt: nullable(seconds('ended_at')),
  userAgent: text('user_agent'),
  address: text('address'),
  expiresAt: nullable(seconds('expires_at')),
  idleExpiresAt: nullable(seconds('idle_expires_at')),
  cookieMode: oneOf('cookie_mode', ['persistent', 'non-persistent']),
  metadata: json('metadata', anyObject),
  methods: json('methods', listOfMethods),
});

export const interactions = table<Interaction>()({
  id: text('id'),
  browserHash: nullable(text('browser_hash')),
  clientId: text('client_id'),
  request: json('request', anyObject),
  requestedAt: seconds('requested_at'),
  expiresAt: seconds('expires_at'),
  userId: nullable(text('user_id')),
  accountSelectedAt: nullable(seconds('account_selected_at')),
  consentedAt: nullable(seconds('consented_at')),
  asked: nullable(json('asked', whatIsAsked)),
  progress: json('progress', anyObject),
  actions: nullable(json('actions', anyObject)),
  finishedAt: nullable(seconds('finished_at')),
});
