/** Actions: do they run, and could their secrets be decrypted? Where they could not, nobody would be let in. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import type { Config } from '../config/config.ts';
import type { BoundSecrets } from '../store/sqlite/inspect.ts';
import { inspectActions } from '../store/sqlite/inspect.ts';
import type { Finding } from './finding.ts';
import { fine, warning } from './finding.ts';

/** Looks at what is bound, if there is a database; nothing is run. */
export const checkActions = (config: Pick<Config, 'dataFolder' | 'encryptionKey'>): readonly Finding[] => {
  const path = join(resolve(config.dataFolder), 'stile.db');
  // What keeps the database from being read is told by the check of the database.
  const found = existsSync(path) ? inspectActions(path) : undefined;
  if (found === undefined || found.bound.length === 0) return [];
  if (found.isOff) return [off];
  const broken = found.bound.flatMap((one) => faultOf(one, config));
  return broken.length > 0 ? broken : [fine('actions', `What is bound can run: ${namesOf(found.bound)}`)];
};

const namesOf = (bound: readonly BoundSecrets[]): string => [...new Set(bound.map(({ action }) => action))].join(', ');

const off: Finding = warning('actions', {
  what: 'Every Action is switched off.',
  why: 'What they demand or forbid is not demanded or forbidden.',
  todo: 'When what kept people out is mended: stile actions on',
});

const faultOf = (
  { action, versionId, sealedSecrets }: BoundSecrets,
  config: Pick<Config, 'dataFolder' | 'encryptionKey'>,
): readonly Finding[] => {
  if (sealedSecrets === null) return [];
  try {
    openEncryptionKey(config, 'throw').open(sealedSecrets, versionId);
    return [];
  } catch (thrown) {
    return [
      warning('actions', {
        what: `The secrets of the Action ${action} cannot be decrypted. ${thrown instanceof Error ? thrown.message : ''}`.trim(),
        why: 'Every login that it takes part in is refused: nobody is let in without what it demands.',
        todo: `Bring back the key, or deploy it anew: stile actions deploy ${action}. Until then: stile actions off ${action}`,
      }),
    ];
  }
};
