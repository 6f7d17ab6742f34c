import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Machine, Program } from './debian-packages.ts';
import {
  apache,
  caddy,
  findOrInstall,
  installPackages,
  nginx,
  oathtool,
  openssl,
  programsFor,
} from './debian-packages.ts';

const run = promisify(execFile);

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stile-packages-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

function machine(changes: Partial<Machine> = {}): Machine & { readonly commands: Command[] } {
  const commands: Command[] = [];
  const runs: Machine['runs'] = async (command, args) => {
    commands.push({ command, args });
    return true;
  };
  return { env: {}, platform: 'linux', isRoot: true, runs, ...changes, commands };
}

const program = (file: string): Program => ({ name: 'Program', packages: ['one', 'two'], files: [file], tests: /./ });

describe('findOrInstall', () => {
  it('runs nothing when everything is there', async () => {
    const file = join(folder, 'there');
    await writeFile(file, '');
    const here = machine();
    await findOrInstall([program(file)], here);
    assert.deepEqual(here.commands, []);
  });

  it('installs what is missing, and believes it when it is there', async () => {
    const file = join(folder, 'missing');
    const runs: Machine['runs'] = async (_command, args) => {
      assert.deepEqual(args.slice(-2), ['one', 'two']);
      await writeFile(file, '');
      return true;
    };
    await findOrInstall([program(file)], machine({ runs }));
  });

  const hopeless: readonly (readonly [string, Partial<Machine>])[] = [
    ['where apt-get and sudo fail', { isRoot: false, runs: () => Promise.resolve(false) }],
    ['where there is no apt-get', { platform: 'darwin' }],
    ['where apt-get brought something else', {}],
  ];
  for (const [where, changes] of hopeless) {
    it(`says what to do ${where}`, async () => {
      const needs = program(join(folder, 'never'));
      await assert.rejects(findOrInstall([needs], machine(changes)), /need Program.*apt-get install .* one two/s);
    });
  }
});

describe('installPackages', () => {
  it('goes through a sudo that asks nothing, for a user who is not root', async () => {
    const here = machine({ isRoot: false });
    await installPackages(['one'], here);
    assert.equal(here.commands[0]?.command, 'sudo');
    assert.equal(here.commands[0]?.args[0], '-n');
  });

  /** The very script, with the policy's path and the programs replaced, so that it changes nothing of this machine. */
  async function installed(policy: string, aptExits: number): Promise<{ calls: string; failed: boolean }> {
    const calls = join(folder, `calls-${aptExits}`);
    await rm(calls, { force: true });
    for (const name of ['apt-get', 'systemctl']) {
      const path = join(folder, name);
      const policySays = `$(sh ${policy} > /dev/null 2>&1; echo $?)`;
      const exits = name === 'apt-get' ? `[ "$1" = update ] || exit ${aptExits}` : '';
      await writeFile(path, `#!/bin/sh\necho "${name} $* policy ${policySays}" >> ${calls}\n${exits}\n`);
      await chmod(path, 0o755);
    }
    const here = machine();
    await installPackages(['one'], here);
    const [, script = ''] = here.commands[0]?.args ?? [];
    const mine = script.replace('/usr/sbin/policy-rc.d', policy);
    assert.notEqual(mine, script);
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` };
    const failed = await run('sh', ['-c', mine, 'install', 'one'], { env }).then(
      () => false,
      () => true,
    );
    return { calls: await readFile(calls, 'utf8'), failed };
  }

  it('forbids services to start while it installs, and leaves no trace of that', async () => {
    const policy = join(folder, 'policy');
    const { calls, failed } = await installed(policy, 0);
    assert.equal(failed, false);
    assert.match(calls, /apt-get install .* policy 101\n/);
    assert.match(calls, /systemctl disable .*\n/);
    await assert.rejects(readFile(policy), { code: 'ENOENT' });
  });

  it('leaves no trace when apt-get fails either, and says so', async () => {
    const policy = join(folder, 'policy');
    assert.equal((await installed(policy, 100)).failed, true);
    await assert.rejects(readFile(policy), { code: 'ENOENT' });
  });

  it('keeps a policy that is there already', async () => {
    const policy = join(folder, 'policy-of-the-owner');
    await writeFile(policy, 'exit 104\n');
    assert.match((await installed(policy, 0)).calls, /apt-get install .* policy 104\n/);
    assert.equal(await readFile(policy, 'utf8'), 'exit 104\n');
  });
});

describe('programsFor', () => {
  it('names what the selected tests run, and nothing for others', () => {
    assert.deepEqual(programsFor(['packages/core/src/step-up.test.ts', 'conformance/rfc6749.test.ts']), []);
    assert.deepEqual(programsFor(['conformance/interop/openid-client.test.ts']), []);
    assert.deepEqual(programsFor(['conformance/interop/apache-mod-oauth2.test.ts']), [apache]);
    assert.deepEqual(programsFor(['conformance/proxy/caddy.test.ts']), [nginx, caddy, openssl]);
    assert.deepEqual(programsFor(['conformance/oathtool.test.ts']), [oathtool]);
  });
});
