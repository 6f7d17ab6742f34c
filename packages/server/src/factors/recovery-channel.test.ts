import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authenticator } from '../store/records.ts';
import { currentCode, TestBrowser } from '../testing/browser.ts';
import { authorizeUrl } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import { usableAuthenticators } from './authenticators.ts';
import { isIndependentOf, recoveryChannelOf, withoutChannel } from './recovery-channel.ts';

/** As if somebody had set a new password by way of their mailbox, to which codes go as well. */
const resetByMail = async ({ store, deps }: TestServer, userId: string): Promise<void> => {
  const [password] = await store.authenticators.ofUser(userId);
  assert.equal(password?.factor, 'password');
  const { id, material } = password;
  await store.authenticators.replaceMaterial(id, material, { ...material, resetBy: 'email' });
  const email: Authenticator = {
    id: `mail_of_${userId}`,
    userId,
    factor: 'email',
    name: 'Mail',
    material: { address: 'somebody@fabrikam.example' },
    lookup: null,
    createdAt: deps.now(),
    lastUsedAt: null,
    preferredAt: null,
  };
  await store.authenticators.enrol({ userId, guard: null, authenticators: [email], consume: [], audit: [] });
};

const namesOf = async ({ deps }: TestServer, userId: string): Promise<readonly string[]> =>
  (await usableAuthenticators(userId, deps)).map(({ proof }) => proof.factor).toSorted();

const withMail = (t: Parameters<typeof testServer>[0]) =>
  testServer(t, (config) => ({
    ...config,
    mail: { from: 'login@fabrikam.example', smtp: { host: 'localhost', port: 1, tls: 'none' } },
  }));

test('T9: a password that was set by way of a mailbox is not stepped up by codes to that mailbox', async (t) => {
  const server = await withMail(t);
  await resetByMail(server, SAM.id);
  assert.deepEqual(await namesOf(server, SAM.id), ['password']);
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl()), SAM);
  assert.match((await browser.go(authorizeUrl({ acr_values: 'mfa' }))).url, /^\/enrol\?/);
});

test('T9: another proof shows that it is its owner, and the mailbox counts again', async (t) => {
  const server = await withMail(t);
  await resetByMail(server, ROBIN.id);
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  assert.doesNotMatch(challenge.html, /mail_of_/);
  assert.deepEqual(await namesOf(server, ROBIN.id), ['password', 'recovery-code', 'totp']);
  const form = { authenticator: 'auth_user_robin_totp', code: currentCode(server) };
  await browser.submit(challenge, form);
  assert.deepEqual(await namesOf(server, ROBIN.id), ['email', 'password', 'recovery-code', 'totp']);
  const [password] = await server.store.authenticators.ofUser(ROBIN.id);
  assert.deepEqual(Object.keys(password?.material ?? {}), ['hash']);
});

test('a password rests on what it was set by until that is taken from it, and neither it nor the channel is another proof', () => {
  const material = { hash: 'h', resetBy: 'email' };
  assert.equal(
    recoveryChannelOf([
      { factor: 'totp', material },
      { factor: 'password', material },
    ]),
    'email',
  );
  assert.equal(recoveryChannelOf([{ factor: 'totp', material }]), undefined);
  assert.equal(recoveryChannelOf([{ factor: 'password', material: { hash: 'h', resetBy: 7 } }]), undefined);
  assert.equal(recoveryChannelOf([{ factor: 'password', material: { ...material, ...withoutChannel } }]), undefined);
  assert.deepEqual(
    ['password', 'email', 'totp', 'recovery-code', 'webauthn'].filter((factor) => isIndependentOf('email', factor)),
    ['totp', 'recovery-code', 'webauthn'],
  );
});
