/** A passkey as a step-up: asked for by name, accepted once, and only from its owner. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { meanwhile } from '../testing/meanwhile.ts';
import { givePasskey, mustAsk, storedPasskey } from '../testing/passkeys.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { StoreChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const challenged = async (
  t: TestContext,
  passkey = new SoftPasskey(),
  change: Readonly<Record<string, string>> = { acr_values: 'mfa' },
  wrap?: StoreChange,
) => {
  const server = await testServer(t, undefined, wrap);
  const { authenticator } = await givePasskey(server, ROBIN.id, passkey, 'Robin’s laptop');
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(authorizeUrl(change)));
  assert.match(challenge.url, /^\/challenge\?/);
  return { server, browser, challenge, passkey, authenticator };
};

const refusals = async (server: TestServer): Promise<readonly unknown[]> =>
  (await server.store.audit.ofUser(ROBIN.id, 20))
    .filter(({ type }) => type === 'proof.refused')
    .map(({ details }) => [details.factor, details.reason]);

test('T26: the passkey is asked for first, by its name; every other way that would do is one press away', async (t) => {
  const { server, challenge, browser, passkey } = await challenged(t);
  assert.match(challenge.html, /Robin’s laptop/);
  assert.match(challenge.html, /Use your authenticator app/);
  assert.match(challenge.html, /Use a recovery code/);
  assert.match(challenge.html, /asks for a second proof/);
  assert.match(challenge.html, /<noscript>.*needs scripts/s);
  assert.match(challenge.html, new RegExp(`allowCredentials&quot;:\\[\\{[^\\]]*${passkey.id}`));
  const { body } = await redeem(
    server,
    await browser.submit(challenge, { credential: passkey.get(mustAsk(challenge, server)) }),
  );
  const { acr, acrs, amr } = claimsOf(body.access_token);
  assert.deepEqual([acr, acrs, amr], ['mfa', ['phr', 'mfa', '1fa'], ['mfa', 'pwd', 'swk', 'user']]);
});

test('T26: where only a passkey will do, nothing else is offered', async (t) => {
  const { challenge } = await challenged(t, new SoftPasskey(), { acr_values: 'phr' });
  assert.match(challenge.html, /Robin’s laptop/);
  assert.doesNotMatch(challenge.html, /authenticator app|recovery code/);
});

test('T10: the passkey of somebody else is refused, also when it says to be this one', async (t) => {
  const { server, browser, challenge, passkey } = await challenged(t);
  const { passkey: sams } = await givePasskey(server, SAM.id);
  const asking = mustAsk(challenge, server);
  const page = await browser.submit(challenge, { credential: sams.get(asking) });
  assert.match(page.html, /could not be accepted/);
  const disguised = sams.get(mustAsk(page, server), {
    credentialId: passkey.credentialId,
    userHandle: passkey.userHandle ?? null,
  });
  assert.match((await browser.submit(page, { credential: disguised })).html, /could not be accepted/);
  assert.deepEqual(await refusals(server), [
    ['webauthn', 'wrong'],
    ['webauthn', 'wrong'],
  ]);
});

test('T10: an authenticator that is not one’s own cannot be named', async (t) => {
  const { server, browser, challenge } = await challenged(t);
  const { authenticator, passkey: sams } = await givePasskey(server, SAM.id);
  const page = await browser.submit(challenge, {
    authenticator: authenticator.id,
    credential: sams.get(mustAsk(challenge, server)),
  });
  assert.match(page.url, /^\/challenge\?/);
  assert.equal(answerOf(page).code, undefined);
});

test('T12: a key that verifies nobody is one thing, however often it is used; a password adds what one knows', async (t) => {
  const key = new SoftPasskey({ userVerified: false, backupEligible: false });
  const { server, browser, challenge } = await challenged(t, key);
  assert.match(challenge.html, /touch it when it blinks/);
  assert.match(challenge.html, /userVerification&quot;:&quot;discouraged/);
  const { body } = await redeem(
    server,
    await browser.submit(challenge, { credential: key.get(mustAsk(challenge, server)) }),
  );
  assert.deepEqual(claimsOf(body.access_token).amr, ['mfa', 'pop', 'pwd']);
  const events = (await server.store.sessions.ofUser(ROBIN.id))[0]?.events ?? [];
  assert.deepEqual(
    events.map(({ factor, kinds, first }) => [factor, kinds, first]),
    [
      ['password', ['knowledge'], true],
      ['webauthn', ['possession'], false],
    ],
  );
});

test('T14: a proof is accepted once: replayed it is refused, and a challenge that was answered is not answered again', async (t) => {
  const { server, browser, challenge, passkey } = await challenged(t);
  const credential = passkey.get(mustAsk(challenge, server));
  assert.ok(answerOf(await browser.submit(challenge, { credential })).code);
  server.advance(400);
  const again = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  assert.match(again.url, /^\/challenge\?/);
  assert.match((await browser.submit(again, { credential })).html, /could not be accepted/);
  assert.deepEqual(await refusals(server), [['webauthn', 'wrong']]);
});

test('a copy is found out by its counting: refused, audited, and the count stays', async (t) => {
  const key = new SoftPasskey({ counts: true, backupEligible: false });
  const { server, browser, challenge } = await challenged(t, key);
  const first = await browser.submit(challenge, { credential: key.get(mustAsk(challenge, server), { signCount: 20 }) });
  assert.ok(answerOf(first).code);
  assert.equal((await storedPasskey(server, key))?.signCount, 20);
  server.advance(400);
  const again = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  const copy = await browser.submit(again, { credential: key.get(mustAsk(again, server), { signCount: 20 }) });
  assert.match(copy.html, /may be a copy of your key/);
  assert.deepEqual(await refusals(server), [['webauthn', 'cloned']]);
  assert.equal((await storedPasskey(server, key))?.signCount, 20);
});

test('of two copies that count the same in the same moment, one is believed', async (t) => {
  const key = new SoftPasskey({ counts: true, backupEligible: false });
  const moment = meanwhile();
  const { server, browser, challenge } = await challenged(t, key, { acr_values: 'mfa' }, moment.wrap);
  const thief = new TestBrowser(server);
  const theirs = await thief.signIn(await thief.go(authorizeUrl({ acr_values: 'mfa' })));
  const copied = key.get(mustAsk(theirs, server), { signCount: 20 });
  // Both were checked against the count of before when the first of them is recorded.
  let first: Stop | undefined;
  moment.next(async () => {
    first = await thief.submit(theirs, { credential: copied });
  });
  const second = await browser.submit(challenge, {
    credential: key.get(mustAsk(challenge, server), { signCount: 20 }),
  });
  assert.ok(first && answerOf(first).code);
  assert.equal(second.status, 400);
  assert.deepEqual(await refusals(server), [['webauthn', 'already_used']]);
  assert.equal((await storedPasskey(server, key))?.signCount, 20);
});

test('what a passkey says of its backups is kept', async (t) => {
  const { server, browser, challenge, passkey } = await challenged(t);
  assert.equal((await storedPasskey(server, passkey))?.backedUp, true);
  await browser.submit(challenge, { credential: passkey.get(mustAsk(challenge, server), { backedUp: false }) });
  assert.equal((await storedPasskey(server, passkey))?.backedUp, false);
});

test('a question that has run out is asked anew, and nothing is lost', async (t) => {
  const { server, browser, challenge, passkey } = await challenged(t);
  const late = passkey.get(mustAsk(challenge, server));
  server.advance(601);
  const page = await browser.submit(challenge, { credential: late });
  assert.match(page.html, /took too long/);
  assert.ok(answerOf(await browser.submit(page, { credential: passkey.get(mustAsk(page, server)) })).code);
});

test('the button without a script is a slip, not a try', async (t) => {
  const { server, browser, challenge } = await challenged(t);
  const page = await browser.submit(challenge, { credential: '' });
  assert.equal(page.status, 400);
  assert.match(page.html, /follow what your device asks/);
  assert.deepEqual(await refusals(server), []);
});

test('neither challenges nor answers are written into the log or the audit', async (t) => {
  const { server, browser, challenge, passkey } = await challenged(t);
  const asking = mustAsk(challenge, server);
  const credential = passkey.get(asking);
  await browser.submit(challenge, { credential: credential.replace('public-key', 'public key') });
  await browser.submit(challenge, { credential });
  const signature = String(JSON.parse(credential).response.signature);
  const written = [...server.logged, JSON.stringify(await server.store.audit.recent(100))].join('\n');
  for (const secret of [asking.challenge, signature]) assert.equal(written.includes(secret), false);
});
