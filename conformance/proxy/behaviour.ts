/** What must be true of a Stile behind any proxy, told from outside, over TLS. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import * as client from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { UserAgent } from '../user-agent.ts';
import type { Places, RunningProxy, Site } from './site.ts';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, HOST, ISSUER, startSite } from './site.ts';
import { responseTo } from './tls-fetch.ts';

const discover = (site: Site): Promise<client.Configuration> => {
  const through = site.fetch();
  return client.discovery(new URL(ISSUER), CLIENT_ID, undefined, client.ClientSecretBasic(CLIENT_SECRET), {
    [client.customFetch]: (url, { body, headers, method }) =>
      through(url, {
        headers,
        method,
        ...(typeof body === 'string' || body instanceof URLSearchParams ? { body } : {}),
      }),
  });
};

/** An authorization request, and what its client remembers. */
const ask = async (config: client.Configuration, more: Readonly<Record<string, string>> = {}) => {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid email',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return { url, checks };
};

/** A page in a browser that finds the site by its name, and the client's callback as an empty page. */
const openBrowser = async (site: Site): Promise<{ readonly browser: Browser; readonly page: Page }> => {
  const browser = await launchChromium([
    `--host-resolver-rules=MAP ${HOST}:443 127.0.0.1:${site.places.ports.https}`,
    `--ignore-certificate-errors-spki-list=${site.keyHash}`,
  ]);
  const page = await browser.newPage();
  await page.route(`${CALLBACK}**`, (route) => route.fulfill({ body: 'back at the client' }));
  return { browser, page };
};

/** The status of every answer of the site to a form. */
const formAnswers = (page: Page): number[] => {
  const statuses: number[] = [];
  page.on('response', (response) => {
    if (response.request().method() === 'POST' && response.url().startsWith(ISSUER)) statuses.push(response.status());
  });
  return statuses;
};

const signInAndStepUp = async (site: Site): Promise<void> => {
  const config = await discover(site);
  const { browser, page } = await openBrowser(site);
  try {
    const posted = formAnswers(page);
    const first = await ask(config);
    await page.goto(first.url.href);
    await giveUsernameAndPassword(page, site.person('ada'));
    await page.waitForURL(`${CALLBACK}**`);
    const back = new URL(page.url());
    assert.equal(back.searchParams.get('iss'), ISSUER);
    const tokens = await client.authorizationCodeGrant(config, back, first.checks);
    assert.equal(tokens.claims()?.iss, ISSUER);
    assert.equal(tokens.claims()?.acr, '1fa');

    const second = await ask(config, { acr_values: 'mfa' });
    await page.goto(second.url.href);
    assert.equal(new URL(page.url()).pathname, '/challenge');
    await giveCode(page, site.person('ada'));
    await page.waitForURL(`${CALLBACK}**`);
    const stepped = await client.authorizationCodeGrant(config, new URL(page.url()), second.checks);
    assert.equal(stepped.claims()?.acr, 'mfa');
    const userinfo = await client.fetchUserInfo(config, stepped.access_token, 'user_ada');
    assert.equal(userinfo.email, 'ada@example.com');
    assert.deepEqual(posted, [303, 303]);

    const cookies = (await page.context().cookies(ISSUER)).filter(({ name }) => name.includes('stile'));
    assert.ok(cookies.some(({ name }) => name === '__Host-stile_session'));
    for (const { name, secure, httpOnly, sameSite, path, domain } of cookies) {
      assert.match(name, /^__Host-stile_/);
      assert.deepEqual({ secure, httpOnly, sameSite, path, domain }, expectedOfCookies, name);
    }
  } finally {
    await browser.close();
  }
};

const expectedOfCookies = { secure: true, httpOnly: true, sameSite: 'Lax', path: '/', domain: HOST };

/** What the page says after somebody at an address has tried a password. */
const tryPassword = async (site: Site, from: string, password: string, forwardedFor: string): Promise<number> => {
  const through = site.fetch(from);
  const lying: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('x-forwarded-for', forwardedFor);
    headers.set('forwarded', `for=${forwardedFor};host=evil.example`);
    headers.set('x-real-ip', forwardedFor);
    return through(input, { ...init, headers });
  };
  const agent = new UserAgent(ISSUER, lying);
  const { url } = await ask(await discover(site));
  const page = await agent.open(url);
  return (await agent.submit(page, { username: 'ben', password })).status;
};

/** The limit of tries of one person from one address. */
const TRIES = 10;

const countsByTheAddressTheProxySaw = async (site: Site): Promise<void> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    assert.notEqual(await tryPassword(site, '127.0.0.1', 'wrong password', `203.0.113.${tries}`), 429);
  }
  const { password } = site.person('ben');
  assert.equal(await tryPassword(site, '127.0.0.1', password, '203.0.113.99'), 429);
  assert.equal(await tryPassword(site, '127.0.0.2', password, '127.0.0.1'), 303);
};

/** An answer to a request whose `Host` is another than the name in the handshake. */
const answerToHost = (site: Site, host: string): Promise<Response> => {
  const through = site.fetch();
  return through(`${ISSUER}.well-known/openid-configuration`, { headers: { host } });
};

const believesNoHost = async (site: Site): Promise<void> => {
  const response = await answerToHost(site, 'evil.example');
  const text = await response.text();
  assert.doesNotMatch(text, /issuer|evil\.example/);
  const directly = await responseTo(
    request({
      host: '127.0.0.1',
      port: site.places.ports.stile[0],
      path: '/.well-known/openid-configuration',
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
    }).end(),
  );
  const body = await directly.text();
  assert.doesNotMatch(body, /evil\.example/);
  assert.ok(body.includes(`"issuer":"${ISSUER}"`));
};

