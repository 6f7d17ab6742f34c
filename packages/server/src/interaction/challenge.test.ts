/** The challenge: the right person, the right authenticator, each code once, and no way to guess. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase32 } from '../factors/base32.ts';
import { totpCode } from '../factors/totp.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { ROBIN, ROBIN_RECOVERY_CODES, SAM } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const SAMS_SECRET = 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU';
const SESSION = '__Host-stile_session';

/** Sam has an app as well. */
const samHasTotp: ConfigChange = (config) => ({
  ...config,
  users: (config.users ?? []).map((user) =>
    user.id === SAM.id ? { ...user, totp: { name: 'Sam’s phone', secret: SAMS_SECRET } } : user,
  ),
});

const challenged = async (
  server: TestServer,
  change: Readonly<Record<string, string>> = TRANSFER,
  address?: string,
) => {
  const { browser } = await signInAndStepUp(server, {}, new TestBrowser(server, address));
  return { browser, challenge: await browser.go(authorizeUrl(change)) };
};

const codeAt = (server: TestServer, steps: number, secret: string): string =>
  totpCode(decodeBase32(secret) ?? new Uint8Array(), Math.floor(server.deps.now() / 30) + steps);

const useOf = ({ html }: Stop): readonly string[] =>
  [...html.matchAll(/name="use" value="([^"]+)"/g)].map(([, value = '']) => value);

test('T26: the page says who asks, what for and why, and offers every authenticator that would do', async (t) => {
  const { challenge } = await challenged(await testServer(t));
  assert.match(challenge.html, /Fabrikam Intranet/);
  assert.match(challenge.html, /transfer money/);
  assert.match(challenge.html, /Pixel 9/);
  assert.match(challenge.html, /robin/);
  assert.deepEqual(useOf(challenge), ['auth_user_robin_recovery-code']);
});

test('T26: when the second proof is too old the page says how old it is', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, TRANSFER);
  server.advance(47 * 60);
  const challenge = await browser.go(authorizeUrl(TRANSFER));
  assert.match(challenge.html, /47 minutes/);
});

for (const [name, code] of [
  ['wrong digits', '000000'],
  ['too few', '12345'],
  ['words', 'please'],
  ['digits of another script', '٠٠٠٠٠٠'],
  ['a recovery code', ROBIN_RECOVERY_CODES[0]],
  ['the password', ROBIN.password],
  ['a great deal', '1'.repeat(5000)],
] as const) {
  test(`${name} for a code: said beside the field, recorded as a failure, and nothing proven`, async (t) => {
    const server = await testServer(t);
    const { browser, challenge } = await challenged(server);
    const cookie = browser.cookies.get(SESSION);
    const stop = await browser.submit(challenge, { code });
    assert.equal(stop.status, 400);
    assert.match(stop.html, /That code is not right/);
    assert.equal(browser.cookies.get(SESSION), cookie);
    const [record] = await server.store.audit.recent(1);
    assert.deepEqual([record?.type, record?.userId, record?.details.reason], ['proof.refused', ROBIN.id, 'wrong']);
    assert.equal(answerOf(await browser.go(authorizeUrl({ prompt: 'none', ...TRANSFER }))).error, 'login_required');
  });
}

test('an empty answer is a slip, not an attempt', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  for (let i = 0; i < 15; i += 1) assert.equal((await browser.submit(challenge, { code: ' ' })).status, 400);
  assert.ok(answerOf(await browser.giveCode(challenge)).code);
});

