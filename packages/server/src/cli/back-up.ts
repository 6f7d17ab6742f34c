import { join, resolve } from 'node:path';
import { backUpSqlite } from '../store/sqlite/back-up.ts';
import type { Command } from './command.ts';

/** `stile backup <file>` */
export const backUp: Command = async ([file], { config, print }) => {
  if (file === undefined) {
    print('Say where to: a file that does not exist yet.');
    return 2;
  }
  await backUpSqlite(join(resolve(config.dataFolder), 'stile.db'), resolve(file));
  print(`${resolve(file)} holds the database as it is now. It was read once through and is whole.`);
  print('It holds the signing keys: keep it as safe as the data folder, and encrypted where it leaves this machine.');
  return 0;
};
