/** Whether the lockfile is whole. npm leaves out what a registry does not have at the time, and then refuses the gap on every other machine. */

interface Locked {
  readonly dependencies: readonly string[];
}

/** What packages in the lockfile ask for, optional or not, that it does not say the version of: as `package → dependency`. */
export function missingFromLock(lockfile: string): string[] {
  const packages = lockedPackages(lockfile);
  return [...packages].flatMap(([path, { dependencies }]) =>
    dependencies.filter((name) => !isLocked(packages, path, name)).map((name) => `${path || 'package.json'} → ${name}`),
  );
}

/** As Node looks for a package: in the `node_modules` of the folder, then of each folder around it. */
function isLocked(packages: ReadonlyMap<string, Locked>, path: string, name: string): boolean {
  if (packages.has(path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`)) return true;
  return path !== '' && isLocked(packages, path.replace(/(?:^|\/)(?:node_modules\/)?(?:@[^/]+\/)?[^/]+$/, ''), name);
}

function lockedPackages(lockfile: string): Map<string, Locked> {
  const parsed: unknown = JSON.parse(lockfile);
  return new Map(
    entriesOf(fieldOf(parsed, 'packages')).map(([path, entry]) => [
      path,
      {
        dependencies: ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
          // Only the root and the workspaces install what is for their development.
          kind === 'devDependencies' && path.includes('node_modules/')
            ? []
            : entriesOf(fieldOf(entry, kind)).map(([name]) => name),
        ),
      },
    ]),
  );
}

function fieldOf(value: unknown, key: string): unknown {
  return entriesOf(value).find(([name]) => name === key)?.[1];
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
