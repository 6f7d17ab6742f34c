// Loaded ahead of the TypeScript entry points, so that they run on the Node this repository brings along
// whatever Node the machine has. On Node 24 or newer it does nothing. It is plain JavaScript that an older Node can read.
//
// npm should have made that Node the `node` of every script, but some versions of npm drop the link, because the
// packages for other platforms, which were not installed, name their program the same.
//
// What was compiled, with its types stripped, is kept for the next start, which then takes half the time and less memory. It is
// kept where only the owner of the packages may write: whoever could write it could run code.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const program = process.platform === 'win32' ? 'node.exe' : 'node';
const candidates = [`node-${platform}`, `node-bin-${platform}`].map((name) => join(modules, name, 'bin', program));

if (Number.parseInt(process.versions.node, 10) < neededMajor) {
  const bundled = candidates.find((path) => existsSync(path));
  const code = bundled === undefined ? undefined : await runOn(bundled);
  if (code === undefined) explain();
  process.exit(code ?? 1);
}

module.enableCompileCache(join(modules, '.cache', 'node-compile-cache'));

/** The exit code, or undefined if that Node does not run here (a C library it was not built for). */
function runOn(node) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, PATH: path } });
  // The terminal interrupts both; the child decides what to do about it, and this waits for it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function explain() {
  process.stderr.write(
    `Stile runs on Node ${neededMajor} or newer, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      '`npm ci` brings the right Node along as an optional dependency of package.json, but there is none here\n' +
      `that runs on ${platform}. Run \`npm ci --include=optional\`, or install Node ${neededMajor} yourself: https://nodejs.org/en/download\n`,
  );
}
