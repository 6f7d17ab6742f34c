import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { chromiumArguments, findOrInstallChromium } from './chromium.ts';
import type { Machine } from './debian-packages.ts';

describe('findOrInstallChromium', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stile-chromium-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function program(name: string, exitCode: number): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\nexit ${exitCode}\n`);
    await chmod(path, 0o755);
    return path;
  }

  function machine(changes: Partial<Machine>): Machine {
    return { env: { PATH: folder }, platform: 'linux', isRoot: true, runs: () => Promise.resolve(false), ...changes };
  }

  it('takes the one that STILE_CHROMIUM names, over the one on the path', async () => {
    await program('chromium', 0);
    const mine = await program('mine', 0);
    assert.equal(await findOrInstallChromium(machine({ env: { PATH: folder, STILE_CHROMIUM: mine } })), mine);
  });

  it('refuses a STILE_CHROMIUM that does not start rather than taking another', async () => {
    const broken = await program('broken', 3);
    const env = { PATH: folder, STILE_CHROMIUM: broken };
    await assert.rejects(findOrInstallChromium(machine({ env })), /STILE_CHROMIUM is .*broken/);
  });

  it('passes over a stub that does not start', async () => {
    await program('chromium', 1);
    const chrome = await program('google-chrome', 0);
    assert.equal(await findOrInstallChromium(machine({})), chrome);
  });

  it('installs by apt where there is none, through sudo for a user who is not root', async () => {
    await rm(folder, { recursive: true, force: true });
    folder = await mkdtemp(join(tmpdir(), 'stile-chromium-'));
    const runs: Machine['runs'] = async (command, args) => {
      if (command === 'sudo' && args.at(-1) === 'chromium') await program('chromium', 0);
      return true;
    };
    assert.equal(await findOrInstallChromium(machine({ isRoot: false, runs })), join(folder, 'chromium'));
  });

  it('says what to do where none can be had', async () => {
    await assert.rejects(findOrInstallChromium(machine({ env: { PATH: '' } })), /set STILE_CHROMIUM/);
  });
});

describe('chromiumArguments', () => {
  it('start a browser that can use WebAuthn on a page', async () => {
    const browser = await chromium.launch({
      executablePath: await findOrInstallChromium(),
      args: [...chromiumArguments],
    });
    try {
      const page = await browser.newPage();
      await page.setContent('<h1>Hello</h1>');
      assert.equal(await page.textContent('h1'), 'Hello');
      const session = await page.context().newCDPSession(page);
      await session.send('WebAuthn.enable');
    } finally {
      await browser.close();
    }
  });
});
