/**
 * No secret is ever written down where it does not belong: every secret of a long story is collected, and the log at every level, the
 * records, the metrics and what commands print are searched for it, in each form it may be quoted in.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { exportAudit, printCheckpoint, verifyAudit } from '../cli/audit.ts';
import { listAuthenticators, removeAuthenticator } from '../cli/authenticators.ts';
import type { StoreCommand } from '../cli/command.ts';
import { doctor } from '../cli/doctor.ts';
import { explain, recentDecisions } from '../cli/explain.ts';
import { listKeys, rotateKeys, withdrawKey } from '../cli/keys.ts';
import { block, signOut, unblock } from '../cli/people.ts';
import { renewSecrets } from '../cli/secrets.ts';
import type { Store } from '../store/ports.ts';
import { formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { refresh, revoke, userinfo, WEB } from '../testing/endpoints.ts';
import { authorizeUrl, tokenRequest } from '../testing/flow.ts';
import { Collector, machines, mistakes, robins, sams, storyConfig } from '../testing/secret-story.ts';
import { ROBIN, ROBIN_RECOVERY_CODES, ROBIN_TOTP_SECRET, WEB_SECRET } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** So many characters of a secret are as telling as all of it. */
const TELLING = 12;

/** The ways in which a secret may be written down: as it is, in an address, in a form, in base64, cut short. */
const formsOf = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret);
  const inAddress = encodeURIComponent(secret);
  const whole = [
    secret,
    inAddress,
    inAddress.replaceAll('%20', '+'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
  const parts = whole.filter(({ length }) => length > TELLING).map((form) => form.slice(0, TELLING));
  // The first part of every token of a kind is the same, and no secret.
  return [...whole, ...parts.filter((part) => !part.startsWith('eyJ') && !part.startsWith('ZXlK'))];
};

const assertNoneIn = (text: string, where: string, secrets: ReadonlyMap<string, string>): void => {
  for (const [name, secret] of secrets) {
    for (const form of formsOf(secret)) {
      // Codes of six digits also occur by chance, as milliseconds; a record or line would hold them as a word.
      const found = /^\d+$/.test(form) ? new RegExp(`(?<![\\w.])${form}(?![\\w.])`).test(text) : text.includes(form);
      if (found)
        assert.fail(
          `${name} is in ${where}: …${text.slice(Math.max(0, text.indexOf(form) - 200), text.indexOf(form) + 60)}`,
        );
    }
  }
};

/** What operators print while they look around. */
const printed = async (t: TestContext, { deps, store }: TestServer): Promise<string> => {
  const lines: string[] = [];
  const dataFolder = mkdtempSync(join(tmpdir(), 'stile-secrets-'));
  t.after(() => rmSync(dataFolder, { recursive: true }));
  const config = { ...deps.config, dataFolder };
  const line = { config, log: deps.log, now: deps.now, print: (text: string) => void lines.push(text) };
  const run = (command: StoreCommand, ...words: string[]) => command(store, words, line);
  for (const command of [listAuthenticators, signOut, block, unblock]) await run(command, 'robin');
  await run(removeAuthenticator, 'robin', 'auth_user_robin_totp');
  for (const { id } of await store.audit.recent(1000))
    for (const words of [[id], [id, '--json']]) await run(explain, ...words);
  for (const command of [recentDecisions, exportAudit, printCheckpoint, verifyAudit, listKeys, rotateKeys])
    await run(command);
  await run(withdrawKey, (await store.keys.all())[0]?.kid ?? '');
  await run(renewSecrets);
  await run(signOut, '--all');
  for (const words of [[], ['--json']]) await doctor(words, line);
  return lines.join('\n');
};

for (const level of LEVELS) {
  test(`no secret of a whole story is in the log at ${level}, on record, in the metrics or printed`, async (t) => {
    const server = await testServer(t, storyConfig);
    server.deps.log.level = level;
    const story = new Collector(server);
    await robins(server, story);
    await sams(server, story);
    await machines(server, story);
    await mistakes(server, story);
    for (const { privateJwk } of await server.store.keys.all()) story.note('signing key', privateJwk.d);
    const { csrf, refreshToken } = server.deps.secrets;
    for (const secret of [csrf, refreshToken]) {
      story.note('server secret', Buffer.from(secret).toString('base64url'));
    }
    const records = JSON.stringify(await server.store.audit.recent(1000));
    const { text: metrics } = await server.deps.metrics.report();
    const output = await printed(t, server);
    assert.ok(story.secrets.size > 100, `${story.secrets.size} secrets`);
    assert.ok(records.length > 5000 && metrics.length > 5000 && output.length > 5000);
    if (level === 'trace') assert.ok(server.logged.length > 100, `${server.logged.length} lines`);
    const log = server.logged.join('');
    for (const [where, text] of Object.entries({ log, records, metrics, output }))
      assertNoneIn(text, where, story.secrets);
    for (const words of ['hint-of-somebody', 'nonce-1', 'state-1']) assert.ok(!log.includes(words), words);
  });
}

/** Errors that quote what they choked on, in every way that errors do. */
const leaks: Readonly<Record<string, (secret: string) => unknown>> = {
  'in its message': (secret) => new Error(`cannot write ${secret} to the table`),
  'in the cause of its cause': (secret) =>
    new Error('a', { cause: new Error('b', { cause: new Error(`at "${secret}"`) }) }),
  'in an address': (secret) => new Error(`GET https://store.example/?q=${encodeURIComponent(secret)} failed`),
  'in base64': (secret) => new Error(`bad row ${Buffer.from(secret).toString('base64')}`),
  'cut short': (secret) => new SyntaxError(`Unexpected token, "${secret.slice(0, 20)}"... is not valid JSON`),
  'in a property of its own': (secret) => Object.assign(new Error('failed'), { parameters: [secret], input: secret }),
  'in its code and name': (secret) => Object.assign(new Error('failed'), { code: secret, name: secret }),
  'as a text that is thrown': (secret) => secret,
  'as an object that is thrown': (secret) => ({ secret, toString: () => secret }),
  'with a stack of its own': (secret) =>
    Object.assign(new Error('failed'), { stack: `Error: ${secret}\n    at ${secret} (x.js:1:1)` }),
  'among several': (secret) => new AggregateError([new Error(secret)], `several: ${secret}`),
};

/** A store whose every method fails with this. */
const failing = (store: Store, error: unknown): Store => {
  const fail = () => Promise.reject(error instanceof Error ? error : Object.assign(new Error('x'), { cause: error }));
  const allOf = <Port extends object>(port: Port): Port =>
    Object.assign({ ...port }, Object.fromEntries(Object.keys(port).map((name) => [name, fail])));
  return {
    ...store,
    users: allOf(store.users),
    authenticators: allOf(store.authenticators),
    sessions: allOf(store.sessions),
    grants: allOf(store.grants),
    once: allOf(store.once),
    throttles: allOf(store.throttles),
    audit: allOf(store.audit),
    check: fail,
  };
};

for (const [how, leak] of Object.entries(leaks)) {
  test(`T16: a store that fails with an error which holds a secret ${how} tells it to nobody`, async (t) => {
    const server = await testServer(t, storyConfig);
    const story = new Collector(server);
    const browser = new TestBrowser(server);
    const login = story.see(await browser.go(authorizeUrl()));
    const { store } = server.deps;
    const password = 'what robin typed: pass word!';
    const token = 'token+of/somebody=that-was-sent-here';
    const breakWith = (secret: string) =>
      Object.assign(server.deps, { store: failing(store, leak(story.note('leaked', secret))) });
    const answers: string[] = [];
    const keep = async (response: Response | Promise<Response>): Promise<void> => {
      const { status, headers } = await response;
      answers.push(JSON.stringify([status, ...headers]), await (await response).text());
    };

    breakWith(password);
    const fields = { ...hiddenFields(login), username: 'robin', password };
    await keep(browser.send(login.url, formPost(fields)));
    for (const secret of [token, WEB_SECRET]) {
      breakWith(secret);
      await keep((await refresh(server, token)).response);
      await keep((await revoke(server, token, WEB)).response);
      await keep((await tokenRequest(server, { grant_type: 'authorization_code', code: token })).response);
    }
    const jwt = server.deps.keys.sign('RS256', 'at+jwt', { iss: server.deps.config.issuer, exp: 9_999_999_999 });
    for (const secret of [jwt, ROBIN_TOTP_SECRET, ROBIN_RECOVERY_CODES[1], ROBIN.password]) {
      breakWith(secret);
      await keep((await userinfo(server, jwt)).response);
      await keep(server.send('/readyz'));
      await keep(browser.send(authorizeUrl({ login_hint: secret })));
    }
    assert.ok(answers.length >= 26);
    assert.ok(server.logged.some((line) => line.includes('request failed')));
    assertNoneIn(server.logged.join(''), 'the log', story.secrets);
    // The page of the sign-in holds the cookies and the form value that belong to it.
    const leaked = new Map([...story.secrets].filter(([name]) => name.startsWith('leaked')));
    assertNoneIn(answers.join(''), 'an answer', leaked);
  });
}
