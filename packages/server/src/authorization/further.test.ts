import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { instant } from '@stile/core';
import type { ConfigInput } from '../config/schema.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const DAY = 86_400;
const HERE = '192.0.2.10';
const ABROAD = '198.51.100.7';

const server = (t: TestContext, change: Partial<ConfigInput>): Promise<TestServer> =>
  testServer(t, (config) => ({ ...config, sessions: { idle: '2h' }, ...change }));

const newDevice = { risk: { newDevice: { acr: 'mfa' } } } satisfies Partial<ConfigInput>;

/** Where a fresh request of a browser leads once the password was given, if it is asked for. */
const arrive = async (
  browser: TestBrowser,
  change: Readonly<Record<string, string | undefined>> = {},
): Promise<Stop> => {
  const stop = await browser.go(authorizeUrl(change));
  return stop.url.startsWith('/login') ? browser.signIn(stop) : stop;
};

const isChallenge = ({ url }: Stop): boolean => url.startsWith('/challenge');
const isGranted = (stop: Stop): boolean => answerOf(stop).code !== undefined;

const sourcesIn = async ({ store }: TestServer, type: string): Promise<readonly unknown[]> => {
  const records = await store.audit.recent(50);
  return records
    .filter((record) => record.type === type)
    .flatMap(({ details }) => {
      const text = JSON.stringify(details);
      return [...text.matchAll(/"signal":"([a-z_]+)"/g)].map(([, signal]) => signal);
    });
};

/** A file that says where the two addresses of these tests are. */
const places = (t: TestContext, text = '192.0.2.0/24,DE,52.5,13.4\n198.51.100.0/24,AU,-33.9,151.2\n'): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-places-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'places.csv'), text);
  return join(folder, 'places.csv');
};

