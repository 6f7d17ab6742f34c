/** Whom a policy would lock out: told before it is in force, by name and by number. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isJsonObject, parseJsonObject } from '@stile/core';
import { resolveConfig } from '../config/config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { keepPolicy } from '../decision/keep-policy.ts';
import { warnOfLockOut } from '../decision/warn-of-lock-out.ts';
import { operated } from '../testing/operated.ts';
import { ACCOUNTS, SAM, testConfig } from '../testing/test-config.ts';
import { START, testServer } from '../testing/test-server.ts';
import { lockOut } from './lock-out.ts';

const candidate = (t: TestContext, change: Partial<ConfigInput>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'candidate.config.mjs');
  writeFileSync(path, `export default ${JSON.stringify({ ...testConfig, ...change })};`);
  return path;
};

const everywhere = { everySignIn: { acr: 'mfa' } } as const;

test('T30: whom a candidate would lock out is told by count and by name, and what is new apart', async (t) => {
  const { run } = await operated(t);
  const path = candidate(t, everywhere);
  const { status, text } = await run(lockOut, '--policy', path, '--list');
  assert.equal(status, 0);
  assert.match(
    text,
    /^sam \(user_sam\) has password, and cannot meet: web \(new\); .*web transfer:funds; .*may set up what would do$/m,
  );
  assert.doesNotMatch(text, /robin/);
  assert.match(
    text,
    /^1 of 2 people have nothing that would meet all that is demanded, 1 of them newly; 0 may not set it up/m,
  );
  assert.match(text, /^ +1 {2}web \(everybody\): mfa; 0 of them refused, 1 of them newly$/m);
  assert.equal((await run(lockOut, '--policy', path, '--fail')).status, 1);
  const refusing = await run(
    lockOut,
    '--policy',
    candidate(t, { ...everywhere, enrolment: 'refuse' }),
    '--json',
    '--list',
  );
  const { people, list, format, examples } = parseJsonObject(refusing.text) ?? {};
  assert.equal(format, 'stile-lock-out/1');
  assert.deepEqual(people, { read: 2, blocked: 0, cannot: 1, refused: 1, newly: 1, isCut: false });
  assert.deepEqual(list, examples);
});

test('a name that would paint on a terminal stays text', async (t) => {
  const { run, server } = await operated(t);
  const mallory = { id: 'user_mallory', username: 'mal\u001b[2Jlory', claims: {}, createdAt: START, blockedAt: null };
  await server.store.users.seed(mallory, []);
  const { text } = await run(lockOut, '--policy', candidate(t, everywhere), '--list');
  assert.match(text, /mal\ufffd\[2Jlory/);
  assert.ok(!text.includes('\u001b'));
});

test('what does not change locks nobody out anew, and is told all the same', async (t) => {
  const { run } = await operated(t);
  const same = await run(lockOut, '--policy', candidate(t, {}), '--fail');
  assert.equal(same.status, 0);
  assert.match(same.text, /^1 of 2 people .*, 0 of them newly/);
  const inForce = await run(lockOut);
  assert.match(inForce.text, /^1 of 2 people have nothing that would meet all that is demanded; 0 may not/);
  // The nightly job may have a scope of which it never gets a token, for nobody is there.
  assert.match(
    inForce.text,
    /The client nightly, transfer:funds: acts for itself, and the scope demands a proof by somebody\./,
  );
  assert.equal((await run(lockOut, '--fail')).status, 1);
});

test('a factor that is turned off is missed by those who had nothing else, and blocked people by nobody', async (t) => {
  const { run, server } = await operated(t);
  const phishing = candidate(t, {
    apis: (testConfig.apis ?? []).map((api) =>
      api.audience === ACCOUNTS
        ? { ...api, scopes: { ...api.scopes, 'close:account': { requires: { acr: 'phr' } } } }
        : api,
    ),
  });
  const { text } = await run(lockOut, '--policy', phishing, '--list');
  assert.match(text, /^robin \(user_robin\) has .*, and cannot meet: web close:account \(new\); may set up/m);
  await server.store.users.setBlocked(SAM.id, START, []);
  const without = (await run(lockOut, '--policy', phishing)).text;
  assert.match(without, /^1 of 2 people/);
  assert.match(without, /^1 are blocked/m);
});

test('clients that are gone, or may have less, are told', async (t) => {
  const { run } = await operated(t);
  const clients = (testConfig.clients ?? [])
    .filter(({ id }) => id !== 'third-party')
    .map((client) => (client.id === 'spa' ? { ...client, apis: { [ACCOUNTS]: ['read:accounts'] } } : client));
  const { text, status } = await run(lockOut, '--policy', candidate(t, { clients }), '--fail');
  assert.match(text, /The client third-party: is not registered any more \(new\)\./);
  assert.match(text, /The client spa, transfer:funds: may not have it any more \(new\)\./);
  assert.equal(status, 1);
});

test('T30: a server that starts with a new policy tells its log whom it locks out, and once', async (t) => {
  const server = await testServer(t);
  const { signal } = new AbortController();
  await warnOfLockOut(server.deps, signal);
  assert.deepEqual(server.logged, [], 'Nothing was changed yet.');
  server.advance(3600);
  const changed = { ...server.deps, config: resolveConfig({ ...testConfig, ...everywhere, enrolment: 'refuse' }) };
  await keepPolicy(changed);
  await warnOfLockOut(changed, signal);
  const warned = server.logged.map(parseJsonObject).filter((line) => isJsonObject(line));
  assert.deepEqual(
    warned.map(({ people, refused, of, clients }) => ({ people, refused, of, clients })),
    [{ people: 1, refused: 1, of: 2, clients: 0 }],
  );
  server.advance(3600);
  await warnOfLockOut(changed, signal);
  assert.equal(server.logged.length, 1);
});
