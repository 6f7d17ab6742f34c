/** Attacks by quantity, and on what is written down: requests that nobody finishes, lines smuggled into the log. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import { startAuthorizationServer } from '../authorization-server.ts';
import { WEB_SECRET } from '../fabrikam.ts';
import { answerIn, authorizationUrl, basic, post, redeem } from '../flow.ts';
import { formAction, UserAgent } from '../user-agent.ts';
import { sendForm, signedIn } from './signed-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'stile-floods-'));
const logFile = join(folder, 'log.jsonl');

let held: Deps | undefined;
const server = await startAuthorizationServer({
  people: ['ada', 'ben'],
  logFile,
  replace: (deps) => {
    held = deps;
    return deps;
  },
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const parts = (): Deps => held ?? assert.fail('The server runs.');

describe('floods', () => {
  it('dangling interactions: six hundred requests that nobody finishes keep nobody from signing in, and are forgotten', async () => {
    const agent = await signedIn(server, 'ada');
    const begun = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
    const url = authorizationUrl(server);
    const flood = async (ask: () => Promise<Response>): Promise<void> => {
      await Promise.all(
        Array.from({ length: 300 }, async () => {
          const response = await ask();
          await response.body?.cancel();
          assert.equal(response.status, 303);
        }),
      );
    };
    await flood(() => fetch(url, { redirect: 'manual' }));
    await flood(() => fetch(server.at('authorize'), { method: 'POST', body: url.searchParams, redirect: 'manual' }));
    // Whoever was in the middle goes on, and whoever comes now comes in.
    const end = await agent.submit(begun, { code: server.person('ada').code() });
    assert.equal((await redeem(server, end)).status, 200);
    assert.ok(answerIn(await (await signedIn(server, 'ben')).open(authorizationUrl(server, { prompt: 'none' }))).code);
    server.advance(3 * 86_400);
    let swept = 0;
    for (
      let step = await parts().store.sweep(parts().now());
      step > 0;
      step = await parts().store.sweep(parts().now())
    ) {
      swept += step;
    }
    assert.ok(swept >= 600, `${swept} rows were swept`);
  });

  it('dangling interactions: what is kept of a request is bounded, and unknown parameters are not kept at all', async () => {
    const agent = new UserAgent(server.issuer);
    const long = 'x'.repeat(9000);
    for (const name of ['state', 'nonce', 'login_hint', 'ui_locales', 'claims', 'scope', 'acr_values']) {
      const page = await agent.open('/authorize', {
        method: 'POST',
        body: authorizationUrl(server, { [name]: long }).searchParams,
      });
      assert.ok(page.status === 400 || answerIn(page).error === 'invalid_request', name);
    }
    const stuffed = authorizationUrl(server, { stuffing: 'x'.repeat(50_000) }).searchParams;
    const { headers } = await agent.send('/authorize', { method: 'POST', body: stuffed });
    const id = /interaction=([\w-]+)$/.exec(headers.get('location') ?? '')?.[1] ?? '';
    const kept = JSON.stringify(await parts().store.interactions.find(id));
    assert.ok(kept.includes('"client_id"') && kept.length < 2000, `${kept.length} characters`);
  });

  it('records: strangers who are refused, however often, write nothing that an administrator must read through', async () => {
    const count = async () => (await parts().store.audit.recent(100_000)).length;
    const before = await count();
    for (let i = 0; i < 30; i += 1) {
      const agent = new UserAgent(server.issuer);
      await agent.open(authorizationUrl(server, { prompt: 'none' }));
      await agent.open(authorizationUrl(server, { redirect_uri: 'https://evil.example/' }));
      await agent.open(authorizationUrl(server));
      await agent.open('/login?interaction=int_none');
      await post(server.at('oauth/token'), { grant_type: 'authorization_code', code: 'x' }, basic('web', 'wrong'));
    }
    assert.equal(await count(), before);
  });
});

describe('log injection', () => {
  const lines = (): readonly string[] => readFileSync(logFile, 'utf8').trimEnd().split('\n');

  /** A line that would look like the server's own, if somebody could write it. */
  const FORGED = '{"level":30,"name":"stile","msg":"admin signed in","forged":true}';
  const SMUGGLED = [
    `\n${FORGED}\n`,
    `\r\n${FORGED}`,
    `\u2028${FORGED}`,
    `"}${FORGED}`,
    '\u001b[2J\u001b[31mforged',
    ['$', '{jndi:ldap://forged}'].join(''),
  ];

  it('log injection: nothing that a caller sends becomes a line of its own, or stands in one', async () => {
    const agent = new UserAgent(server.issuer);
    const login = await agent.open(authorizationUrl(server));
    for (const text of SMUGGLED) {
      await (await sendForm(agent, login, { username: text, password: text })).body?.cancel();
      await agent.open(authorizationUrl(server, { login_hint: text, state: text, prompt: 'none' }));
      await agent.open(authorizationUrl(server, { client_id: text }));
      await agent.open(`/${encodeURIComponent(text)}`);
      await agent.open(`/assets/${encodeURIComponent(text)}`);
      await post(server.at('oauth/token'), { grant_type: text, client_id: text, client_secret: text });
      await post(server.at('oauth/token'), { grant_type: text }, basic(text, text));
      const printable = text.replaceAll(/[^\x20-\x7e]/g, ' ');
      const headers = {
        'user-agent': printable,
        referer: printable,
        'x-request-id': printable,
        'x-forwarded-for': printable,
      };
      await fetch(server.at('healthz'), { headers });
    }
    const written = lines();
    assert.ok(written.length > 40);
    for (const line of written) {
      const entry: unknown = JSON.parse(line);
      assert.ok(typeof entry === 'object' && entry !== null && !('forged' in entry), line);
      assert.ok(!/forged|jndi/.test(line), line);
    }
  });

  it('log injection: what was typed, the secrets and the codes of these requests are in no line', async () => {
    const agent = new UserAgent(server.issuer);
    const { username, password } = server.person('ben');
    const login = await agent.open(authorizationUrl(server));
    await agent.submit(login, { username, password: 'typed-by-mistake' });
    const end = await agent.submit(await agent.open(formAction(login)), { username, password });
    const { body } = await redeem(server, end);
    const written = lines().join('\n');
    const secrets = [password, 'typed-by-mistake', WEB_SECRET, answerIn(end).code, body.access_token, body.id_token];
    for (const secret of [...secrets, ...agent.cookies.values()]) {
      assert.ok(!written.includes(String(secret)), String(secret));
    }
  });
});
