import { z } from 'zod';
import type {
  Action,
  ActionExecution,
  ActionVersion,
  Binding,
  CacheEntry,
  Dependency,
  ExecutionDetails,
  TriggerState,
  VersionSummary,
} from '../../action-ports.ts';
import { anyObject, listOfTexts } from './facts.ts';
import { json, nullable, oneOf, seconds, table, text, truth, whole } from './table.ts';

const listOfDependencies: z.ZodType<readonly Dependency[]> = z.array(
  z.strictObject({ name: z.string(), version: z.string() }),
);

/** Of a form that belongs to the runtime; what is kept is only ever shown. */
const executionDetails = z.custom<ExecutionDetails>((value) => anyObject.safeParse(value).success);

const TRIGGERS = ['post-login'] as const;
const MODES = ['live', 'shadow'] as const;

export const actions = table<Action>()({
  id: text('id'),
  name: text('name'),
  createdAt: seconds('created_at'),
});

export const actionVersions = table<ActionVersion>()({
  id: text('id'),
  actionId: text('action_id'),
  number: whole('number'),
  checksum: text('checksum'),
  code: text('code'),
  dependencies: json('dependencies', listOfDependencies),
  secretNames: json('secret_names', listOfTexts),
  sealedSecrets: nullable(text('sealed_secrets')),
  secretsDigest: text('secrets_digest'),
  createdAt: seconds('created_at'),
});

export const versionSummaries = table<VersionSummary>()({
  id: text('id'),
  actionId: text('action_id'),
  number: whole('number'),
  checksum: text('checksum'),
  dependencies: json('dependencies', listOfDependencies),
  secretNames: json('secret_names', listOfTexts),
  createdAt: seconds('created_at'),
});

interface TriggerRow extends TriggerState {
  readonly trigger: Binding['trigger'];
}

export const actionTriggers = table<TriggerRow>()({
  trigger: oneOf('trigger', TRIGGERS),
  revision: whole('revision'),
  offSince: nullable(seconds('off_since')),
});

interface BindingRow extends Binding {
  readonly position: number;
}

export const actionBindings = table<BindingRow>()({
  trigger: oneOf('trigger', TRIGGERS),
  actionId: text('action_id'),
  mode: oneOf('mode', MODES),
  versionId: text('version_id'),
  enabled: truth('enabled'),
  position: whole('position'),
});

export const actionExecutions = table<ActionExecution>()({
  id: text('id'),
  at: seconds('at'),
  trigger: oneOf('trigger', TRIGGERS),
  action: text('action'),
  versionId: text('version_id'),
  number: whole('number'),
  mode: oneOf('mode', MODES),
  userId: nullable(text('user_id')),
  clientId: nullable(text('client_id')),
  requestId: nullable(text('request_id')),
  outcome: oneOf('outcome', ['finished', 'suspended', 'failed']),
  details: json('details', executionDetails),
});

export const actionCache = table<CacheEntry>()({
  trigger: oneOf('trigger', TRIGGERS),
  key: text('key'),
  value: text('value'),
  expiresAt: seconds('expires_at'),
});