const handshake = async (
  site: Site,
  servername: string,
  protocols: readonly string[],
): Promise<string | false | null> => {
  const { https: port } = site.places.ports;
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    servername,
    ca: site.certificate,
    ALPNProtocols: [...protocols],
  });
  try {
    await once(socket, 'secureConnect');
    return socket.alpnProtocol;
  } finally {
    socket.destroy();
  }
};

const sendsToHttps = async (site: Site): Promise<void> => {
  const path = '/authorize?client_id=intranet';
  const plain = { host: '127.0.0.1', port: site.places.ports.http, path, headers: { host: HOST } };
  const response = await responseTo(request(plain).end());
  assert.equal(response.status, 308);
  assert.equal(response.headers.get('location'), `https://${HOST}${path}`);
};

const takesLongRedirects = async (site: Site): Promise<void> => {
  const state = 's'.repeat(7_000);
  const { url } = await ask(await discover(site), { state, prompt: 'none' });
  const through = site.fetch();
  const response = await through(url);
  assert.equal(response.status, 303);
  const back = new URL(response.headers.get('location') ?? '');
  assert.equal(back.searchParams.get('state'), state);
  assert.equal(back.searchParams.get('error'), 'login_required');
};

/** A page that anybody may ask for. */
const askForPage = async (through: typeof fetch): Promise<boolean> =>
  (await through(`${ISSUER}.well-known/openid-configuration`)).status === 200;

/** A request with a body that gets to Stile, and is refused there for what it says. */
const post = async (through: typeof fetch): Promise<boolean> => {
  const body = new URLSearchParams({ token: 'x' });
  return (await through(`${ISSUER}oauth/introspect`, { method: 'POST', body })).status === 401;
};

/** Calls the site from several places at once for as long as something goes on, and says how often that went wrong. */
const failuresDuring = async (
  site: Site,
  calls: readonly ((through: typeof fetch) => Promise<boolean>)[],
  work: () => Promise<void>,
): Promise<number> => {
  const through = site.fetch();
  const outcomes: boolean[] = [];
  let enough = Number.POSITIVE_INFINITY;
  const caller = async (): Promise<void> => {
    while (outcomes.length < enough) {
      for (const call of calls) outcomes.push(await call(through).catch(() => false));
      await pause(10);
    }
  };
  const callers = [caller(), caller(), caller()];
  try {
    await work();
  } finally {
    // And some more, to see what became of it.
    enough = outcomes.length + 12;
    await Promise.all(callers);
  }
  return outcomes.filter((went) => !went).length;
};

const losesNoRequest = async (site: Site): Promise<void> => {
  for (const index of [0, 1] as const) {
    await site.proxy.leaveOut(index);
    const failures = await failuresDuring(site, [askForPage, post], async () => {
      assert.equal(await site.restart(index), 0);
    });
    assert.equal(failures, 0);
  }
  await site.proxy.putBack();
  assert.equal(await failuresDuring(site, [askForPage, post], async () => undefined), 0);
};

const asksTheOther = async (site: Site): Promise<void> => {
  const failures = await failuresDuring(site, [askForPage], async () => {
    assert.equal(await site.restart(0), 0);
  });
  assert.equal(failures, 0);
};

/** Starts a site behind a proxy and describes it. */
export const describeSite = async (
  name: string,
  startProxy: (places: Places) => Promise<RunningProxy>,
): Promise<void> => {
  const site = await startSite(['ada', 'ben'], startProxy);
  after(() => site.close());

  describe(`Stile behind ${name}`, () => {
    it('signs in, steps up, redeems codes and answers userinfo, by its public name and with secure cookies alone', () =>
      signInAndStepUp(site));
    it('counts tries by the address that the proxy saw, whatever X-Forwarded-For the caller wrote', () =>
      countsByTheAddressTheProxySaw(site));
    it('believes no Host: neither in front of the proxy nor behind it', () => believesNoHost(site));
    it('speaks HTTP/2 and HTTP/1.1 by its own name, and nothing by another', async () => {
      assert.equal(await handshake(site, HOST, ['h2', 'http/1.1']), 'h2');
      assert.equal(await handshake(site, HOST, ['http/1.1']), 'http/1.1');
      await assert.rejects(handshake(site, 'evil.example', ['h2', 'http/1.1']));
    });
    it('sends whoever comes over plain HTTP to https, with what was asked', () => sendsToHttps(site));
    it('tells browsers to come over https alone', async () => {
      const response = await site.fetch()(`${ISSUER}.well-known/openid-configuration`);
      assert.match(response.headers.get('strict-transport-security') ?? '', /^max-age=\d{8}/);
    });
    it('takes a redirect as long as a client can make it', () => takesLongRedirects(site));
    it('keeps health and metrics from the world', async () => {
      for (const path of ['healthz', 'readyz', 'metrics']) {
        assert.equal((await site.fetch()(`${ISSUER}${path}`)).status, 404);
        assert.equal((await site.fetch()(`${ISSUER}${path}?x=1`)).status, 404);
      }
      for (const port of site.places.ports.stile) {
        assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
      }
    });
    it('loses no request while one process after the other is taken out, started anew and put back', () =>
      losesNoRequest(site));
    it('asks the other process when one is gone that was not taken out', () => asksTheOther(site));
    it('logs paths without their queries, codes and tokens', () => {
      const log = site.accessLog();
      assert.match(log, /\/authorize/);
      assert.doesNotMatch(log, /code_challenge|[?&]state=|client_id|code=|__Host-/);
    });
  });
};
