/** Which packages are in a program. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isJsonObject } from '@stile/core';
import type { Metafile } from 'esbuild';
import type { Dependency } from '../../store/action-ports.ts';

interface Dependencies {
  /** The names of those that the Action's own files name. */
  readonly direct: readonly string[];
  /** Each with the version that was bundled, by name and version. */
  readonly all: readonly Dependency[];
}

/** The package that a bundled file belongs to: where it is installed, and what it is called there. */
const PACKAGE = /^(?<folder>.*(?:^|\/)node_modules\/(?<name>(?:@[^/]+\/)?[^/]+))\//;

const packageOf = (path: string): { readonly folder: string; readonly name: string } | undefined => {
  const { folder, name } = PACKAGE.exec(path)?.groups ?? {};
  return folder === undefined || name === undefined ? undefined : { folder, name };
};

/**
 * Reads from what the bundler says of a program which packages are in it.
 *
 * @param workingFolder where the bundler's paths begin
 */
export const dependenciesOf = ({ inputs }: Metafile, workingFolder: string): Dependencies => {
  const direct = new Set<string>();
  const all = new Map<string, Dependency>();
  for (const [path, { imports }] of Object.entries(inputs)) {
    const home = packageOf(path);
    if (home === undefined) {
      for (const { path: imported } of imports) {
        const named = packageOf(imported);
        if (named !== undefined) direct.add(named.name);
      }
      continue;
    }
    if (!all.has(home.folder)) all.set(home.folder, describe(resolve(workingFolder, home.folder), home.name));
  }
  const distinct = new Map([...all.values()].map((one) => [`${one.name}@${one.version}`, one]));
  return {
    direct: [...direct].toSorted(),
    all: [...distinct].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, dependency]) => dependency),
  };
};

/** A package under another name (an alias) is told by its own. */
const describe = (folder: string, installedAs: string): Dependency => {
  const file = join(folder, 'package.json');
  const manifest: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const { name, version } = isJsonObject(manifest) ? manifest : {};
  return {
    name: typeof name === 'string' ? name : installedAs,
    version: typeof version === 'string' ? version : 'unknown',
  };
};
