/** Codes and links by mail, over a real mail server: by the very browser, in time, once; restricted, and never more than one kind. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { mailedBy, startMailServer } from '../testing/mail-server.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const ADDRESS = 'robin@fabrikam.example';

const giveEmail = async ({ store, deps }: TestServer, id = 'auth_mail', address = ADDRESS) => {
  await store.authenticators.enrol({
    userId: ROBIN.id,
    guard: null,
    authenticators: [
      {
        id,
        userId: ROBIN.id,
        factor: 'email',
        name: 'E-mail r…@fabrikam.example',
        material: { address },
        lookup: null,
        createdAt: deps.now(),
        lastUsedAt: null,
        preferredAt: null,
      },
    ],
    consume: [],
    audit: [],
  });
  return id;
};

const begin = async (t: TestContext, change: ConfigChange = (config) => config) => {
  const mailServer = await startMailServer(t);
  const server = await testServer(t, (config) => change(mailedBy(mailServer)(config)));
  const id = await giveEmail(server);
  const browser = new TestBrowser(server);
  await signInAndStepUp(server, {}, browser);
  const page = await browser.go(authorizeUrl(TRANSFER));
  const press = (from: Stop): Promise<Stop> => browser.submit(from, { authenticator: id, open: '1' });
  const ask = async (from: Stop): Promise<Stop> => {
    const asked = await press(from);
    await server.deps.notify.idle();
    return asked;
  };
  return { mailServer, server, id, browser, page, ask, press };
};

const asked = async (t: TestContext, change?: ConfigChange) => {
  const all = await begin(t, change);
  return { ...all, page: await all.ask(all.page) };
};

/** What is wrong with a code so that it is surely another one. */
const another = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

const typesOf = async ({ store }: TestServer): Promise<readonly string[]> =>
  (await store.audit.ofUser(ROBIN.id, 50)).map(({ type }) => type);

