import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isJsonObject } from '@stile/core';

interface Opened {
  readonly child: ChildProcess;
  readonly welcome: string;
  /** The address printed after a name. */
  readonly addressOf: (name: string) => string;
}

const open = async (folder: string): Promise<Opened> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, STILE_DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let welcome = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    welcome += text;
  });
  while (!welcome.includes('Ctrl+C')) {
    const [outcome]: unknown[] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (typeof outcome === 'number') throw new Error(`npm start ended with ${outcome}:\n${welcome}`);
  }
  const addressOf = (name: string): string => {
    const [, address = ''] = new RegExp(`^  ${name} +(\\S+)`, 'm').exec(welcome) ?? [];
    return address;
  };
  return { child, welcome, addressOf };
};

const stop = async ({ child }: Opened, signal: NodeJS.Signals): Promise<unknown> => {
  child.kill(signal);
  const [code]: unknown[] = await once(child, 'exit');
  return code;
};

/** Takes a port of this machine, unless somebody else has it already. */
const occupy = async (port: number): Promise<Server | undefined> => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
};

describe('npm start', () => {
  let folder = '';
  let intruder: Server | undefined;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fabrikam-'));
    intruder = await occupy(9000);
  });
  after(() => {
    intruder?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('moves to free ports and says so, opens everything there, and closes cleanly while connections are open', async () => {
    const opened = await open(folder);
    const issuer = opened.addressOf('Authorization server');
    assert.match(
      opened.welcome,
      /Authorization server +http:\/\/localhost:\d+\/ +\(port 9000 is taken on this machine\)/,
    );
    assert.match(opened.welcome, /robin\n +Password +correct horse battery staple/);

    const metadata: unknown = await (await fetch(`${issuer}.well-known/openid-configuration`)).json();
    assert.ok(isJsonObject(metadata) && metadata.issuer === issuer);
    const [intranet, bank, api] = ['Intranet', 'Bank', 'Accounts API'].map(opened.addressOf);
    const signIn = await fetch(`${intranet}/sign-in`, { redirect: 'manual' });
    const page = await fetch(signIn.headers.get('location') ?? '', { redirect: 'manual' });
    assert.match(page.headers.get('location') ?? '', /^\/login\?/);
    assert.ok((await (await fetch(`${bank}/`)).text()).includes(`data-issuer="${issuer}"`));
    const preflight = await fetch(`${api}/transfers`, {
      method: 'OPTIONS',
      headers: { origin: bank ?? '', 'access-control-request-method': 'POST' },
    });
    assert.equal(preflight.headers.get('access-control-allow-origin'), bank);

    const held = [issuer, intranet, bank, api].map((address) =>
      connect(Number(new URL(address ?? '').port), 'localhost'),
    );
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    for (const socket of held) socket.on('error', () => undefined);
    assert.equal(await stop(opened, 'SIGINT'), 0);
    assert.ok(existsSync(join(folder, 'stile.log')));
  });

  it('opens again with the data of before, and closes when it is told to', async () => {
    const opened = await open(folder);
    assert.equal(await stop(opened, 'SIGTERM'), 0);
  });
});
