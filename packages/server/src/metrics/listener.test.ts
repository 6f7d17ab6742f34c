/** Where metrics are served: on an address of their own, and nowhere else. */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { resolveConfig } from '../config/config.ts';
import { createDeps, createLog, listen } from '../server.ts';
import { createSqliteStore } from '../store/store.ts';
import { testConfig } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';
import { serveMetrics } from './listener.ts';
import type { Recorder } from './recorder.ts';
import { silentRecorder } from './recorder.ts';

const running = async (t: TestContext, metrics?: { readonly port: number }) => {
  const { users: _, ...rest } = testConfig;
  const config = resolveConfig({ ...rest, listen: { host: '127.0.0.1', port: 0 }, ...(metrics && { metrics }) });
  const server = await listen(await createDeps(config, createSqliteStore({ path: ':memory:' }), createLog('silent')));
  t.after(() => server.close());
  return server;
};

test('metrics are off unless they are asked for, and never on the public port', async (t) => {
  const off = await running(t);
  assert.equal(off.metricsPort, undefined);
  const on = await running(t, { port: 0 });
  for (const { port } of [off, on]) assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 404);
  const response = await fetch(`http://localhost:${on.metricsPort}/metrics`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(await response.text(), /^stile_build_info\{version="[\d.]+",node="[\d.]+"\} 1$/m);
});

test('the address of the metrics serves nothing else', async (t) => {
  const { metricsPort } = await running(t, { port: 0 });
  const at = (path: string, method = 'GET') => fetch(`http://localhost:${metricsPort}${path}`, { method });
  for (const path of ['/', '/authorize', '/healthz', '/.well-known/openid-configuration', '/metrics/', '/metricsx']) {
    assert.equal((await at(path)).status, 404, path);
  }
  assert.equal((await at('/metrics', 'POST')).status, 405);
  assert.equal(await (await at('/metrics', 'HEAD')).text(), '');
  assert.match(await (await at('/metrics?name[]=x')).text(), /stile_/);
});

/** Asks under a name of its own choice, which `fetch` does not allow; what is answered, and what was told. */
const askAs = (port: number, named: string): Promise<readonly [status: number | undefined, text: string]> =>
  new Promise((resolve, reject) => {
    const asking = get({ host: '127.0.0.1', port, path: '/metrics', headers: { host: named } }, (response) => {
      text(response).then((said) => resolve([response.statusCode, said]), reject);
    });
    asking.once('error', reject);
  });

const noError = (error: unknown): never => assert.fail(String(error));

const watched: Recorder = {
  ...silentRecorder,
  report: () => Promise.resolve({ contentType: 'text/plain', text: 'stile_build_info 1' }),
};

test('on a loopback address the metrics are for names of this machine: no name of a stranger leads to them', async (t) => {
  const listener = await serveMetrics({ host: '127.0.0.1', port: 0 }, watched, noError);
  t.after(() => listener.close());
  for (const named of [
    'localhost',
    'LocalHost:9464',
    '127.0.0.1:1',
    '[::1]:9464',
    '[::1]',
    `127.0.0.1:${listener.port}`,
  ]) {
    assert.equal((await askAs(listener.port, named))[0], 200, named);
  }
  const strangers = ['evil.example', 'evil.example:9464', 'localhost.evil.example', '127.0.0.1.evil.example', ':80'];
  for (const named of [
    ...strangers,
    'localhost:80:80',
    'evil.example:localhost',
    'localhost@evil.example',
    '0.0.0.0',
  ]) {
    assert.deepEqual(await askAs(listener.port, named), [421, ''], named);
  }
});

test('on another address the metrics are reached by whatever name operators use', async (t) => {
  const listener = await serveMetrics({ host: '0.0.0.0', port: 0 }, watched, noError);
  t.after(() => listener.close());
  for (const named of ['stile-1.internal:9464', '10.0.0.5']) {
    assert.deepEqual(await askAs(listener.port, named), [200, 'stile_build_info 1'], named);
  }
});

test('a name of this machine that is in the configuration is one of its names', async (t) => {
  const listener = await serveMetrics({ host: '127.0.0.2', port: 0 }, watched, noError).catch(() => undefined);
  // Not every system has more than one loopback address.
  if (listener === undefined) return;
  t.after(() => listener.close());
  const response = await fetch(`http://127.0.0.2:${listener.port}/metrics`);
  assert.equal(response.status, 200);
});

test('a report that cannot be made is a 500 that says nothing', async (t) => {
  const broken: Recorder = { ...silentRecorder, report: () => Promise.reject(new Error('a secret of the inside')) };
  const told: unknown[] = [];
  const listener = await serveMetrics({ host: '127.0.0.1', port: 0 }, broken, (error) => told.push(error));
  t.after(() => listener.close());
  const response = await fetch(`http://127.0.0.1:${listener.port}/metrics`);
  assert.deepEqual([response.status, await response.text(), told.length], [500, '', 1]);
});

test('a port of the metrics that is taken keeps the server from starting, and leaves nothing open', async (t) => {
  const first = await running(t, { port: 0 });
  await assert.rejects(running(t, { port: first.metricsPort ?? 0 }), { code: 'EADDRINUSE' });
});

test('a server that nobody watches records nothing', async (t) => {
  const server = await testServer(t);
  await server.send('/healthz');
  assert.equal((await server.deps.metrics.report()).text, '');
});
