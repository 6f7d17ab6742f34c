import type { Generated } from 'kysely';
import type {
  actionBindings,
  actionCache,
  actionExecutions,
  actions,
  actionTriggers,
  actionVersions,
} from './tables/actions.ts';
import type { checkpoints, links, Sealing } from './tables/chain.ts';
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
import type { policies } from './tables/policies.ts';
import type { profiles } from './tables/profiles.ts';
import type { interactions, sessions } from './tables/sessions.ts';
import type { RowIn } from './tables/table.ts';
import type { auditRecords, consumptions, serverSecrets, signingKeys, throttles } from './tables/upkeep.ts';

/** Columns that are left at their defaults when a row is made. */
type WithDefaults<Row> = { [Column in keyof Row]: Generated<Row[Column]> };

/** Every table by its name, for the query builder. The rows follow from how the records are kept. */
export interface Schema {
  user: RowIn<typeof users> & WithDefaults<RowIn<typeof profiles>>;
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
  audit_record: RowIn<typeof auditRecords> & WithDefaults<Sealing>;
  chain: RowIn<typeof links>;
  checkpoint: RowIn<typeof checkpoints>;
  policy: RowIn<typeof policies>;
  action: RowIn<typeof actions>;
  action_version: RowIn<typeof actionVersions>;
  action_trigger: RowIn<typeof actionTriggers>;
  action_binding: RowIn<typeof actionBindings>;
  action_execution: RowIn<typeof actionExecutions>;
  action_cache: RowIn<typeof actionCache>;
  schema_migration: { version: number; name: string; applied_at: number };
}
