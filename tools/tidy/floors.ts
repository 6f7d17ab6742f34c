/** Who may import whom. The table itself stands in `tidy.test.ts`; this reads it. */
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { Finding, Source } from './source.ts';
import { isTest } from './source.ts';

export interface House {
  readonly workspaces: Readonly<Record<string, Workspace>>;
  /** Each workspace that is divided into floors, lowest floor first. */
  readonly floors: Readonly<Record<string, readonly Floor[]>>;
}

interface Workspace {
  /** The packages of this repository it may import; everything else it must declare in its own package.json. */
  readonly ours: readonly string[];
  /** How the paths of the files begin, from the workspace on, that may import `node:` modules and so run on Node only. */
  readonly nodeOnly: readonly string[];
}

interface Floor {
  /** Folders, or files, right inside the `src` of the workspace. */
  readonly rooms: readonly string[];
  /** Whether one room of this floor may import another. */
  readonly sideways: boolean;
}

/** The names each package.json declares: `dependencies` alone for a workspace, all of them for the root, whose path is ''. */
export type Declared = ReadonlyMap<string, ReadonlySet<string>>;

export function importsOutOfPlace(source: Source, house: House, declared: Declared): Finding[] {
  const home = workspaceOf(source.path, house);
  return source.imports.flatMap(({ specifier, line }) => {
    const what = specifier.startsWith('.')
      ? wrongPath(source.path, posix.join(posix.dirname(source.path), specifier), home, house)
      : wrongPackage(source.path, specifier, home, house, declared);
    return what === undefined ? [] : [{ path: source.path, line, what: `imports ${specifier}, ${what}` }];
  });
}

/** Every workspace and every room of a divided one must be in the table, or nothing would be said about it. */
export function withoutPlace(paths: readonly string[], house: House): string[] {
  const workspaces = paths.flatMap((path) => /^((?:packages|examples)\/[^/]+)\/package\.json$/.exec(path)?.[1] ?? []);
  const strangers = workspaces.filter((workspace) => house.workspaces[workspace] === undefined);
  const rooms = Object.entries(house.floors).flatMap(([workspace, floors]) => {
    const found = paths.filter((path) => !isTest(path)).flatMap((path) => roomOf(path, workspace) ?? []);
    return [...new Set(found)]
      .filter((room) => !floors.some((floor) => floor.rooms.includes(room)))
      .map((room) => `${workspace}/src/${room}`);
  });
  return [...strangers, ...rooms];
}

function workspaceOf(path: string, house: House): string | undefined {
  return Object.keys(house.workspaces).find((workspace) => path.startsWith(`${workspace}/`));
}

function roomOf(path: string, workspace: string): string | undefined {
  const inside = `${workspace}/src/`;
  return path.startsWith(inside) ? path.slice(inside.length).split('/', 1)[0] : undefined;
}

function wrongPath(from: string, to: string, home: string | undefined, house: House): string | undefined {
  if (isTest(to) && (!isTest(from) || to.endsWith('.test.ts'))) return 'which is there for tests';
  const target = workspaceOf(to, house);
  if (home === undefined) return undefined;
  if (target !== undefined && target !== home) return `and must name the package of ${target} instead`;
  if (isTest(from)) return undefined;
  if (target === undefined) return `which is outside ${home}`;
  return wrongRoom(roomOf(from, home), roomOf(to, home), house.floors[home] ?? []);
}

function wrongRoom(from: string | undefined, to: string | undefined, floors: readonly Floor[]): string | undefined {
  if (from === to || from === undefined || to === undefined) return undefined;
  const fromFloor = floors.findIndex((floor) => floor.rooms.includes(from));
  const toFloor = floors.findIndex((floor) => floor.rooms.includes(to));
  if (toFloor > fromFloor) return `which is above it: floor ${toFloor + 1}, not ${fromFloor + 1}`;
  if (toFloor === fromFloor && floors[toFloor]?.sideways === false) {
    return `which is beside it: on floor ${toFloor + 1} a room imports only what is below`;
  }
  return undefined;
}

function wrongPackage(
  from: string,
  specifier: string,
  home: string | undefined,
  house: House,
  declared: Declared,
): string | undefined {
  const workspace = home === undefined ? undefined : house.workspaces[home];
  if (isBuiltin(specifier)) {
    const runsOnNode = workspace?.nodeOnly.some((start) => from.startsWith(`${home}/${start}`)) ?? true;
    return runsOnNode || isTest(from) ? undefined : 'and must run where there is no Node';
  }
  const name = packageName(specifier);
  // What a package gives people to start from names it as they will.
  if (home !== undefined && name === home.replace('packages/', '@stile/')) return undefined;
  const known = new Set(declared.get(home ?? ''));
  if (workspace === undefined || isTest(from)) {
    return known.has(name) || declared.get('')?.has(name) || name.startsWith('@stile/')
      ? undefined
      : 'which no package.json declares';
  }
  if (!known.has(name)) return `which ${home}/package.json does not declare in its dependencies`;
  if (name.startsWith('@stile/') && !workspace.ours.includes(name)) return `which ${home} may not depend on`;
  return undefined;
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
