import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { auditRecord } from './audit/audit.ts';
import { resolveConfig } from './config/config.ts';
import { withdrawSigningKey } from './keys/rotation.ts';
import { renewServerSecrets } from './keys/server-secrets.ts';
import type { RunningServer } from './server.ts';
import { createDeps, createLog, listen, openStore } from './server.ts';
import { testConfig } from './testing/test-config.ts';

describe('a server that listens', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'stile-server-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const start = async (): Promise<RunningServer> => {
    const { users: _, ...rest } = testConfig;
    const config = resolveConfig({ ...rest, listen: { host: '127.0.0.1', port: 0 }, dataFolder: folder });
    return listen(await createDeps(config, openStore(config), createLog('info', join(folder, 'log', 'stile.log'))));
  };

  it('closes at once although browsers hold connections open, used and unused', { timeout: 8000 }, async () => {
    const server = await start();
    const unused = connect(server.port, '127.0.0.1');
    const used = connect(server.port, '127.0.0.1');
    await Promise.all([once(unused, 'connect'), once(used, 'connect')]);
    used.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n');
    const [answer]: unknown[] = await once(used, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 200 /);
    const cut = Promise.all([once(unused, 'close'), once(used, 'close')]);
    await server.close();
    await cut;
  });

  it('answers the last request of whoever connected before it closed', { timeout: 8000 }, async () => {
    const server = await start();
    const proxy = connect(server.port, '127.0.0.1');
    await once(proxy, 'connect');
    const closed = server.close();
    await assert.rejects(once(connect(server.port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
    proxy.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [answer]: unknown[] = await once(proxy, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 200 /);
    await closed;
  });

  it('takes the keys and the secrets that another process renewed within five seconds', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { users: _, ...rest } = testConfig;
    const config = resolveConfig({ ...rest, listen: { host: '127.0.0.1', port: 0 }, dataFolder: folder });
    const deps = await createDeps(config, openStore(config), createLog('silent'));
    const server = await listen(deps);
    t.after(() => server.close());
    const { csrf, refreshToken } = deps.secrets;
    const operator = openStore(config);
    await renewServerSecrets(operator.keys, randomBytes, []);
    const [withdrawn] = deps.keys.jwks().keys;
    await withdrawSigningKey(operator.keys, String(withdrawn?.kid), deps.now(), []);
    await operator.close();
    t.mock.timers.tick(5000);
    // The look that begins now ends after the one that the timer began.
    await Promise.all([deps.store.keys.all(), deps.store.keys.secrets()]);
    await setImmediate();
    assert.notDeepEqual(deps.secrets.csrf, csrf);
    assert.notDeepEqual(deps.secrets.refreshToken, refreshToken);
    assert.ok(!JSON.stringify(deps.keys.jwks()).includes(String(withdrawn?.kid)));
  });

  it('seals its audit records every second, and what is left when it closes', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { users: _, ...rest } = testConfig;
    const config = resolveConfig({ ...rest, listen: { host: '127.0.0.1', port: 0 }, dataFolder: folder });
    const deps = await createDeps(config, openStore(config), createLog('silent'));
    const server = await listen(deps);
    const happen = () => deps.store.audit.append([auditRecord(deps, 'test.happened', {})]);
    const waiting = async () => (await deps.store.chain.waiting(9)).length;
    await happen();
    t.mock.timers.tick(1000);
    // A write of its own comes after the one that the timer began.
    await setImmediate();
    await deps.store.check();
    assert.equal(await waiting(), 0);
    await happen();
    assert.equal(await waiting(), 1);
    await server.close();
    const after = openStore(config);
    assert.deepEqual([await after.chain.waiting(9), (await after.chain.head())?.seq], [[], 2]);
    await after.close();
  });

  it('writes its log to the file it was given', async () => {
    const server = await start();
    await fetch(`http://127.0.0.1:${server.port}/healthz`);
    await server.close();
    assert.match(readFileSync(join(folder, 'log', 'stile.log'), 'utf8'), /"path":"\/healthz","status":200/);
  });
});
