/** Actions as files: which there are in a folder, and what each is called. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** The source of an Action. */
export interface ActionFile {
  readonly name: string;
  readonly file: string;
}

/** A file that Actions can be written in. */
const SOURCE = /^([A-Za-z0-9][\w.-]{0,99})\.[cm]?[jt]s$/;

/** What lies beside Actions and is none. */
const BESIDE = /\.(?:case|cases|config|d|spec|test)\.[cm]?[jt]s$/;

/** The name of the Action that a file holds; undefined when it holds none. */
export const actionNameOf = (file: string): string | undefined => {
  const name = basename(file);
  return BESIDE.test(name) ? undefined : SOURCE.exec(name)?.[1];
};

/** The Actions of a folder, by name. Files in folders below it are parts of Actions. None when there is no such folder. */
export const actionFilesIn = (folder: string): readonly ActionFile[] => {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .flatMap(({ name: fileName }) => {
      const name = actionNameOf(fileName);
      return name === undefined ? [] : [{ name, file: resolve(join(folder, fileName)) }];
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
};