test('a code is read with spaces, and one step early or late', async (t) => {
  const server = await testServer(t);
  for (const steps of [-1, 0, 1]) {
    server.advance(120);
    const { browser, challenge } = await challenged(server);
    const code = codeAt(server, steps, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
    assert.ok(answerOf(await browser.submit(challenge, { code: `${code.slice(0, 3)} ${code.slice(3)}` })).code);
  }
  server.advance(120);
  for (const steps of [-2, 2]) {
    const { browser, challenge } = await challenged(server);
    const code = codeAt(server, steps, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
    assert.equal((await browser.submit(challenge, { code })).status, 400);
  }
});

test('T28: a code serves once, in whichever browser, and the page says that it was used', async (t) => {
  const server = await testServer(t);
  const one = await challenged(server);
  const other = await challenged(server);
  assert.ok(answerOf(await one.browser.giveCode(one.challenge)).code);
  const again = await other.browser.giveCode(other.challenge);
  assert.equal(again.status, 400);
  assert.match(again.html, /used already/);
  server.advance(30);
  assert.ok(answerOf(await other.browser.giveCode(other.challenge)).code);
});

test('T14 T28: of ten browsers that give the same code at once one succeeds', async (t) => {
  const server = await testServer(t);
  const all = await Promise.all(Array.from({ length: 10 }, () => challenged(server)));
  const ends = await Promise.all(all.map(({ browser, challenge }) => browser.giveCode(challenge)));
  assert.equal(ends.filter((stop) => answerOf(stop).code !== undefined).length, 1);
  assert.equal(ends.filter(({ status }) => status === 400).length, 9);
});

test('T10: the code, and the authenticator, of another person prove nothing', async (t) => {
  const server = await testServer(t, samHasTotp);
  const { browser, challenge } = await challenged(server);
  const code = codeAt(server, 0, SAMS_SECRET);
  assert.equal((await browser.submit(challenge, { code })).status, 400);
  for (const authenticator of ['auth_user_sam_totp', 'auth_user_sam_password', 'auth_user_robin_password', '', 'x']) {
    const stop = await browser.submit(challenge, { authenticator, code });
    assert.match(stop.url, /^\/challenge\?/);
    assert.match(stop.html, /Pixel 9/);
  }
  for (const use of ['auth_user_sam_totp', 'auth_user_robin_password', '<script>']) {
    for (const stop of [
      await browser.submit(challenge, { use }),
      await browser.go(`${challenge.url}&use=${encodeURIComponent(use)}`),
    ]) {
      assert.match(stop.html, /Pixel 9/);
      assert.doesNotMatch(stop.html, /Sam|<script>"/);
    }
  }
  assert.equal(answerOf(await browser.go(authorizeUrl({ prompt: 'none', ...TRANSFER }))).error, 'login_required');
});

test('T10: a password typed into a challenge for a code proves nothing new', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const stop = await browser.submit(challenge, { password: ROBIN.password });
  assert.match(stop.url, /^\/challenge\?/);
  assert.match(stop.html, /name="code"/);
});

test('guessing codes is slow: ten tries from one network, then one every six minutes; recovery codes count apart', async (t) => {
  const server = await testServer(t);
  const sessions = await Promise.all(Array.from({ length: 2 }, () => challenged(server, TRANSFER, '192.0.2.100')));
  let tried = 0;
  for (let i = 0; i < 12; i += 1) {
    const { browser, challenge } = sessions[i % 2] ?? assert.fail();
    const { status } = await browser.submit(challenge, { code: '000000' });
    if (status === 400) tried += 1;
    else assert.equal(status, 429);
  }
  assert.equal(tried, 10);
  const { browser, challenge } = sessions[0] ?? assert.fail();
  const stopped = await browser.giveCode(challenge);
  assert.equal(stopped.status, 429);
  assert.equal(stopped.response.headers.get('retry-after'), '360');
  const recovery = await browser.submit(challenge, { use: 'auth_user_robin_recovery-code' });
  assert.ok(answerOf(await browser.submit(recovery, { code: ROBIN_RECOVERY_CODES[0] })).code);
  const [, second] = sessions;
  server.advance(360);
  assert.ok(second && answerOf(await second.browser.giveCode(await second.browser.go(authorizeUrl(TRANSFER)))).code);
});

test('somebody who knows the password and guesses codes elsewhere does not keep the owner from giving theirs', async (t) => {
  const server = await testServer(t);
  const owner = await challenged(server, TRANSFER, '192.0.2.7');
  const thief = await challenged(server, TRANSFER, '198.51.100.1');
  for (let i = 0; i < 12; i += 1) await thief.browser.submit(thief.challenge, { code: '000000' });
  assert.ok(answerOf(await owner.browser.giveCode(owner.challenge)).code);
});

test('guessing codes from many networks is slow too: fifty tries for the person', async (t) => {
  const server = await testServer(t);
  let tried = 0;
  for (let network = 1; network <= 6; network += 1) {
    const { browser, challenge } = await challenged(server, TRANSFER, `203.0.113.${network}`);
    for (let i = 0; i < 10; i += 1) {
      if ((await browser.submit(challenge, { code: '000000' })).status === 400) tried += 1;
    }
  }
  assert.equal(tried, 50);
});

test('a recovery code serves once, is typed as people type, and the page counts what is left', async (t) => {
  const server = await testServer(t);
  const typed = ROBIN_RECOVERY_CODES[0].toLowerCase().replaceAll('-', ' ');
  const { browser, challenge } = await challenged(server);
  const recovery = await browser.submit(challenge, { use: 'auth_user_robin_recovery-code' });
  assert.match(recovery.html, /name="code"/);
  const done = await browser.submit(recovery, { code: typed });
  const { body } = await redeem(server, done);
  assert.deepEqual([claimsOf(body.access_token).acr, claimsOf(body.access_token).amr], ['mfa', ['mfa', 'otp', 'pwd']]);
  const next = await challenged(server);
  const other = await next.browser.submit(next.challenge, { use: 'auth_user_robin_recovery-code' });
  assert.equal((await next.browser.submit(other, { code: typed })).status, 400);
  assert.ok(answerOf(await next.browser.submit(other, { code: ROBIN_RECOVERY_CODES[1] })).code);
  const last = await challenged(server);
  assert.deepEqual(useOf(last.challenge), []);
});

test('T12: two recovery codes, or a code and a recovery code, are no more than one thing that one has', async (t) => {
  const server = await testServer(t, (config) => ({
    ...config,
    webauthn: { enabled: false },
    levels: [
      { acr: 'three', kinds: 3, shownBy: 'any', renewedBy: 'any' },
      { acr: 'mfa', kinds: 2, shownBy: 'any', renewedBy: 'not-knowledge' },
      { acr: '1fa', kinds: 1, shownBy: 'any', renewedBy: 'any' },
    ],
  }));
  const stop = await new TestBrowser(server).go(authorizeUrl({ acr_values: 'three' }));
  assert.equal(answerOf(stop).error, 'unmet_authentication_requirements');
});

test('“Not you?” signs out and asks anew, and nothing of the first person is left in the request', async (t) => {
  const server = await testServer(t, samHasTotp);
  const { browser, challenge } = await challenged(server);
  const login = await browser.submit(challenge, { other: '1', code: '' });
  assert.match(login.url, /^\/login\?/);
  assert.equal(browser.cookies.has(SESSION), false);
  const sams = await browser.signIn(login, SAM);
  assert.match(sams.html, /Sam’s phone/);
  const { body } = await redeem(server, await browser.submit(sams, { code: codeAt(server, 0, SAMS_SECRET) }));
  assert.equal(claimsOf(body.access_token).sub, SAM.id);
});

test('cancelling the challenge tells the client, and the session stands as it was', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  assert.equal(answerOf(await browser.submit(challenge, { cancel: '1', code: '' })).error, 'access_denied');
  assert.ok(answerOf(await browser.go(authorizeUrl({ prompt: 'none' }))).code);
  assert.equal((await browser.giveCode(challenge)).status, 400);
  assert.equal(answerOf(await browser.go(authorizeUrl({ prompt: 'none', ...TRANSFER }))).error, 'login_required');
});

test('CSRF: a code that comes without the value of its own page proves nothing and is not used up', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const other = await browser.go(authorizeUrl({ ...TRANSFER, state: 'other' }));
  const { authenticator = '' } = hiddenFields(challenge);
  for (const csrf of ['', hiddenFields(other).csrf ?? '']) {
    const form = formPost({ csrf, authenticator, code: currentCode(server) });
    assert.equal((await browser.go(challenge.url, form)).status, 403);
  }
  assert.ok(answerOf(await browser.giveCode(challenge)).code);
});

