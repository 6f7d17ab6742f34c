/** No secret is ever in the log or on record: every secret of a long story is collected, and both are searched for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueEnrolmentTicket } from '../factors/enrolment-ticket.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, hiddenFields, TestBrowser } from '../testing/browser.ts';
import type { JsonAnswer } from '../testing/endpoints.ts';
import { ACCOUNTS_API, consume, introspect, NIGHTLY, refresh, revoke, userinfo, WEB } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, redeem, tokenRequest, VERIFIER } from '../testing/flow.ts';
import { REPORTS, ROBIN, ROBIN_RECOVERY_CODES, ROBIN_TOTP_SECRET, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

/** Follows a story and remembers every secret that it meets. */
class Collector {
  readonly secrets = new Map<string, string>();
  readonly browser: TestBrowser;

  constructor(server: TestServer) {
    this.browser = new TestBrowser(server);
  }

  note(name: string, secret: unknown): void {
    assert.ok(typeof secret === 'string' && secret.length >= 6, `${name} is no secret`);
    this.secrets.set(`${name} ${this.secrets.size}`, secret);
  }

  /** Whatever a stop holds: cookies, form values, a code. */
  see(stop: Stop): Stop {
    for (const [name, value] of this.browser.cookies) this.note(name, value);
    const { csrf } = hiddenFields(stop);
    if (csrf !== undefined) this.note('csrf', csrf);
    const { code } = answerOf(stop);
    if (code !== undefined) this.note('code', code);
    return stop;
  }

  tokens({ body }: Pick<JsonAnswer, 'body'>): Readonly<Record<string, unknown>> {
    for (const name of ['access_token', 'id_token', 'refresh_token']) {
      const token = body[name];
      if (typeof token !== 'string') continue;
      this.note(name, token);
      const signature = token.split('.')[2];
      if (signature !== undefined) this.note(`${name} signature`, signature);
    }
    return body;
  }
}

const robins = async (server: TestServer, story: Collector): Promise<void> => {
  const { browser } = story;
  const login = story.see(await browser.go(authorizeUrl({ login_hint: 'hint-of-somebody' })));
  story.see(await browser.signIn(login, { username: 'robin', password: 'a wrong password of robin' }));
  const first = story.tokens(await redeem(server, story.see(await browser.signIn(login))));
  const challenge = story.see(await browser.go(authorizeUrl({ scope: 'openid transfer:funds' })));
  story.note('wrong code', '918273');
  story.see(await browser.submit(challenge, { code: '918273' }));
  story.note('totp', currentCode(server));
  const elevated = story.tokens(await redeem(server, story.see(await browser.giveCode(challenge))));
  await consume(server, elevated.access_token, ACCOUNTS_API);
  await introspect(server, elevated.access_token, ACCOUNTS_API);
  server.advance(400);
  const again = story.see(await browser.go(authorizeUrl({ scope: 'openid transfer:funds' })));
  const recovery = story.see(await browser.submit(again, { use: 'auth_user_robin_recovery-code' }));
  story.see(await browser.submit(recovery, { code: ROBIN_RECOVERY_CODES[0] }));
  const second = story.tokens(await refresh(server, first.refresh_token));
  await userinfo(server, second.access_token);
  const hint = {
    id_token_hint: String(second.id_token),
    post_logout_redirect_uri: 'https://intranet.fabrikam.example/',
  };
  story.see(await browser.go(authorizeUrl({ id_token_hint: hint.id_token_hint, prompt: 'none' })));
  server.advance(60);
  await refresh(server, first.refresh_token);
  story.see(await browser.go(`/oidc/logout?${new URLSearchParams(hint)}`));
};

const sams = async (server: TestServer, story: Collector): Promise<void> => {
  const { browser } = story;
  const login = story.see(await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  const guard = story.see(await browser.signIn(login, SAM));
  story.note('wrong ticket', 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF');
  story.see(await browser.submit(guard, { ticket: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF' }));
  const ticket = await issueEnrolmentTicket(SAM.id, server.deps);
  story.note('ticket', ticket);
  const connect = story.see(await browser.submit(guard, { ticket }));
  const secret = /secret=([A-Z2-7]{32})/.exec(connect.html)?.[1] ?? '';
  story.note('totp secret', secret);
  story.note('first code', currentCode(server, secret));
  const done = story.see(await browser.submit(connect, { code: currentCode(server, secret) }));
  for (const [code] of done.html.matchAll(/[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}/g)) story.note('recovery code', code);
  const tokens = story.tokens(await redeem(server, story.see(await browser.submit(done, {}))));
  await revoke(server, tokens.access_token, WEB);
  story.tokens(await tokenRequest(server, { grant_type: 'client_credentials', audience: REPORTS }, NIGHTLY));
};

const mistakes = async (server: TestServer, story: Collector): Promise<void> => {
  story.note('code of a stranger', 'code-of-a-stranger-that-was-stolen');
  await tokenRequest(server, { grant_type: 'authorization_code', code: 'code-of-a-stranger-that-was-stolen' });
  story.note('token of a stranger', 'token-of-a-stranger-that-was-stolen');
  await refresh(server, 'token-of-a-stranger-that-was-stolen');
  await userinfo(server, 'token-of-a-stranger-that-was-stolen');
  story.note('guessed secret', 'a-guessed-secret-of-the-client');
  await tokenRequest(server, { grant_type: 'refresh_token' }, { id: 'web', secret: 'a-guessed-secret-of-the-client' });
  const lost = { get: () => Promise.reject(new Error('lost')) }.get;
  const { store } = server.deps;
  Object.assign(server.deps, {
    store: {
      ...store,
      grants: { ...store.grants, redeemCode: lost, rotateRefreshToken: lost, findRefreshToken: lost },
    },
  });
  await tokenRequest(server, { grant_type: 'authorization_code', code: 'code-of-a-stranger-that-was-stolen' });
  await refresh(server, 'token-of-a-stranger-that-was-stolen');
  await revoke(server, 'token-of-a-stranger-that-was-stolen', WEB);
};

test('no password, code, token, cookie, key or secret of a whole story is in the log or on record', async (t) => {
  const server = await testServer(t);
  const story = new Collector(server);
  for (const secret of [ROBIN.password, SAM.password, 'a wrong password of robin']) story.note('password', secret);
  for (const secret of [ROBIN_TOTP_SECRET, ...ROBIN_RECOVERY_CODES, VERIFIER, WEB.secret, NIGHTLY.secret]) {
    story.note('secret', secret);
  }
  await robins(server, story);
  await sams(server, story);
  await mistakes(server, story);
  for (const { privateJwk } of await server.store.keys.all()) story.note('signing key', privateJwk.d);
  const records = JSON.stringify(await server.store.audit.recent(1000));
  const log = server.logged.join('');
  assert.ok(story.secrets.size > 80, `${story.secrets.size} secrets`);
  assert.ok(server.logged.length > 40 && records.length > 5000);
  for (const [name, secret] of story.secrets) {
    // Codes of six digits also occur by chance, as milliseconds; a record or line would hold them as a word.
    const found = new RegExp(`(?<![\\w.])${secret.replaceAll(/[^\w]/g, '\\$&')}(?![\\w.])`);
    assert.doesNotMatch(log, found, `${name} is in the log`);
    assert.doesNotMatch(records, found, `${name} is on record`);
  }
  for (const words of ['hint-of-somebody', 'nonce-1', 'state-1']) assert.ok(!log.includes(words), words);
});