describe('signs of risk', () => {
  it('demand nothing unless they are configured', async (t) => {
    const world = await server(t, {});
    assert.ok(isGranted(await arrive(new TestBrowser(world))));
    assert.deepEqual(await world.store.arrivals.ofUser('user_robin', instant(0)), []);
  });

  it('a new device is asked for more, says why, and is known from then on', async (t) => {
    const world = await server(t, newDevice);
    const browser = new TestBrowser(world);
    const page = await arrive(browser);
    assert.ok(isChallenge(page));
    assert.match(page.html, /not confirmed yourself in this browser before/);
    assert.deepEqual(await sourcesIn(world, 'authorize.asked'), ['new_device']);
    const granted = await browser.giveCode(page);
    assert.ok(isGranted(granted));
    assert.equal(claimsOf((await redeem(world, granted)).body.id_token).acr, 'mfa');
    assert.ok(isGranted(await arrive(browser)), 'in the same session');
    world.advance(3 * 3600);
    const later = await arrive(browser);
    assert.ok(isGranted(later), 'in the next one');
    assert.equal(claimsOf((await redeem(world, later)).body.id_token).acr, '1fa');
    assert.ok(isChallenge(await arrive(new TestBrowser(world))), 'another browser is new');
  });

  it('a browser does not become known by a password alone, however often it is given', async (t) => {
    const world = await server(t, newDevice);
    const thief = new TestBrowser(world, ABROAD);
    for (let tries = 0; tries < 3; tries += 1) {
      assert.ok(isChallenge(await arrive(thief)));
      world.advance(3 * 3600);
    }
    assert.ok(isChallenge(await arrive(thief)));
  });

  it('T4: without a page the client learns that a proof is missing', async (t) => {
    const world = await server(t, newDevice);
    const browser = new TestBrowser(world);
    await arrive(browser);
    const { error, error_description: said } = answerOf(await browser.go(authorizeUrl({ prompt: 'none' })));
    assert.deepEqual([error, said], ['login_required', 'Multifactor authentication required']);
  });

  it('a stolen session cookie in another browser is asked at once, although the session had shown the level', async (t) => {
    const world = await server(t, newDevice);
    const { browser, stop } = await signInAndStepUp(world);
    assert.ok(isGranted(stop));
    world.advance(60);
    const thief = new TestBrowser(world);
    for (const [name, value] of browser.cookies) if (name.endsWith('session')) thief.cookies.set(name, value);
    const page = await thief.go(authorizeUrl());
    assert.ok(isChallenge(page));
    assert.ok(isGranted(await browser.go(authorizeUrl())), 'its owner is not');
  });

  it('a new country and a way too far are told apart, and are known once they were answered', async (t) => {
    const risk = { newCountry: { acr: 'mfa' }, impossibleTravel: { acr: 'mfa' }, locations: places(t) };
    const world = await server(t, { risk });
    const home = new TestBrowser(world, HERE);
    const page = await arrive(home);
    assert.match(page.html, /country that is new/);
    assert.ok(isGranted(await home.giveCode(page)));
    world.advance(3600);
    const abroad = new TestBrowser(world, ABROAD);
    const asked = await arrive(abroad);
    assert.ok(isChallenge(asked));
    const signals = await sourcesIn(world, 'authorize.asked');
    assert.ok(signals.includes('new_country') && signals.includes('impossible_travel'));
    assert.ok(isGranted(await abroad.giveCode(asked)));
    assert.ok(isGranted(await arrive(abroad)));
    world.advance(3 * 3600);
    assert.ok(isGranted(await arrive(abroad)), 'the way from home is as far as ever, and it is known here');
  });

  it('a long absence and many failures demand more, once in a session', async (t) => {
    const risk = { longAbsence: { acr: 'mfa', after: '30d' }, manyFailures: { acr: 'mfa', failures: 3 } };
    const world = await server(t, { risk });
    const browser = new TestBrowser(world);
    assert.ok(isGranted(await arrive(browser)));
    world.advance(31 * DAY);
    const page = await arrive(browser);
    assert.match(page.html, /not been here for a long time/);
    assert.ok(isGranted(await browser.giveCode(page)));
    world.advance(3 * 3600);
    let login = await browser.go(authorizeUrl());
    for (let tries = 0; tries < 3; tries += 1) {
      login = await browser.signIn(login, { username: 'robin', password: 'guess' });
      world.advance(60);
    }
    const asked = await browser.signIn(login);
    assert.match(asked.html, /wrong passwords or codes/);
    assert.ok(isGranted(await browser.giveCode(asked)));
    assert.ok(isGranted(await arrive(browser)));
  });

  it('T16: a source that fails counts as a sign, or refuses, or not, as configured', async (t) => {
    const locations = places(t, 'nonsense');
    const asks = async (whenUnknown: 'raise' | 'refuse' | 'ignore') => {
      const world = await server(t, { risk: { newCountry: { acr: 'mfa' }, locations, whenUnknown } });
      const browser = new TestBrowser(world);
      const stop = await arrive(browser);
      return { world, browser, stop };
    };
    const { world, browser, stop } = await asks('raise');
    assert.ok(isChallenge(stop));
    assert.deepEqual(await sourcesIn(world, 'authorize.asked'), ['new_country_assumed']);
    assert.ok(isGranted(await browser.giveCode(stop)));
    assert.ok(isGranted(await browser.go(authorizeUrl())), 'once in a session');
    assert.equal(answerOf((await asks('refuse')).stop).error, 'server_error');
    assert.ok(isGranted((await asks('ignore')).stop));
  });

  it('law 7: somebody without a second factor is never let pass', async (t) => {
    const world = await server(t, newDevice);
    const browser = new TestBrowser(world);
    const stop = await browser.signIn(await browser.go(authorizeUrl()), SAM);
    assert.ok(!isGranted(stop));
  });
});

const REMEMBERING = {
  everySignIn: { acr: 'mfa', unlessRemembered: true },
  rememberDevice: { acr: 'mfa', age: '30d' },
} satisfies Partial<ConfigInput>;

const ticked = async (world: TestServer, browser: TestBrowser, page: Stop): Promise<Stop> => {
  const code = currentCode(world);
  return browser.submit(page, { code, remember: '1' });
};

/** A browser that Robin wanted remembered, some days later, signed out. */
const remembered = async (world: TestServer): Promise<TestBrowser> => {
  const browser = new TestBrowser(world);
  const page = await arrive(browser);
  assert.match(page.html, /name="remember"/);
  assert.ok(isGranted(await ticked(world, browser, page)));
  world.advance(DAY);
  return browser;
};

