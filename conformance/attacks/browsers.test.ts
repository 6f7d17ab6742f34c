/** Attacks by cookies and links: sessions fixed beforehand, cookies planted by a neighbour, requests handed to somebody else. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from '../authorization-server.ts';
import { answerIn, authorizationUrl, claimsOf, redeem } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { formAction, hiddenFields, UserAgent } from '../user-agent.ts';
import { getsCode, sendForm, signedIn } from './signed-in.ts';

const people = ['ada', 'ben', 'cleo', 'dan', 'mallory'];
const server = await startAuthorizationServer({ people });
after(() => server.close());

const SESSION = 'stile_session';
const BROWSER = 'stile_browser';
const TRANSFER = { scope: 'openid transfer:funds' } as const;

/** A browser with the same cookies: of a thief, or of somebody to whom they were given. */
const copyOf = (agent: UserAgent): UserAgent => {
  const copy = new UserAgent(server.issuer);
  for (const [name, value] of agent.cookies) copy.cookies.set(name, value);
  return copy;
};

const subjectOf = async (end: Page): Promise<unknown> =>
  claimsOf(String((await redeem(server, end)).body.id_token)).sub;

const signIn = (agent: UserAgent, page: Page, username: string): Promise<Page> => {
  const { password } = server.person(username);
  return agent.submit(page, { username, password });
};

describe('session fixation', () => {
  it('session fixation: a session value planted before the login is worth nothing after it', async () => {
    const planted = 'A'.repeat(43);
    const victim = new UserAgent(server.issuer);
    victim.cookies.set(SESSION, planted);
    await signIn(victim, await victim.open(authorizationUrl(server)), 'ada');
    assert.notEqual(victim.cookies.get(SESSION), planted);
    const attacker = new UserAgent(server.issuer);
    attacker.cookies.set(SESSION, planted);
    assert.deepEqual([await getsCode(server, victim), await getsCode(server, attacker)], [true, false]);
  });

  it('session fixation: the attacker’s own session, planted, does not become the victim’s', async () => {
    const attacker = await signedIn(server, 'mallory');
    const victim = copyOf(attacker);
    const page = await victim.open(authorizationUrl(server, { prompt: 'login' }));
    assert.match(page.html, /mallory/);
    const login = await victim.submit(page, { other: '1' });
    assert.equal(await subjectOf(await signIn(victim, login, 'ada')), 'user_ada');
    assert.notEqual(victim.cookies.get(SESSION), attacker.cookies.get(SESSION));
    assert.equal(await getsCode(server, attacker), false);
  });

  it('session fixation: whoever knew the cookie before a step-up has neither the session nor the level after it', async () => {
    const victim = await signedIn(server, 'ada');
    const thief = copyOf(victim);
    const asked = await thief.open(authorizationUrl(server, TRANSFER));
    const challenge = await victim.open(authorizationUrl(server, TRANSFER));
    assert.ok(answerIn(await victim.submit(challenge, { code: server.person('ada').code() })).code);
    assert.equal(await getsCode(server, thief), false);
    // Nor by the form that they had open, as if it were the second click of the victim's.
    const late = await sendForm(thief, asked, { code: '000000' });
    assert.ok(!late.headers.getSetCookie().some((line) => line.startsWith(`${SESSION}=`)));
    assert.equal(await getsCode(server, thief, { acr_values: 'mfa' }), false);
    assert.equal(await getsCode(server, victim, { acr_values: 'mfa' }), true);
  });

  it('session fixation: the victim steps up in a session and a request that the attacker prepared, and the attacker gains nothing', async () => {
    const attacker = await signedIn(server, 'ben');
    const prepared = await attacker.open(authorizationUrl(server, TRANSFER));
    const victim = copyOf(attacker);
    const seen = await victim.open(prepared.url);
    assert.ok(answerIn(await victim.submit(seen, { code: server.person('ben').code() })).code);
    for (const typed of [{ code: '000000' }, { cancel: '1' }]) {
      const response = await sendForm(attacker, prepared, typed);
      assert.ok(!response.headers.getSetCookie().some((line) => line.startsWith(`${SESSION}=`)));
      assert.ok(!(response.headers.get('location') ?? '').includes('code='));
    }
    assert.equal(await getsCode(server, attacker), false);
  });
});

