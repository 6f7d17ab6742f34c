/**
 * A long story in which every secret that there is is used, rightly and wrongly: by two people, several clients, and strangers. A
 * collector follows it and remembers each secret, so that everything that is written down can be searched for them afterwards.
 */
import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { issueEnrolmentTicket } from '../factors/enrolment-ticket.ts';
import type { Stop } from './browser.ts';
import { currentCode, formPost, hiddenFields, TestBrowser } from './browser.ts';
import type { JsonAnswer } from './endpoints.ts';
import {
  ACCOUNTS_API,
  basic,
  consume,
  introspect,
  NIGHTLY,
  refresh,
  revoke,
  THIRD_PARTY,
  userinfo,
  WEB,
} from './endpoints.ts';
import { answerOf, authorizeUrl, redeem, tokenRequest, VERIFIER } from './flow.ts';
import { ACCOUNTS, REPORTS, ROBIN, ROBIN_RECOVERY_CODES, ROBIN_TOTP_SECRET, SAM } from './test-config.ts';
import type { ConfigChange, TestServer } from './test-server.ts';

/** Follows a story and remembers every secret that it meets. */
export class Collector {
  readonly secrets = new Map<string, string>();
  readonly browser: TestBrowser;

  constructor(server: TestServer) {
    this.browser = new TestBrowser(server);
    for (const secret of [ROBIN.password, SAM.password]) this.note('password', secret);
    for (const secret of [ROBIN_TOTP_SECRET, ...ROBIN_RECOVERY_CODES, VERIFIER]) this.note('secret', secret);
    for (const { secret } of [WEB, NIGHTLY, ACCOUNTS_API, THIRD_PARTY]) this.note('client secret', secret);
  }

  note(name: string, secret: unknown): string {
    assert.ok(typeof secret === 'string' && secret.length >= 6, `${name} is no secret`);
    this.secrets.set(`${name} ${this.secrets.size}`, secret);
    return secret;
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

const assertionKey: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
});

/** The usual server, watched, with one client more that signs its requests. */
export const storyConfig: ConfigChange = (config) => ({
  ...config,
  metrics: { port: 0 },
  clients: [
    ...(config.clients ?? []),
    {
      id: 'signer',
      name: 'Signer',
      authentication: ['private_key_jwt'],
      jwks: { keys: [{ ...assertionKey.publicKey.export({ format: 'jwk' }), kty: 'EC', alg: 'ES256' }] },
      grantTypes: ['client_credentials'],
      apis: { [REPORTS]: ['read:reports'] },
    },
  ],
});

