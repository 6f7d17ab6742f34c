import type { codes, grants, refreshTokens } from './tables/grants.ts';
import type {
  arrivals,
  authenticators,
  ceremonies,
  consents,
  enrolmentTickets,
  rememberedDevices,
  users,
} from './tables/people.ts';
import type { interactions, sessions } from './tables/sessions.ts';
import type { RowIn } from './tables/table.ts';
import type { auditRecords, consumptions, serverSecrets, signingKeys, throttles } from './tables/upkeep.ts';

/** Every table by its name, for the query builder. The rows follow from how the records are kept. */
export interface Schema {
  user: RowIn<typeof users>;
  authenticator: RowIn<typeof authenticators>;
  enrolment_ticket: RowIn<typeof enrolmentTickets>;
  consent: RowIn<typeof consents>;
  ceremony: RowIn<typeof ceremonies>;
  remembered_device: RowIn<typeof rememberedDevices>;
  arrival: RowIn<typeof arrivals>;
  session: RowIn<typeof sessions>;
  interaction: RowIn<typeof interactions>;
  grant: RowIn<typeof grants>;
  code: RowIn<typeof codes>;
  refresh_token: RowIn<typeof refreshTokens>;
  consumption: RowIn<typeof consumptions>;
  throttle: RowIn<typeof throttles>;
  signing_key: RowIn<typeof signingKeys>;
  server_secret: RowIn<typeof serverSecrets>;
  audit_record: RowIn<typeof auditRecords>;
  schema_migration: { version: number; name: string; applied_at: number };
}