describe('cookie tossing', () => {
  const askWith = async (cookie: string, url: URL | string): Promise<Response> => {
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    await response.body?.cancel();
    return response;
  };

  const codeWith = async (cookie: string): Promise<boolean> => {
    const url = authorizationUrl(server, { prompt: 'none' });
    return ((await askWith(cookie, url)).headers.get('location') ?? '').includes('code=');
  };

  it('cookie tossing: a neighbour’s cookie of the same name beside ours makes both count as absent, in either order', async () => {
    const [victim, mallory] = [await signedIn(server, 'cleo'), await signedIn(server, 'mallory')];
    const [own, planted] = [victim.cookies.get(SESSION) ?? '', mallory.cookies.get(SESSION) ?? ''];
    assert.equal(await codeWith(`${SESSION}=${own}`), true);
    for (const cookies of [
      `${SESSION}=${own}; ${SESSION}=${planted}`,
      `${SESSION}=${planted}; ${SESSION}=${own}`,
      `${SESSION}=${planted};${SESSION}=${own}`,
      `${SESSION}=${own}; ${SESSION}=`,
      `${SESSION}=${own}; ${SESSION}=${own}`,
    ]) {
      assert.equal(await codeWith(cookies), false, cookies);
    }
  });

  it('cookie tossing: names and values that only look like ours are not read as ours', async () => {
    const victim = await signedIn(server, 'cleo');
    const value = victim.cookies.get(SESSION) ?? '';
    for (const cookies of [
      `STILE_SESSION=${value}`,
      `xstile_session=${value}`,
      `stile_session2=${value}`,
      `__Host-stile_session=${value}`,
      `stile%5Fsession=${value}`,
      `a=1${SESSION}=${value}`,
      `${SESSION}=${value}A`,
      `${SESSION}="${value}"`,
      `${SESSION}=${value},x`,
      `${SESSION}=${encodeURIComponent(`${value}\n`)}`,
    ]) {
      assert.equal(await codeWith(cookies), false, cookies);
    }
    assert.equal(await codeWith(`theme=dark; ${SESSION}=${value}; ${BROWSER}x=1`), true);
  });

  it('cookie tossing over https: only the names that a browser pins to this very host are set and read', async () => {
    const issuer = 'https://login.fabrikam.example/';
    const secure = await startAuthorizationServer({ people: ['ada'], change: (config) => ({ ...config, issuer }) });
    try {
      const victim = new UserAgent(secure.issuer);
      const login = await victim.open(authorizationUrl(secure));
      const lines = login.response.headers.getSetCookie();
      const { password } = secure.person('ada');
      const answered = await sendForm(victim, login, { username: 'ada', password });
      for (const line of [...lines, ...answered.headers.getSetCookie()]) {
        assert.match(line, /^__Host-stile_\w+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
      }
      const value = victim.cookies.get('__Host-stile_session') ?? '';
      const url = authorizationUrl(secure, { prompt: 'none' });
      const sent = async (cookie: string) => (await askWith(cookie, url)).headers.get('location') ?? '';
      assert.match(await sent(`__Host-stile_session=${value}`), /code=/);
      // A sibling domain can set any name but those with the prefix.
      for (const name of [SESSION, '__Secure-stile_session', '__host-stile_session', 'Host-stile_session']) {
        assert.match(await sent(`${name}=${value}`), /error=login_required/, name);
      }
    } finally {
      await secure.close();
    }
  });

  it('cookie tossing: a browser value that an attacker plants binds a request to it, and still answers nothing for them', async () => {
    const attacker = new UserAgent(server.issuer);
    const prepared = await attacker.open(authorizationUrl(server));
    const victim = new UserAgent(server.issuer);
    victim.cookies.set(BROWSER, attacker.cookies.get(BROWSER) ?? '');
    const seen = await victim.open(prepared.url);
    assert.equal(await subjectOf(await signIn(victim, seen, 'dan')), 'user_dan');
    assert.equal((await attacker.open(prepared.url)).status, 400);
    assert.equal(await getsCode(server, attacker), false);
  });
});

describe('a request in the wrong hands', () => {
  it('the link of an unfinished request is sent to the victim, or taken from them: it opens in the browser it began in alone', async () => {
    const attacker = new UserAgent(server.issuer);
    const login = await attacker.open(authorizationUrl(server));
    for (const victim of [new UserAgent(server.issuer), await signedIn(server, 'ada')]) {
      const id = login.url.searchParams.get('interaction');
      for (const path of ['login', 'challenge', 'consent', 'enrol', 'select-account', 'authorize']) {
        const page = await victim.open(`/${path}?interaction=${id}`);
        assert.deepEqual([page.status, page.url.origin], [400, new URL(server.issuer).origin], path);
      }
      const body = new URLSearchParams(hiddenFields(login));
      assert.equal((await victim.open(formAction(login), { method: 'POST', body })).status, 400);
    }
  });

  it('a request that somebody began to answer is not resumed by another who signs in in the same browser', async () => {
    const agent = await signedIn(server, 'cleo');
    const asked = await agent.open(authorizationUrl(server, TRANSFER));
    assert.equal(asked.url.pathname, '/challenge');
    await agent.send('/v2/logout');
    const login = await agent.open(asked.url);
    const page = await signIn(agent, login, 'mallory');
    assert.deepEqual([page.status, answerIn(page).code], [400, undefined]);
    assert.equal(await getsCode(server, agent), false);
  });

  it('a challenge that was shown to one person is answered in another tab, where somebody else has signed in', async () => {
    const agent = await signedIn(server, 'cleo');
    const challenge = await agent.open(authorizationUrl(server, TRANSFER));
    await agent.send('/v2/logout');
    await agent.authorize(authorizationUrl(server), server.person('mallory'));
    const end = await agent.submit(challenge, { code: server.person('mallory').code() });
    assert.deepEqual([answerIn(end).error, answerIn(end).code], ['login_required', undefined]);
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), false);
  });

  it('the account or the yes of one person is taken for that of another, who signed in in another tab meanwhile', async () => {
    const third = { client_id: 'budget', scope: 'openid read:accounts' } as const;
    for (const [asked, yes] of [
      [{ prompt: 'select_account' }, { continue: '1' }],
      [third, { allow: '1' }],
    ] as const) {
      const agent = await signedIn(server, 'dan');
      const shown = await agent.open(authorizationUrl(server, asked));
      assert.match(shown.html, /dan/);
      await agent.send('/v2/logout');
      await agent.authorize(authorizationUrl(server), server.person('mallory'));
      const end = await agent.submit(shown, yes);
      assert.equal(answerIn(end).code, undefined);
      assert.equal(await getsCode(server, agent, third), false);
    }
  });

  it('a challenge is answered for the request of another tab: its form and its address belong together', async () => {
    const agent = await signedIn(server, 'dan');
    const [one, other] = [
      await agent.open(authorizationUrl(server, { acr_values: 'mfa' })),
      await agent.open(authorizationUrl(server, TRANSFER)),
    ];
    const body = new URLSearchParams({ ...hiddenFields(one), code: server.person('dan').code() });
    assert.equal((await agent.open(formAction(other), { method: 'POST', body })).status, 403);
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), false);
  });

  it('a posted request is fetched by one browser, the first, and asked of nobody else', async () => {
    const attacker = new UserAgent(server.issuer);
    const body = authorizationUrl(server).searchParams;
    const posted = await attacker.send('/authorize', { method: 'POST', body });
    const link = posted.headers.get('location') ?? '';
    const victim = await signedIn(server, 'dan');
    assert.ok(answerIn(await victim.open(link)).code);
    assert.equal((await attacker.open(link)).status, 400);
    assert.equal((await victim.open(link)).status, 400);
  });

  it('a request that is parked does not keep an old proof young for as long as it lies there', async () => {
    const agent = await signedIn(server, 'dan');
    const person = server.person('dan');
    server.advance(60);
    const mfa = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
    assert.ok(answerIn(await agent.submit(mfa, { code: person.code() })).code);
    const parked = await agent.open(authorizationUrl(server, { ...TRANSFER, prompt: 'select_account' }));
    server.advance(600);
    const page = await agent.submit(parked, { continue: '1' });
    assert.equal(page.url.pathname, '/challenge');
  });
});