/** Signs in, mistakes the password, steps up by app and by recovery code, refreshes, replays, signs out. */
export const robins = async (server: TestServer, story: Collector): Promise<void> => {
  const { browser } = story;
  const login = story.see(await browser.go(authorizeUrl({ login_hint: 'hint-of-somebody' })));
  const wrong = story.note('password', 'a wrong password of robin');
  story.see(await browser.signIn(login, { username: 'robin', password: wrong }));
  const first = story.tokens(await redeem(server, story.see(await browser.signIn(login))));
  const challenge = story.see(await browser.go(authorizeUrl({ scope: 'openid transfer:funds' })));
  story.see(await browser.submit(challenge, { code: story.note('wrong code', '918273') }));
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

/** Connects an app behind a ticket, keeps the recovery codes, allows an application of somebody else, declines another request. */
export const sams = async (server: TestServer, story: Collector): Promise<void> => {
  const { browser } = story;
  const login = story.see(await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  const guard = story.see(await browser.signIn(login, SAM));
  const wrong = story.note('wrong ticket', 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF');
  story.see(await browser.submit(guard, { ticket: wrong }));
  const ticket = story.note('ticket', await issueEnrolmentTicket(SAM.id, server.deps));
  const passed = story.see(await browser.submit(guard, { ticket }));
  const connect = passed.html.includes('value="totp"')
    ? story.see(await browser.submit(passed, { use: 'totp' }))
    : passed;
  const secret = story.note('totp secret', /secret=([A-Z2-7]{32})/.exec(connect.html)?.[1]);
  story.note('first code', currentCode(server, secret));
  const done = story.see(await browser.submit(connect, { code: currentCode(server, secret) }));
  for (const [code] of done.html.matchAll(/[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}/g)) story.note('recovery code', code);
  const tokens = story.tokens(await redeem(server, story.see(await browser.submit(done, {}))));
  await revoke(server, tokens.access_token, WEB);
  const budget = {
    client_id: 'third-party',
    redirect_uri: 'https://budget.example/callback',
    scope: 'openid read:accounts',
    audience: ACCOUNTS,
  };
  const consent = story.see(await browser.go(authorizeUrl(budget)));
  story.see(await browser.submit(consent, { allow: '1' }));
  const declined = story.see(await browser.go(authorizeUrl({ ...budget, prompt: 'consent' })));
  story.see(await browser.submit(declined, { deny: '1' }));
};

/** Clients that act for themselves, by each method of authentication. */
export const machines = async (server: TestServer, story: Collector): Promise<void> => {
  const asked = { grant_type: 'client_credentials', audience: REPORTS };
  story.tokens(await tokenRequest(server, asked, NIGHTLY));
  story.note('Basic credentials', basic(NIGHTLY).slice('Basic '.length));
  const now = server.deps.now();
  const claims = {
    iss: 'signer',
    sub: 'signer',
    aud: server.deps.config.issuer,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  };
  const client_assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(assertionKey.privateKey);
  story.note('assertion', client_assertion);
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  const signed = formPost({ ...asked, client_assertion, client_assertion_type });
  for (let times = 0; times < 2; times += 1) await server.send('/oauth/token', signed);
};

/** Secrets of strangers, and secrets where they do not belong. */
export const mistakes = async (server: TestServer, story: Collector): Promise<void> => {
  const code = story.note('code of a stranger', 'code-of-a-stranger-that-was-stolen');
  await tokenRequest(server, { grant_type: 'authorization_code', code });
  const token = story.note('token of a stranger', 'token-of-a-stranger-that-was-stolen');
  await refresh(server, token);
  await userinfo(server, token);
  const guessed = story.note('guessed secret', 'a-guessed-secret-of-the-client');
  await tokenRequest(server, { grant_type: 'refresh_token' }, { id: 'web', secret: guessed });
  const misplaced = story.note('misplaced', 'mis placed+secret/of ümläuts=&%');
  const encoded = encodeURIComponent(misplaced);
  for (const path of [
    '/login',
    '/challenge',
    '/enrol',
    '/consent',
    '/authorize',
    '/userinfo',
    '/oidc/logout',
    '/nothing',
    '/assets/x',
  ]) {
    await server.send(`${path}?password=${encoded}&access_token=${encoded}&code=${encoded}&interaction=${encoded}`);
    await server.send(
      path,
      formPost(
        { password: misplaced, csrf: misplaced, token: misplaced },
        { cookie: `__Host-stile_session=${encoded}` },
      ),
    );
  }
  await server.send(`/${encoded}`);
  await server.send(`/assets/${encoded}`);
  await server.send(
    authorizeUrl({ prompt: misplaced, max_age: misplaced, claims: `{"${misplaced}`, request: misplaced }),
  );
  await server.send(authorizeUrl({ client_id: misplaced, redirect_uri: misplaced }));
  for (const authorization of [
    `Bearer ${encoded} ${encoded}`,
    `Basic ${encoded}`,
    `Basic ${btoa(guessed)}`,
    `DPoP ${encoded}`,
  ]) {
    for (const path of ['/userinfo', '/oauth/token', '/oauth/introspect', '/oauth/consume', '/oauth/revoke']) {
      await server.send(
        path,
        formPost({ token: misplaced, grant_type: misplaced, code: misplaced }, { authorization }),
      );
    }
  }
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } };
  for (const body of [
    `{"client_secret":"${misplaced}`,
    `{"client_secret":["${misplaced}"]}`,
    misplaced,
    misplaced.repeat(3000),
  ]) {
    await server.send('/oauth/token', { ...json, body });
    await server.send('/oauth/token', formPost({ client_secret: body, client_id: 'web' }));
  }
};
