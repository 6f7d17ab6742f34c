import type { Instant } from '@stile/core';
import type {
  Action,
  ActionVersion,
  Binding,
  BindingChange,
  BoundAction,
  Deployed,
  Deployment,
  Trigger,
  TriggerState,
  VersionSummary,
} from '../../action-ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { actionBindings, actions, actionTriggers, actionVersions, versionSummaries } from '../tables/actions.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';

const selectState = template<{ trigger: Trigger }>((hole) =>
  build.selectFrom('action_trigger').selectAll().where('trigger', '=', hole('trigger')),
);

export const allActions = (): Operation<readonly Action[]> =>
  rows(build.selectFrom('action').selectAll().orderBy('name'), actions);

export const findActionByName = (name: string): Operation<Action | undefined> =>
  first(build.selectFrom('action').selectAll().where('name', '=', name), actions);

const findAction = (id: string): Operation<Action | undefined> =>
  first(build.selectFrom('action').selectAll().where('id', '=', id), actions);

const SUMMARY = ['id', 'action_id', 'number', 'checksum', 'dependencies', 'secret_names', 'created_at'] as const;

export const versionsOf = (actionId: string): Operation<readonly VersionSummary[]> =>
  rows(
    build.selectFrom('action_version').select(SUMMARY).where('action_id', '=', actionId).orderBy('number', 'desc'),
    versionSummaries,
  );

const versionById = (id: string): Operation<ActionVersion | undefined> =>
  first(build.selectFrom('action_version').selectAll().where('id', '=', id), actionVersions);

export function* findVersion(
  id: string,
): Operation<{ readonly action: Action; readonly version: ActionVersion } | undefined> {
  const version = yield* versionById(id);
  const action = version && (yield* findAction(version.actionId));
  return version && action && { action, version };
}

export function* stateOf(trigger: Trigger): Operation<TriggerState> {
  const found = yield* first(selectState({ trigger }), actionTriggers);
  return { revision: found?.revision ?? 0, offSince: found?.offSince ?? null };
}

export function* bindingsOf(trigger: Trigger): Operation<readonly Binding[]> {
  const found = yield* rows(
    build.selectFrom('action_binding').selectAll().where('trigger', '=', trigger).orderBy('position'),
    actionBindings,
  );
  return found.map(({ trigger: to, actionId, mode, versionId, enabled }) => ({
    trigger: to,
    actionId,
    mode,
    versionId,
    enabled,
  }));
}

export function* boundTo(
  trigger: Trigger,
): Operation<{ readonly state: TriggerState; readonly actions: readonly BoundAction[] }> {
  const state = yield* stateOf(trigger);
  const bound: BoundAction[] = [];
  for (const binding of state.offSince === null ? yield* bindingsOf(trigger) : []) {
    if (!binding.enabled) continue;
    const found = yield* findVersion(binding.versionId);
    if (found === undefined) throw new Error('A version of an Action that is bound cannot be found.');
    bound.push({ binding, ...found });
  }
  return { state, actions: bound };
}

/** What runs is otherwise from now on: every process notices by the number. */
function* nextRevision(trigger: Trigger, offSince: Instant | null): Operation<void> {
  const { revision } = yield* stateOf(trigger);
  const row = actionTriggers.row({ trigger, revision: revision + 1, offSince });
  yield* runOnOne(
    build
      .insertInto('action_trigger')
      .values(row)
      .onConflict((conflict) =>
        conflict.column('trigger').doUpdateSet({ revision: row.revision, off_since: row.off_since }),
      ),
  );
}

function* replaceBindings(trigger: Trigger, bindings: readonly Binding[]): Operation<void> {
  const { offSince } = yield* stateOf(trigger);
  yield* run(build.deleteFrom('action_binding').where('trigger', '=', trigger));
  for (const [position, binding] of bindings.entries()) {
    if (binding.trigger !== trigger) throw new Error('A binding belongs to another trigger.');
    yield* runOnOne(build.insertInto('action_binding').values(actionBindings.row({ ...binding, position })));
  }
  yield* nextRevision(trigger, offSince);
}

export function* changeBindings<T>(
  trigger: Trigger,
  change: (bindings: readonly Binding[]) => BindingChange<T>,
): Operation<T> {
  const { bindings, value, audit } = change(yield* bindingsOf(trigger));
  if (bindings === undefined) return value;
  yield* replaceBindings(trigger, bindings);
  yield* appendAudit(audit);
  return value;
}

export function* setOff(trigger: Trigger, offSince: Instant | null, audit: readonly AuditRecord[]): Operation<boolean> {
  const state = yield* stateOf(trigger);
  if ((state.offSince === null) === (offSince === null)) return false;
  yield* nextRevision(trigger, offSince);
  yield* appendAudit(audit);
  return true;
}

export function* deploy(
  deployment: Deployment,
  change: (deployed: Deployed, bindings: readonly Binding[]) => Omit<BindingChange<unknown>, 'value'>,
): Operation<Deployed> {
  const { trigger, mostVersions } = deployment;
  const deployed = yield* makeVersion(deployment);
  const { bindings, audit } = change(deployed, yield* bindingsOf(trigger));
  if (bindings !== undefined) yield* replaceBindings(trigger, bindings);
  yield* forgetVersions(deployed, mostVersions);
  yield* appendAudit(audit);
  return deployed;
}

function* makeVersion({ name, newActionId, version: given }: Deployment): Operation<Deployed> {
  const action = (yield* findActionByName(name)) ?? { id: newActionId, name, createdAt: given.createdAt };
  const newest = yield* newestVersionOf(action.id);
  if (newest === undefined && action.id === newActionId) {
    yield* runOnOne(build.insertInto('action').values(actions.row(action)));
  }
  if (newest !== undefined && isSame(newest, given)) return { isNew: false, action, version: summaryOf(newest) };
  const version: ActionVersion = { ...given, actionId: action.id, number: (newest?.number ?? 0) + 1 };
  yield* runOnOne(build.insertInto('action_version').values(actionVersions.row(version)));
  return { isNew: true, action, version: summaryOf(version) };
}

const newestVersionOf = (actionId: string): Operation<ActionVersion | undefined> =>
  first(
    build.selectFrom('action_version').selectAll().where('action_id', '=', actionId).orderBy('number', 'desc').limit(1),
    actionVersions,
  );

/** The code is what its checksum says, and the secrets what their digest says. */
const isSame = (newest: ActionVersion, given: Deployment['version']): boolean =>
  newest.checksum === given.checksum && newest.secretsDigest === given.secretsDigest;

const summaryOf = (version: ActionVersion): VersionSummary => {
  const { id, actionId, number, checksum, dependencies, secretNames, createdAt } = version;
  return { id, actionId, number, checksum, dependencies, secretNames, createdAt };
};

/** The newest one always stays, and so does whatever is bound. */
function* forgetVersions({ action, version }: Deployed, most: number): Operation<void> {
  const all = yield* versionsOf(action.id);
  for (const { id } of all.slice(most)) {
    if (id === version.id) continue;
    const bound = build.selectFrom('action_binding').select('action_id').where('version_id', '=', id);
    yield* run(
      build
        .deleteFrom('action_version')
        .where('id', '=', id)
        .where((row) => row.not(row.exists(bound))),
    );
  }
}
