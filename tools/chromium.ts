/**
 * Finds the Chromium that browser tests and screenshots drive, and installs it where apt can.
 *
 * It owns which browser runs and with which switches; it does not own what the browser does.
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Machine } from './debian-packages.ts';
import { installPackages, thisMachine } from './debian-packages.ts';

const run = promisify(execFile);

/**
 * Switches for a Chromium that may run as root, without a GPU, on a network that reaches nothing outside.
 * Without the last four it calls home at start and a closed network makes pages wait for it.
 */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

const macPaths = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/**
 * The path of a Chromium that starts: `STILE_CHROMIUM` if it is set, else one found on this machine,
 * else one installed by `apt-get`.
 * @throws Error that says what to do, when there is none and none can be installed
 */
export async function findOrInstallChromium(machine: Machine = thisMachine()): Promise<string> {
  const chosen = machine.env.STILE_CHROMIUM;
  if (chosen !== undefined && chosen !== '') {
    if (await starts(chosen)) return chosen;
    throw new Error(`STILE_CHROMIUM is ${chosen}, which is not a browser that starts. Correct it or unset it.`);
  }
  const found = await findChromium(machine);
  if (found !== undefined) return found;
  await installPackages(['chromium'], machine);
  const installed = await findChromium(machine);
  if (installed !== undefined) return installed;
  throw new Error(
    'The browser tests need Chromium, there is none on this machine, and apt-get could not install one. ' +
      'Install Chromium or Chrome, or set STILE_CHROMIUM to the path of one.',
  );
}

async function findChromium(machine: Machine): Promise<string | undefined> {
  const folders = (machine.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const candidates = machine.platform === 'darwin' ? [...macPaths, ...onPath] : onPath;
  for (const candidate of candidates) {
    if (await starts(candidate)) return candidate;
  }
  return undefined;
}

/** Asked of the program itself, because Ubuntu's `chromium-browser` may be a stub that only advertises a snap. */
async function starts(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    await run(path, ['--version'], { timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}
