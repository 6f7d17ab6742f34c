/** A sheet of recovery codes that waits: its codes are on the page, and at no moment on the disk. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { createSqliteStore } from '../store/store.ts';
import { proven } from '../testing/account.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { authorizeUrl } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';
import { issueEnrolmentTicket } from './enrolment-ticket.ts';
import { matchRecoveryCode } from './recovery-code.ts';
import { recoveryCodesOf } from './recovery-code-factor.ts';

const ME = 'https://login.fabrikam.example/me/';
const METHODS = '/me/v1/authentication-methods';
const CREATE = 'create:me:authentication_methods';

const withAccountApi: ConfigChange = ({ clients = [], ...config }) => ({
  ...config,
  clients: clients.map((client) =>
    client.id === 'web' ? { ...client, apis: { ...client.apis, [ME]: [CREATE] } } : client,
  ),
});

/** A server whose store is a file; and what that file and the log before it hold, byte by byte. */
const onDisk = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-recovery-sheet-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const server = await testServer(t, withAccountApi, (inMemory) => {
    t.after(() => inMemory.close());
    return createSqliteStore({ path: join(folder, 'stile.db'), now: () => START });
  });
  const bytes = (): string =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'latin1'))
      .join('\n');
  return { server, bytes };
};

const codesOn = ({ html }: Pick<Stop, 'html'>): readonly string[] =>
  html.match(/[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}/g) ?? [];

const holdsNone = (bytes: string, codes: readonly string[], when: string): void => {
  assert.equal(new Set(codes).size, 10, when);
  for (const code of codes) {
    for (const spelling of [code, code.replaceAll('-', ''), code.toLowerCase()])
      assert.ok(!bytes.includes(spelling), when);
  }
};

const sheetOf = async ({ store }: TestServer, userId: string) => {
  const all = await store.authenticators.ofUser(userId);
  return all.filter(({ factor }) => factor === 'recovery-code').flatMap(recoveryCodesOf);
};

const begin = async (browser: TestBrowser): Promise<Stop> =>
  browser.submit(await browser.go('/account/add?kind=recovery-code'), { factor: 'recovery-code' });

test('on the account page: while they wait, and once they count; and a reload shows the same', async (t) => {
  const { server, bytes } = await onDisk(t);
  const browser = await proven(server);
  const page = await begin(browser);
  const codes = codesOn(page);
  const waiting = bytes();
  assert.match(waiting, /cer_[\w-]+-9/, 'what is kept of them is in these bytes');
  holdsNone(waiting, codes, 'while they wait');
  assert.deepEqual(codesOn(await browser.go('/account/enrol')), codes);
  await browser.submit(page, {});
  holdsNone(bytes(), codes, 'once they count');
  const sheet = await sheetOf(server, ROBIN.id);
  assert.equal(new Set(codes.map((code) => matchRecoveryCode(sheet, code))).size, 10, 'each is a code of its own');
  assert.ok(codes.every((code) => matchRecoveryCode(sheet, code) !== undefined));
});

test('through an application: told once, in the answer', async (t) => {
  const { server, bytes } = await onDisk(t);
  const { access_token: token } = await tokensOf(server, { audience: ME, scope: CREATE });
  const call = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' };
    const response = await server.send(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return parseJsonObject(await response.text()) ?? {};
  };
  const begun = await call(METHODS, { type: 'recovery-code' });
  const codes = Array.isArray(begun.recovery_codes) ? begun.recovery_codes.map(String) : [];
  assert.equal(begun.recovery_code, codes[0]);
  holdsNone(bytes(), codes, 'while they wait');
  const done = await call(`${METHODS}/${String(begun.id)}/verify`, { auth_session: begun.auth_session });
  holdsNone(`${bytes()}${JSON.stringify(done)}${server.logged.join('\n')}`, codes, 'once they count');
  const sheet = await sheetOf(server, ROBIN.id);
  assert.ok(codes.every((code) => matchRecoveryCode(sheet, code) !== undefined));
});

test('in an enrolment on the way to a token', async (t) => {
  const { server, bytes } = await onDisk(t);
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl()), SAM);
  const guard = await browser.go(authorizeUrl({ acr_values: 'mfa' }));
  const chosen = await browser.submit(guard, { ticket: await issueEnrolmentTicket(SAM.id, server.deps) });
  const connect = chosen.html.includes('value="totp"') ? await browser.submit(chosen, { use: 'totp' }) : chosen;
  const secret = /secret=([A-Z2-7]{32})/.exec(connect.html)?.[1] ?? '';
  const done = await browser.submit(connect, { code: currentCode(server, secret) });
  const codes = codesOn(done);
  holdsNone(bytes(), codes, 'while they are shown');
  await browser.submit(done, { kept: '1' });
  holdsNone(bytes(), codes, 'once they are kept');
  const sheet = await sheetOf(server, SAM.id);
  assert.ok(codes.every((code) => matchRecoveryCode(sheet, code) !== undefined));
});

test('a browser that would be shown other codes than those that count is shown none, and can begin anew', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  await begin(browser);
  browser.cookies.set('__Host-stile_browser', 'A'.repeat(43));
  const page = await browser.go('/account/enrol');
  assert.deepEqual(codesOn(page), []);
  assert.match(page.html, /Begin anew/);
  assert.doesNotMatch(page.html, /class="button main"/);
  assert.equal(codesOn(await begin(browser)).length, 10);
});

test('a sheet that waits without digests, as a former version kept it, is not enrolled: it would have no code', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const before = await sheetOf(server, ROBIN.id);
  const page = await begin(browser);
  const [session] = await server.store.sessions.ofUser(ROBIN.id);
  const key = { purpose: 'enrol', boundTo: session?.id ?? '', authenticatorId: null } as const;
  const ceremony = await server.store.ceremonies.underWay(key, START);
  assert.ok(ceremony);
  await server.store.ceremonies.begin({ ...ceremony, id: 'cer_former', data: { codes: codesOn(page) } });
  assert.deepEqual(codesOn(await browser.go('/account/enrol')), []);
  const { csrf = '' } = hiddenFields(page);
  const refused = await browser.go('/account/enrol', formPost({ csrf, ceremony: 'cer_former' }));
  assert.equal(refused.status, 400);
  assert.deepEqual(await sheetOf(server, ROBIN.id), before);
});