test('somebody who is blocked while the page is open cannot go on', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  await server.store.users.setBlocked(ROBIN.id, server.deps.now(), []);
  const stop = await browser.giveCode(challenge);
  assert.match(stop.url, /^\/login\?/);
  assert.equal(answerOf(stop).code, undefined);
});

test('with two devices of the same kind the person chooses which', async (t) => {
  const server = await testServer(t);
  const { store } = server.deps;
  const ofUser = async (id: string) => {
    const all = await store.authenticators.ofUser(id);
    return all.flatMap((one) => (one.factor === 'totp' ? [one, { ...one, id: 'tablet', name: 'Tablet' }] : [one]));
  };
  Object.assign(server.deps, { store: { ...store, authenticators: { ...store.authenticators, ofUser } } });
  const { browser, challenge } = await challenged(server);
  assert.deepEqual(useOf(challenge).slice(0, 2).toSorted(), ['auth_user_robin_totp', 'tablet'].toSorted());
  assert.doesNotMatch(challenge.html, /name="code"/);
  const tablet = await browser.submit(challenge, { use: 'tablet' });
  assert.match(tablet.html, /Tablet/);
  const wrong = await browser.submit(tablet, { code: '000000' });
  assert.match(wrong.html, /Tablet/);
  assert.ok(answerOf(await browser.giveCode(wrong)).code);
});
