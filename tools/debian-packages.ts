/**
 * Finds the servers of others that tests run against, and installs them by `apt-get` where they are missing.
 *
 * It owns what comes from Debian's packages and how it is installed; it does not own how any of it is run. The tests start
 * every program themselves, on free ports: nothing that is installed here runs as a service, now or after the next start of
 * the machine.
 */
import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';

/** What this machine is and allows; replaced in tests. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Runs a command with its output shown, and says whether it ended well. */
  readonly runs: (command: string, args: readonly string[]) => Promise<boolean>;
}

/** A program of others: the packages that hold it, what they must have brought, and the tests that run it. */
export interface Program {
  readonly name: string;
  readonly packages: readonly string[];
  readonly files: readonly string[];
  readonly tests: RegExp;
}

/** Apache with the modules for OpenID Connect and OAuth. `apache2-bin` is the program alone, without the service. */
export const apache: Program = {
  name: 'Apache with mod_auth_openidc and mod_oauth2',
  packages: ['apache2-bin', 'libapache2-mod-auth-openidc', 'libapache2-mod-oauth2'],
  files: [
    '/usr/sbin/apache2',
    '/usr/lib/apache2/modules/mod_auth_openidc.so',
    '/usr/lib/apache2/modules/mod_oauth2.so',
  ],
  tests: /^conformance\/interop\/apache-/,
};

export const nginx: Program = {
  name: 'nginx',
  packages: ['nginx'],
  files: ['/usr/sbin/nginx'],
  tests: /^conformance\/proxy\//,
};

export const caddy: Program = {
  name: 'Caddy',
  packages: ['caddy'],
  files: ['/usr/bin/caddy'],
  tests: /^conformance\/proxy\//,
};

/** Makes the certificates that the proxies show. */
export const openssl: Program = {
  name: 'OpenSSL',
  packages: ['openssl'],
  files: ['/usr/bin/openssl'],
  tests: /^conformance\/(?:mail|proxy)\//,
};

/** One-time codes as others compute them. */
export const oathtool: Program = {
  name: 'oathtool',
  packages: ['oathtool'],
  files: ['/usr/bin/oathtool'],
  tests: /^conformance\/oathtool\.test/,
};

/** The programs that these test files run. */
export const programsFor = (testFiles: readonly string[]): readonly Program[] =>
  [apache, nginx, caddy, openssl, oathtool].filter(({ tests }) => testFiles.some((file) => tests.test(file)));

/**
 * Sees to it that the programs are there.
 * @throws Error that says what to do, when one is missing and cannot be installed
 */
export async function findOrInstall(programs: readonly Program[], machine: Machine = thisMachine()): Promise<void> {
  const missing = await whichAreMissing(programs);
  if (missing.length === 0) return;
  const packages = missing.flatMap((program) => program.packages);
  if (await installPackages(packages, machine)) {
    if ((await whichAreMissing(missing)).length === 0) return;
  }
  const names = missing.map(({ name }) => name).join(', ');
  throw new Error(
    `The tests need ${names}, and apt-get could not install them, which needs Debian and root or a sudo that asks for no ` +
      `password. As root: apt-get install --no-install-recommends ${packages.join(' ')}`,
  );
}

async function whichAreMissing(programs: readonly Program[]): Promise<readonly Program[]> {
  const found = await Promise.all(
    programs.map(async ({ files }) => (await Promise.all(files.map(isThere))).every(Boolean)),
  );
  return programs.filter((_, index) => !found[index]);
}

const isThere = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );

/**
 * Debian starts a service as soon as it is installed, and Apache, nginx and Caddy all want port 80. `policy-rc.d` is how a
 * machine says no, with systemd and without; one that is there already is the owner's and stays. An installed service would
 * still start with the machine, so it is disabled too.
 */
const installation = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
fi
apt-get update
apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" || exit 1
if command -v systemctl > /dev/null; then
  for package in "$@"; do systemctl disable "$package.service" > /dev/null 2>&1 || true; done
fi
`;

/** Installs packages by apt-get, as root or through sudo, and starts no service. Says whether it ended well. */
export async function installPackages(packages: readonly string[], machine: Machine): Promise<boolean> {
  if (machine.platform !== 'linux') return false;
  const [first, ...rest] = ['sh', '-c', installation, 'install', ...packages];
  return machine.isRoot
    ? machine.runs(first, rest)
    : machine.runs('sudo', ['-n', 'env', 'DEBIAN_FRONTEND=noninteractive', first, ...rest]);
}

/** The machine this process runs on. */
export function thisMachine(): Machine {
  return {
    env: process.env,
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    runs: (command, args) =>
      new Promise((resolve) => {
        const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
        const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
        child.once('error', () => resolve(false));
        child.once('exit', (code) => resolve(code === 0));
      }),
  };
}