describe('a code by mail', () => {
  it('is sent when it is asked for, and gives the level with the password', async (t) => {
    const { mailServer, server, browser, page } = await asked(t);
    assert.equal(mailServer.mails.length, 1);
    assert.deepEqual(mailServer.mails[0]?.to, [ADDRESS]);
    const { body } = await redeem(server, await browser.submit(page, { code: mailServer.code() }));
    const { acr, amr } = claimsOf(body.access_token);
    assert.deepEqual([acr, amr], ['mfa', ['mfa', 'otp', 'pwd']]);
  });

  it('T26: the mail says what for, where from and when, and the page where it went, not all of the address', async (t) => {
    const { mailServer, page } = await asked(t);
    const text = mailServer.mails[0]?.text ?? '';
    assert.match(text, /Fabrikam Intranet asks you/);
    assert.match(text, /to go on: Transfer money/);
    assert.match(text, /When: 20\d\d-\d\d-\d\d \d\d:\d\d UTC/);
    assert.match(text, /network 192\.0\.2\.\*/);
    assert.match(page.html, /r…@fabrikam\.example/);
    assert.doesNotMatch(page.html, /robin@fabrikam/);
  });

  it('nothing is mailed before somebody presses the button', async (t) => {
    const { mailServer, server, browser, id } = await begin(t);
    const shown = await browser.go(authorizeUrl(TRANSFER));
    await browser.go(`${shown.url}&use=${id}`);
    await server.deps.notify.idle();
    assert.deepEqual(mailServer.mails, []);
  });

  it('is accepted once', async (t) => {
    const { mailServer, server, browser, page } = await asked(t);
    const code = mailServer.code();
    assert.ok(answerOf(await browser.submit(page, { code })).code);
    server.advance(302);
    const again = await browser.go(authorizeUrl(TRANSFER));
    assert.match(again.url, /^\/challenge/);
    assert.equal((await browser.submit(again, { authenticator: 'auth_mail', code })).status, 400);
  });

  it('is not accepted when it is wrong, and after five that are wrong not when it is right', async (t) => {
    const { mailServer, server, browser, page } = await asked(t);
    const code = mailServer.code();
    for (let tries = 0; tries < 5; tries += 1) {
      const refused = await browser.submit(page, { code: another(code) });
      assert.match(refused.html, /not right/);
    }
    const refused = await browser.submit(page, { code });
    assert.equal(refused.status, 400);
    assert.match(refused.html, /Have a new one sent/);
    assert.ok((await typesOf(server)).includes('proof.refused'));
  });

  it('after that a new one is accepted', async (t) => {
    const { mailServer, browser, page, ask } = await asked(t);
    for (let tries = 0; tries < 6; tries += 1) await browser.submit(page, { code: another(mailServer.code()) });
    const next = await ask(page);
    assert.ok(answerOf(await browser.submit(next, { code: mailServer.code() })).code);
  });

  it('works for five minutes', async (t) => {
    const { mailServer, server, browser, page } = await asked(t);
    server.advance(300);
    const late = await browser.submit(page, { code: mailServer.code() });
    assert.equal(late.status, 400);
    assert.match(late.html, /works no more/);
  });

  it('gives way to a new one', async (t) => {
    const { mailServer, browser, page, ask } = await asked(t);
    const former = mailServer.code();
    const next = await ask(page);
    if (former !== mailServer.code()) {
      assert.equal((await browser.submit(next, { code: former })).status, 400);
    }
    assert.ok(answerOf(await browser.submit(next, { code: mailServer.code() })).code);
  });

  it('is of one request: it does not answer another one of the same person', async (t) => {
    const { mailServer, server, page } = await asked(t);
    const other = new TestBrowser(server, '198.51.100.9');
    await signInAndStepUp(server, {}, other);
    const theirs = await other.go(authorizeUrl(TRANSFER));
    const refused = await other.submit(theirs, { authenticator: 'auth_mail', code: mailServer.code() });
    assert.equal(refused.status, 400);
    assert.ok(page.url !== theirs.url);
  });

  it('T12: beside another code that was sent it is no second kind', async (t) => {
    const { mailServer, server, browser, page } = await asked(t, (config) => ({
      ...config,
      levels: [
        { acr: 'three', kinds: 3, shownBy: 'any', renewedBy: 'any' },
        { acr: 'mfa', kinds: 2, shownBy: 'any', renewedBy: 'not-knowledge' },
        { acr: '1fa', kinds: 1, shownBy: 'any', renewedBy: 'any' },
      ],
    }));
    await browser.submit(page, { code: mailServer.code() });
    const session = (await server.store.sessions.ofUser(ROBIN.id))[0];
    const kinds = new Set(session?.events.flatMap((event) => event.kinds));
    assert.deepEqual([...kinds].sort(), ['knowledge', 'possession']);
    assert.ok(session?.events.every(({ phishingResistant }) => !phishingResistant));
  });
});

describe('the link of a mail', () => {
  it('fills in the code where it was asked for, and uses up nothing however often it is opened', async (t) => {
    const { mailServer, server, browser } = await asked(t);
    const link = mailServer.link('/challenge');
    const visitor = new TestBrowser(server, '203.0.113.50');
    for (let visits = 0; visits < 3; visits += 1) await visitor.go(link);
    await server.send(link, { method: 'HEAD' });
    const page = await browser.go(link);
    assert.equal(page.status, 200);
    assert.match(page.html, new RegExp(`name="code"[^>]*value="${mailServer.code()}"`));
    assert.match(page.html, /code of the link that you opened/);
    assert.equal((await server.store.sessions.ofUser(ROBIN.id))[0]?.events.length, 1, 'nothing is proven by looking');
    assert.ok(answerOf(await browser.submit(page, { code: mailServer.code() })).code);
  });

  it('leads nobody on in another browser', async (t) => {
    const { mailServer, server } = await asked(t);
    const thief = new TestBrowser(server, '203.0.113.50');
    const stop = await thief.go(mailServer.link('/challenge'));
    assert.equal(stop.status, 400);
    assert.doesNotMatch(stop.html, /name="code"/);
    await signInAndStepUp(server, {}, thief);
    assert.equal((await thief.go(mailServer.link('/challenge'))).status, 400, 'nor whoever knows the password too');
  });

  it('shows nothing that somebody else wrote into it', async (t) => {
    const { mailServer, browser } = await asked(t);
    const link = mailServer
      .link('/challenge')
      .replace(/code=\d+/, `code=${encodeURIComponent('"><script>1</script>')}`);
    const page = await browser.go(link);
    assert.doesNotMatch(page.html, /<script>1/);
    assert.doesNotMatch(page.html, /name="code"[^>]*value=/);
  });
});

