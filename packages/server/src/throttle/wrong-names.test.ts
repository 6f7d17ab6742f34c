/** One network, many names: slower, then refused, and nobody at home elsewhere notices. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl } from '../testing/flow.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const LIMITS = {
  namesBeforeSlower: { burst: 4, every: 1000 },
  namesBeforeRefused: { burst: 8, every: 1000 },
  suspiciousAddress: { burst: 2, every: 10 },
};

const limitedServer = (t: TestContext): Promise<TestServer> =>
  testServer(t, (config) => ({ ...config, limits: LIMITS }));

const attempt = async (server: TestServer, address: string, username: string, password = 'Summer2026!') => {
  const browser = new TestBrowser(server, address);
  const stop = await browser.signIn(await browser.go(authorizeUrl()), { username, password });
  return stop.status;
};

const tries = async (server: TestServer, address: string, names: readonly string[]): Promise<readonly number[]> => {
  const statuses: number[] = [];
  for (const name of names) statuses.push(await attempt(server, address, name));
  return statuses;
};

const names = (many: number, of = 'name'): readonly string[] => Array.from({ length: many }, (_, i) => `${of}${i}`);

test('credential stuffing: a network that many names fail from becomes slower, then is refused for a time', async (t) => {
  const server = await limitedServer(t);
  assert.deepEqual(await tries(server, '203.0.113.1', names(8)), [400, 400, 400, 400, 400, 400, 429, 429]);
  server.advance(20);
  assert.deepEqual(await tries(server, '203.0.113.1', names(3, 'other')), [400, 400, 429]);
  server.advance(60);
  assert.equal(await attempt(server, '203.0.113.1', ROBIN.username, ROBIN.password), 429, 'not even the right one');
  assert.equal(await attempt(server, '203.0.113.2', ROBIN.username, ROBIN.password), 303, 'elsewhere it is');
  server.advance(1000);
  assert.equal(await attempt(server, '203.0.113.1', ROBIN.username, ROBIN.password), 303, 'and after a time there too');
});

test('credential stuffing: a name counts once a day, so who mistypes their own makes no network suspicious', async (t) => {
  const server = await limitedServer(t);
  for (let time = 0; time < 3; time += 1) {
    assert.deepEqual(await tries(server, '203.0.113.1', Array(6).fill('robin')), Array(6).fill(400));
    server.advance(600);
  }
  assert.equal(await attempt(server, '203.0.113.1', ROBIN.username, ROBIN.password), 303);
});

test('credential stuffing: names that somebody has and names that nobody has are counted alike', async (t) => {
  for (const name of ['robin', 'nobody']) {
    const server = await limitedServer(t);
    const statuses = await tries(server, '203.0.113.1', [...names(3), name, 'next', 'next but one', 'last']);
    assert.deepEqual(statuses, [400, 400, 400, 400, 400, 400, 429], name);
  }
});

test('credential stuffing: whoever signed in there before goes on signing in there', async (t) => {
  const server = await limitedServer(t);
  const owner = new TestBrowser(server, '203.0.113.1');
  assert.equal((await owner.signIn(await owner.go(authorizeUrl()))).status, 303);
  await tries(server, '203.0.113.1', names(8));
  server.advance(20);
  await tries(server, '203.0.113.1', names(8, 'other'));
  await owner.go('/v2/logout');
  assert.equal((await owner.signIn(await owner.go(authorizeUrl()))).status, 303);
});

test('successes count for nothing: an office of many people is not suspicious', async (t) => {
  const server = await limitedServer(t);
  for (let time = 0; time < 12; time += 1) {
    assert.equal(await attempt(server, '203.0.113.1', ROBIN.username, ROBIN.password), 303);
  }
});

test('password spraying: what a network has before and after it became suspicious is no more than what every network has', async (t) => {
  const server = await testServer(t, (config) => ({
    ...config,
    limits: { ...LIMITS, address: { burst: 5, every: 1000 } },
  }));
  assert.deepEqual(await tries(server, '203.0.113.1', names(7)), [400, 400, 400, 400, 400, 429, 429]);
});
