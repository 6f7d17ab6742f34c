/** The secrets of an Action, from where the configuration says that they are. */
import { readFileSync } from 'node:fs';
import type { ActionsSettings } from '../../config/actions-schema.ts';
import type { Secrets } from './encryption-key.ts';

/** A secret has no value, or one that it cannot have. The message names it, and never its value. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/**
 * Reads the secrets of an Action.
 *
 * @throws SecretError naming every one that is missing or too long
 */
export const secretsFor = (
  action: string,
  { secrets, limits }: Pick<ActionsSettings, 'limits' | 'secrets'>,
): Secrets => {
  const named = Object.entries(Object.hasOwn(secrets, action) ? (secrets[action] ?? {}) : {});
  const faults: string[] = [];
  if (named.length > limits.secrets)
    faults.push(`${action} has ${named.length} secrets; at most ${limits.secrets} are allowed.`);
  const values = named.map(([name, source]): [string, string] => {
    const value = valueFrom(source);
    if (value === undefined || value === '')
      faults.push(`The secret ${name} of ${action} has no value${whereFrom(source)}.`);
    else if (value.length > limits.secretLength)
      faults.push(`The secret ${name} of ${action} has more than ${limits.secretLength} characters.`);
    return [name, value ?? ''];
  });
  if (faults.length > 0) throw new SecretError(faults.join('\n'));
  return Object.fromEntries(values);
};

type Source = ActionsSettings['secrets'][string][string];

const valueFrom = (source: Source): string | undefined => {
  if (source === undefined || typeof source === 'string') return source;
  try {
    return readFileSync(source.file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
};

const whereFrom = (source: Source): string =>
  source === undefined || typeof source === 'string'
    ? ': set it in the environment that the configuration reads it from'
    : `: it is to be read from ${source.file}`;
