/** Makes an immutable version of a built Action, and lets it run where it is bound. */
import { auditRecord } from '../../audit/audit.ts';
import type { ActionsSettings } from '../../config/actions-schema.ts';
import type { Deps } from '../../deps.ts';
import { randomId } from '../../deps.ts';
import type { ActionStore, Binding, Deployed, Trigger } from '../../store/action-ports.ts';
import type { AuditRecord } from '../../store/records.ts';
import type { BindingFault, Rebound } from './bindings.ts';
import { bound, redeployed } from './bindings.ts';
import type { Built } from './build.ts';
import type { EncryptionKey, Secrets } from './encryption-key.ts';

/** The one trigger that there is so far. */
export const POST_LOGIN: Trigger = 'post-login';

/** What becomes of the bindings with a deployment: what is bound runs the new version; or it is bound besides, live or as a shadow. */
export type BindingWish = 'as-bound' | 'live' | 'shadow';

export interface DeployDeps extends Pick<Deps, 'now' | 'randomBytes'> {
  readonly store: ActionStore;
  readonly settings: Pick<ActionsSettings, 'limits'>;
  /** Asked only for an Action that has secrets. */
  readonly encryptionKey: () => EncryptionKey;
}

export interface DeployOutcome extends Deployed {
  /** What came of the bindings: none when the Action is not bound and was not to be. */
  readonly binding: 'changed' | 'unchanged' | 'none' | Extract<BindingFault, 'too-many'>;
}

/** Deploys an Action. What is the same as its newest version makes none. */
export const deployAction = async (
  deps: DeployDeps,
  built: Built,
  secrets: Secrets,
  wish: BindingWish,
): Promise<DeployOutcome> => {
  const versionId = randomId(deps, 'ver');
  const secretNames = Object.keys(secrets).toSorted();
  const key = secretNames.length === 0 ? undefined : deps.encryptionKey();
  let binding: DeployOutcome['binding'] = 'none';
  const deployed = await deps.store.deploy(
    {
      trigger: POST_LOGIN,
      name: built.name,
      newActionId: randomId(deps, 'act'),
      version: {
        id: versionId,
        ...built.program,
        dependencies: built.dependencies,
        secretNames,
        sealedSecrets: key?.seal(secrets, versionId) ?? null,
        secretsDigest: key?.digest(secrets) ?? '',
        createdAt: deps.now(),
      },
      mostVersions: deps.settings.limits.versions,
    },
    (made, bindings) => {
      const rebound = wished(bindings, made, wish, deps.settings.limits.bindings);
      binding = outcomeOf(bindings, rebound);
      return {
        bindings: binding === 'changed' && typeof rebound !== 'string' ? rebound : undefined,
        audit: auditOf(deps, made, binding),
      };
    },
  );
  return { ...deployed, binding };
};

const wished = (
  bindings: readonly Binding[],
  { action, version }: Deployed,
  wish: BindingWish,
  most: number,
): Rebound =>
  wish === 'as-bound'
    ? redeployed(bindings, action, version.id)
    : bound(bindings, action, { trigger: POST_LOGIN, mode: wish, versionId: version.id, most });

const outcomeOf = (bindings: readonly Binding[], rebound: Rebound): DeployOutcome['binding'] => {
  if (rebound === 'too-many') return 'too-many';
  if (typeof rebound === 'string') return 'none';
  return JSON.stringify(bindings) === JSON.stringify(rebound) ? 'unchanged' : 'changed';
};

const auditOf = (
  deps: DeployDeps,
  { isNew, action, version }: Deployed,
  binding: DeployOutcome['binding'],
): readonly AuditRecord[] => {
  const about = { action: action.name, version: version.number, checksum: version.checksum };
  return [
    ...(isNew
      ? [
          auditRecord(deps, 'action.deployed', {
            details: { ...about, dependencies: version.dependencies, secrets: version.secretNames },
          }),
        ]
      : []),
    ...(binding === 'changed' ? [auditRecord(deps, 'action.bound', { details: about })] : []),
  ];
};