describe('a remembered device', () => {
  it('T20: is spared what is demanded of every sign-in, and proves nothing', async (t) => {
    const world = await server(t, REMEMBERING);
    const browser = await remembered(world);
    const stop = await arrive(browser);
    assert.ok(isGranted(stop));
    assert.equal(claimsOf((await redeem(world, stop)).body.id_token).acr, '1fa');
    const [granted] = (await world.store.audit.recent(5)).filter(({ type }) => type === 'authorize.granted');
    assert.match(JSON.stringify(granted?.details.spared), /dev_/);
  });

  it('T20: is not spared what a scope or the client asks for, nor an age', async (t) => {
    const world = await server(t, REMEMBERING);
    const browser = await remembered(world);
    for (const change of [
      { scope: 'openid transfer:funds' },
      { acr_values: 'mfa' },
      { acr_values: 'mfa', max_age: '60' },
      { claims: JSON.stringify({ id_token: { acr: { essential: true, values: ['mfa'] } } }) },
    ]) {
      const stop = await arrive(browser, change);
      assert.ok(isChallenge(stop), JSON.stringify(change));
      assert.doesNotMatch(stop.html, /name="remember"/, 'it would not matter there');
    }
  });

  it('is not remembered unless its person says so', async (t) => {
    const world = await server(t, REMEMBERING);
    const browser = new TestBrowser(world);
    assert.ok(isGranted(await browser.giveCode(await arrive(browser))));
    world.advance(DAY);
    assert.ok(isChallenge(await arrive(browser)));
  });

  it('is not offered, nor remembered by a forged field, where that is not configured', async (t) => {
    const world = await server(t, { everySignIn: { acr: 'mfa' } });
    const browser = new TestBrowser(world);
    const page = await arrive(browser);
    assert.doesNotMatch(page.html, /name="remember"/);
    assert.ok(isGranted(await ticked(world, browser, page)));
    assert.deepEqual(await world.store.devices.ofUser('user_robin', world.deps.now()), []);
  });

  it('expires, by the configuration of then and of today', async (t) => {
    const world = await server(t, REMEMBERING);
    const browser = await remembered(world);
    world.advance(29 * DAY);
    assert.ok(isChallenge(await arrive(browser)));
  });

  it('is forgotten by its person, and by signing out everywhere', async (t) => {
    const world = await server(t, REMEMBERING);
    const first = await remembered(world);
    const [device] = await world.store.devices.ofUser('user_robin', world.deps.now());
    assert.ok(device);
    assert.equal(await world.store.devices.revoke('user_sam', device.id, world.deps.now(), [], null), 'unknown');
    assert.equal(await world.store.devices.revoke('user_robin', device.id, world.deps.now(), [], null), 'done');
    assert.ok(isChallenge(await arrive(first)));
    const second = await remembered(world);
    await world.store.sessions.signOut('user_robin', { except: null }, world.deps.now(), [], null);
    assert.ok(isChallenge(await arrive(second)));
  });

  it('is that browser alone: its cookie is worth nothing elsewhere, nor when it was tampered with', async (t) => {
    const world = await server(t, REMEMBERING);
    const browser = await remembered(world);
    const name = [...browser.cookies.keys()].find((each) => each.endsWith('device')) ?? '';
    const value = browser.cookies.get(name) ?? '';
    assert.match(value, /^[\w-]{43}$/);
    const thief = new TestBrowser(world);
    await thief.go(authorizeUrl());
    thief.cookies.set(name, value);
    assert.ok(isChallenge(await arrive(thief)), 'copied without the cookie that tells the browser');
    browser.cookies.set(name, `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`);
    assert.ok(isChallenge(await arrive(browser)), 'tampered');
    browser.cookies.set(name, value);
    world.advance(3 * 3600);
    assert.ok(isGranted(await arrive(browser)));
  });

  it('is one person’s: another who signs in there is asked', async (t) => {
    const world = await server(t, REMEMBERING);
    const browser = await remembered(world);
    const stop = await browser.signIn(await browser.go(authorizeUrl()), SAM);
    assert.ok(!isGranted(stop));
  });

  it('is spared the question whether it is new, where that is configured', async (t) => {
    const world = await server(t, {
      risk: { newDevice: { acr: 'mfa', memory: '12h', unlessRemembered: true } },
      rememberDevice: { acr: 'mfa' },
    });
    const browser = await remembered(world);
    assert.ok(isGranted(await arrive(browser)));
  });
});
