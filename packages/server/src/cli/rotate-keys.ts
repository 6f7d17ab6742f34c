import { auditRecord } from '../audit/audit.ts';
import type { Config } from '../config/config.ts';
import { rotateSigningKeys } from '../keys/key-ring.ts';
import type { Store } from '../store/ports.ts';
import { systemNow, systemRandom } from '../system.ts';
import type { CommandLine } from './commands.ts';

/** A running server notices a rotation within seconds; until then it may still sign with the old key. */
const NOTICE_SECONDS = 300;

/** The longest any token of this configuration can live. */
const longestTokenSeconds = ({ apis, lifetimes }: Config): number =>
  Math.max(3600, lifetimes.idToken, ...[...apis.values()].map(({ tokenLifetimeSeconds }) => tokenLifetimeSeconds));

/** `stile keys rotate` */
export const rotateKeys = async (store: Store, { config, print }: CommandLine): Promise<number> => {
  if ((await store.keys.all()).length === 0) {
    print('There are no signing keys yet: the server makes them when it starts for the first time.');
    return 1;
  }
  await rotateSigningKeys(store.keys, systemNow(), longestTokenSeconds(config) + NOTICE_SECONDS);
  await store.audit.append([auditRecord({ now: systemNow, randomBytes: systemRandom }, 'keys.rotated', {})]);
  print('The next signing keys sign from now on. The old ones stay published until their last token has expired.');
  return 0;
};
