/** Everything that is looked at, in the order in which it is told. */
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { inspectSqlite } from '../store/sqlite/inspect.ts';
import { checkActions } from './actions.ts';
import { checkDemonstration, checkIssuer, checkMetrics, checkProxies } from './configuration.ts';
import { checkPrivate, checkRoom, checkWritable } from './data-folder.ts';
import { checkDatabase } from './database.ts';
import type { Finding } from './finding.ts';
import { checkMemory, checkNode, checkOpenFiles, thisMachine } from './machine.ts';
import { checkProcesses } from './processes.ts';
import { checkReach } from './reach.ts';

interface Examination {
  /** Whether everything is read, however long it takes. */
  readonly thorough: boolean;
  /** Whether the issuer is asked over the network. */
  readonly reach: boolean;
}

/**
 * Looks at the configuration, the machine and the data. Changes nothing; whether the folder can be written is seen by an empty file
 * that comes and goes.
 */
export const examine = async (config: Config, { thorough, reach }: Examination): Promise<readonly Finding[]> => {
  const machine = thisMachine();
  const nowSeconds = (): number => Math.floor(Date.now() / 1000);
  return [
    checkIssuer(config),
    checkProxies(config),
    checkDemonstration(config),
    checkMetrics(config),
    checkNode(machine),
    checkOpenFiles(machine),
    checkMemory(machine),
    ...checkWritable(config, Date.now()),
    checkPrivate(config),
    checkRoom(config),
    ...checkDatabase(config, { nowSeconds: nowSeconds(), thorough }),
    ...checkActions(config),
    checkProcesses(config, Date.now()),
    ...(reach ? await checkReach(config, { fetch, nowSeconds, currentKeys: keysOf(config) }) : []),
  ];
};

const keysOf = ({ dataFolder }: Config): readonly string[] => {
  try {
    return inspectSqlite(join(resolve(dataFolder), 'stile.db'), { thorough: false }).currentKeys;
  } catch {
    return [];
  }
};