describe('everybody’s verified address', () => {
  const everybody =
    (claims: Readonly<Record<string, unknown>>): ConfigChange =>
    (config) => ({
      ...config,
      mail: { ...config.mail, verifiedAddress: true },
      users: (config.users ?? []).map(({ id, username, password }) => ({ id, username, password, claims })),
    });

  const arrive = async (t: TestContext, claims: Readonly<Record<string, unknown>>) => {
    const mailServer = await startMailServer(t);
    const server = await testServer(t, (config) => everybody(claims)(mailedBy(mailServer)(config)));
    const browser = new TestBrowser(server);
    await signInAndStepUp(server, {}, browser);
    return { mailServer, server, browser, page: await browser.go(authorizeUrl(TRANSFER)) };
  };

  it('is a second proof where it is configured so, without having been enrolled', async (t) => {
    const { mailServer, server, browser, page } = await arrive(t, { email: ADDRESS, email_verified: true });
    const asked = await browser.submit(page, { open: '1' });
    await server.deps.notify.idle();
    assert.ok(answerOf(await browser.submit(asked, { code: mailServer.code() })).code);
  });

  it('is none when nobody has confirmed it', async (t) => {
    const { page } = await arrive(t, { email: ADDRESS, email_verified: false });
    assert.match(page.url, /^\/enrol/);
  });

  it('T9: is none for somebody whose password was replaced by way of it', async (t) => {
    const { server, browser } = await arrive(t, { email: ADDRESS, email_verified: true });
    const [password] = await server.store.authenticators.ofUser(ROBIN.id);
    assert.ok(password);
    await server.store.authenticators.replaceMaterial(password.id, password.material, {
      ...password.material,
      resetBy: 'email',
    });
    assert.match((await browser.go(authorizeUrl(TRANSFER))).url, /^\/enrol/);
  });
});

describe('limits and silence', () => {
  it('twenty mails are free to one person, and then one a minute', async (t) => {
    const { server, browser, page } = await begin(t);
    const ids = await Promise.all([1, 2].map((n) => giveEmail(server, `auth_mail_${n}`, `robin${n}@fabrikam.example`)));
    const statuses: number[] = [];
    for (const id of ['auth_mail', ...ids]) {
      for (let presses = 0; presses < 8; presses += 1) {
        statuses.push((await browser.submit(page, { authenticator: id, open: '1' })).status);
      }
    }
    assert.deepEqual(
      [statuses.slice(0, 20).every((status) => status === 200), statuses.slice(20)],
      [true, [429, 429, 429, 429]],
    );
    server.advance(60);
    assert.equal((await browser.submit(page, { authenticator: ids[1] ?? '', open: '1' })).status, 200);
    assert.equal((await browser.submit(page, { authenticator: ids[1] ?? '', open: '1' })).status, 429);
  });

  it('one mailbox gets ten at once, whoever asks', async (t) => {
    const { page, press } = await begin(t);
    const statuses: number[] = [];
    for (let presses = 0; presses < 12; presses += 1) statuses.push((await press(page)).status);
    assert.deepEqual(
      statuses.slice(0, 10),
      Array.from({ length: 10 }, () => 200),
    );
    assert.deepEqual(statuses.slice(10), [429, 429]);
  });

  it('no log and no audit record holds a code or an address', async (t) => {
    const { mailServer, server, browser, page } = await asked(t);
    const code = mailServer.code();
    await browser.submit(page, { code: another(code) });
    await browser.submit(page, { code });
    const records = await server.store.audit.ofUser(ROBIN.id, 50);
    const written = JSON.stringify([records, server.logged]);
    assert.match(written, /r…@fabrikam\.example/);
    assert.doesNotMatch(written, new RegExp(`robin@fabrikam|${code}|${another(code)}`));
  });

  it('a mail server that does not answer keeps nobody waiting', async (t) => {
    const { server, page, press } = await begin(t, (config) => ({
      ...config,
      // Nobody listens on the port that is kept for it.
      mail: { from: 'login@fabrikam.example', smtp: { host: '127.0.0.1', port: 9, tls: 'none', timeout: '1s' } },
    }));
    assert.equal((await press(page)).status, 200);
    assert.doesNotMatch(JSON.stringify(server.logged), /robin@fabrikam/);
  });
});
