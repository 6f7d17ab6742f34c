/** What of the configuration decides: without secrets, and without what only says how something is done. */
import type { Api, Client, Level, Proof } from '@stile/core';
import { parseJsonObject } from '@stile/core';
import type { Config, RegisteredClient } from '../config/config.ts';
import type { Guard } from '../config/enrolment-schema.ts';
import { guardsIn } from '../config/enrolment-schema.ts';
import { sha256 } from '../digest.ts';
import { enrollableProofs, installedProofs } from '../factors/factors.ts';

/** The declared policy. Two configurations with the same policy decide everything alike. */
export interface Policy extends Pick<Config, 'everySignIn' | 'rememberDevice' | 'risk' | 'shadow'> {
  readonly levels: readonly Level[];
  readonly apis: ReadonlyMap<string, Api>;
  readonly clients: ReadonlyMap<string, Client>;
  /** What every kind of authenticator that can be verified would prove. */
  readonly installed: readonly Proof[];
  /** What a person without a fitting authenticator may enrol behind a guard, if there is any. */
  readonly enrollable: readonly Proof[];
  readonly guards: readonly Guard[];
}

/** A policy as it is kept: by the digest of its text. */
export interface KeptPolicy {
  readonly digest: string;
  readonly text: string;
}

/** What decides of a client; its secrets and its looks do not. */
const deciding = ({
  secret: _secret,
  jwks: _jwks,
  accent: _accent,
  metadata: _metadata,
  ...client
}: RegisteredClient): Client => client;

const made = new WeakMap<Config, { readonly policy: Policy; readonly of: Readonly<Config> }>();

/** Whether a configuration is the one that a policy was made of, and not one that was changed since. */
const isUnchanged = (config: Config, of: Readonly<Config>): boolean =>
  config.clients === of.clients && config.apis === of.apis && config.levels === of.levels;

/** The policy of a configuration; made once for each. */
export const policyOf = (config: Config): Policy => {
  const known = made.get(config);
  if (known && isUnchanged(config, known.of)) return known.policy;
  const { levels, apis, clients, everySignIn, rememberDevice, risk, shadow, enrolment } = config;
  const policy: Policy = {
    levels,
    apis,
    clients: new Map([...clients].map(([id, client]) => [id, deciding(client)])),
    everySignIn,
    rememberDevice,
    risk,
    shadow,
    installed: installedProofs(config),
    enrollable: enrollableProofs(config),
    guards: guardsIn(enrolment),
  };
  made.set(config, { policy, of: { ...config } });
  return policy;
};

const kept = new WeakMap<Policy, KeptPolicy>();

/** How a policy is kept, and its name. */
export const keptPolicy = (policy: Policy): KeptPolicy => {
  const known = kept.get(policy);
  if (known) return known;
  const text = JSON.stringify({ ...policy, apis: [...policy.apis], clients: [...policy.clients] });
  const made = { digest: sha256(text), text };
  kept.set(policy, made);
  return made;
};

/** As it was written by `keptPolicy`, whose digest vouches for it. */
interface StoredPolicy extends Omit<Policy, 'apis' | 'clients'> {
  readonly apis: readonly (readonly [string, Api])[];
  readonly clients: readonly (readonly [string, Client])[];
}

const isStored = (value: unknown): value is StoredPolicy =>
  typeof value === 'object' &&
  value !== null &&
  ['levels', 'apis', 'clients', 'installed', 'enrollable', 'guards'].every(
    (name) => name in value && Array.isArray(Object.entries(value).find(([key]) => key === name)?.[1]),
  ) &&
  'risk' in value;

/** The policy that was kept under a digest; nothing when the text is not what was kept. */
export const parsePolicy = ({ digest, text }: KeptPolicy): Policy | undefined => {
  if (sha256(text) !== digest) return undefined;
  const stored = parseJsonObject(text);
  if (!isStored(stored)) return undefined;
  const { everySignIn, rememberDevice, shadow } = stored;
  return {
    ...stored,
    everySignIn,
    rememberDevice,
    shadow,
    apis: new Map(stored.apis),
    clients: new Map(stored.clients),
  };
};
