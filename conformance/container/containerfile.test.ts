/**
 * The Containerfile, step by step without a container engine: what it copies, what it installs, what it starts as an
 * unprivileged user, how its health is checked and how it stops. What an engine alone does (its base image, its volume, its
 * users) is not tested here.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { onFreePort } from '../authorization-server.ts';
import { startProgram } from '../child-program.ts';
import { configurationFromGuide } from '../proxy/guide.ts';
import { commandOf, copyStage, filesUnder, instructionOf, isInContext, runStage, stagesOf } from './build.ts';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '../..');
const [packages, image, ...more] = stagesOf(readFileSync(join(repository, 'Containerfile'), 'utf8'));
assert.ok(packages !== undefined && image !== undefined && more.length === 0);

const root = mkdtempSync(join(tmpdir(), 'stile-container-'));
chmodSync(root, 0o755);
after(() => rmSync(root, { recursive: true, force: true }));
const folder = join(root, 'image');
const data = join(root, 'data');

/** The user and group that Debian calls nobody. Only root can become somebody else. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

describe('.dockerignore', () => {
  const dockerignore = readFileSync(join(repository, '.dockerignore'), 'utf8');
  const outside = [
    'stile.config.ts',
    'secrets.env',
    'data/stile.db',
    'packages/server/data/stile.db',
    '.git/config',
    'node_modules/hono/package.json',
    'packages/server/node_modules/hono/package.json',
    'packages/server/src/server.test.ts',
    'packages/server/src/testing/test-config.ts',
    'examples/fabrikam/src/main.ts',
  ];
  for (const path of outside) {
    it(`keeps ${path} out`, () => assert.equal(isInContext(path, dockerignore), false));
  }
  for (const path of ['package.json', '.npmrc', 'packages/server/src/main.ts', 'examples/fabrikam/package.json']) {
    it(`lets ${path} in`, () => assert.equal(isInContext(path, dockerignore), true));
  }
});

describe('Containerfile', () => {
  it('installs, serves as an unprivileged user, is found healthy, and drains when it is told to stop', async () => {
    assert.deepEqual([packages.image, image.image], ['node:24-bookworm-slim', 'node:24-bookworm-slim']);
    const stage = join(root, 'packages');
    mkdirSync(stage);
    copyStage(packages, repository, stage);
    // What was fetched for the repository itself need not be fetched again.
    runStage(packages, stage, { ...process.env, npm_config_prefer_offline: 'true' });
    copyStage(image, repository, folder, new Map([[packages.name, stage]]));

    mkdirSync(data, { mode: 0o700 });
    if (nobody) chownSync(data, nobody.uid, nobody.gid);
    // The mounted configuration.
    const config = configurationFromGuide('stile.config.ts', [['/var/lib/stile', data]]);
    writeFileSync(join(folder, 'stile.config.ts'), config);

    const [command = '', ...args] = [
      ...commandOf(instructionOf(image, 'ENTRYPOINT')),
      ...commandOf(instructionOf(image, 'CMD')),
    ];
    assert.equal(command, 'node');
    const { server, port, env } = await onFreePort(async (free) => {
      const variables = { ...variablesOf(instructionOf(image, 'ENV')), HOST: '127.0.0.1', PORT: String(free) };
      const started = { command: process.execPath, args, port: free, cwd: folder, env: variables, as: nobody };
      return { server: await startProgram(started), port: free, env: variables };
    });
    try {
      assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
      await run(process.execPath, healthCheck(), { env });
    } finally {
      assert.equal(instructionOf(image, 'STOPSIGNAL'), 'SIGTERM');
      assert.equal(await server.close(), 0, server.output());
    }
    assert.match(server.output(), /shutting down/);
    await assert.rejects(run(process.execPath, healthCheck(), { env }), { code: 1 });
  });

  it('holds what runs and nothing else', () => {
    const files = filesUnder(folder);
    assert.ok(files.includes('packages/server/src/main.ts'));
    const foreign = files.filter((file) => !/^(package\.json|stile\.config\.ts|packages\/(core|server)\/)/.test(file));
    assert.deepEqual(foreign, []);
    assert.deepEqual(
      files.filter((file) => /\.test\.ts$|\/testing\/|\.db$/.test(file)),
      [],
    );
  });

  it('runs as a user of its own, and says where its data is', () => {
    assert.equal(instructionOf(image, 'USER'), 'node');
    assert.equal(instructionOf(image, 'VOLUME'), '/var/lib/stile');
  });
});

/** The words of the health check after `node`. */
function healthCheck(): string[] {
  const [, words = ''] = /CMD (.*)$/.exec(instructionOf(image ?? assert.fail(), 'HEALTHCHECK')) ?? [];
  const [program, ...rest] = commandOf(words);
  assert.equal(program, 'node');
  return rest;
}

/** `ENV`, with the configuration where this test mounts it. */
function variablesOf(text: string): Record<string, string> {
  const pairs = text.split(' ').map((pair) => pair.split('=', 2));
  const variables = Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
  const workdir = instructionOf(image ?? assert.fail(), 'WORKDIR');
  return {
    ...variables,
    STILE_CONFIG: (variables.STILE_CONFIG ?? '').replace(workdir, folder),
    INTRANET_SECRET: 'a secret of the intranet',
  };
}
