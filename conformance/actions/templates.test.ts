/**
 * Every template that authors start from, built and deployed as it is, at a server on a port: whole logins with `openid-client`, in Chromium
 * where something is enrolled or a passkey is used, and what the tokens say afterwards.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { createLog, runCommand } from '@stile/server';
import { AuthorizationResponseError } from 'openid-client';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { buildAction } from '../../packages/server/src/actions/deploy/build.ts';
import { listenAnywhere } from '../api.ts';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { PAPE } from '../fabrikam.ts';
import { claimsOf } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { VirtualAuthenticator, webauthnOf } from '../webauthn/virtual-authenticator.ts';
import type { ActionsServer, Script } from './actions-server.ts';
import { SALARIES, startActionsServer } from './actions-server.ts';
import type { RelyingParty, Tokens } from './relying-party.ts';
import { relyingParty } from './relying-party.ts';

const TEMPLATES = join(import.meta.dirname, '../../packages/actions/templates');
/** The application, where a browser has to find it. */
const application = await listenAnywhere();
application.serve((_request, response) => response.end('<!doctype html><title>back</title>'));
const callback = `${application.origin}/callback`;
after(() => application.close());

const LIMITS = { codeBytes: 100_000, programBytes: 100_000, dependencies: 0 };

interface Parts {
  readonly people: readonly string[];
  readonly secrets?: Script['secrets'];
  readonly change?: (config: ConfigInput) => ConfigInput;
  readonly behindSeconds?: number;
}

const withCallback = (config: ConfigInput): ConfigInput => ({
  ...config,
  clients: config.clients?.map((one) =>
    one.id === 'payroll' ? { ...one, redirectUris: [...(one.redirectUris ?? []), callback] } : one,
  ),
});

/** A server at which one template is all there is. */
const withTemplate = async (
  t: TestContext,
  name: string,
  { secrets = {}, change = (config) => config, ...start }: Parts,
) => {
  const { program } = await buildAction({ file: join(TEMPLATES, `${name}.ts`) }, LIMITS);
  const server = await startActionsServer({
    ...start,
    change: (config) => withCallback(change(config)),
    actions: [{ name, code: program.code, secrets }],
  });
  t.after(() => server.close());
  return { server, party: await relyingParty(server) };
};

/** What ID token and access token say alike of the proof. */
const provenIn = (tokens: Tokens): readonly unknown[] => {
  const [id, access] = [claimsOf(tokens.id_token), claimsOf(tokens.access_token)];
  assert.deepEqual([access.acr, access.amr, access.sub], [id.acr, id.amr, id.sub]);
  return [id.acr, id.amr];
};

/** Every level that was shown, as both tokens say it. */
const levelsIn = (tokens: Tokens): unknown => {
  const { acrs } = claimsOf(tokens.id_token);
  assert.deepEqual(claimsOf(tokens.access_token).acrs, acrs);
  return acrs;
};

const PASSWORD = ['1fa', ['pwd']];
const TWO_PROOFS = ['mfa', ['mfa', 'otp', 'pwd']];

const refused = (error: string, said?: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof AuthorizationResponseError, String(thrown));
  assert.equal(thrown.error, error);
  if (said) assert.match(thrown.error_description ?? '', said);
  return true;
};

it('step-up-by-scope: the scope takes a second proof, which serves for five minutes', async (t) => {
  const { server, party } = await withTemplate(t, 'step-up-by-scope', {
    people: ['ada'],
    change: (config) => ({
      ...config,
      apis: config.apis?.map((api) =>
        api.audience === SALARIES ? { ...api, scopes: { ...api.scopes, 'transfer:funds': {} } } : api,
      ),
      clients: config.clients?.map((one) =>
        one.id === 'payroll' ? { ...one, apis: { [SALARIES]: ['read:directory', 'transfer:funds'] } } : one,
      ),
    }),
  });
  const agent = new UserAgent(server.issuer);
  const everyday = await party.signIn('ada', {}, agent);
  assert.deepEqual([everyday.pages, provenIn(everyday.tokens)], [['/login'], PASSWORD]);
  const costly = { scope: 'openid transfer:funds' };
  await assert.rejects(party.signIn('ada', { ...costly, prompt: 'none' }, agent), refused('login_required'));
  const { pages, tokens } = await party.signIn('ada', costly, agent);
  assert.deepEqual([pages, provenIn(tokens)], [['/challenge'], TWO_PROOFS]);
  assert.match(String(claimsOf(tokens.access_token).scope), /\btransfer:funds\b/);
  server.advance(290);
  const soon = await party.signIn('ada', { ...costly, prompt: 'none' }, agent);
  assert.deepEqual([soon.pages, provenIn(soon.tokens)], [[], TWO_PROOFS]);
  server.advance(20);
  await assert.rejects(party.signIn('ada', { ...costly, prompt: 'none' }, agent), refused('login_required'));
});

it('step-up-by-acr-values: whoever asks for several factors by Auth0’s name gets that level, once for a session', async (t) => {
  const { server, party } = await withTemplate(t, 'step-up-by-acr-values', { people: ['ada'] });
  const agent = new UserAgent(server.issuer);
  const without = await party.signIn('ada', {}, agent);
  assert.deepEqual([without.pages, provenIn(without.tokens)], [['/login'], PASSWORD]);
  const asked = await party.signIn('ada', { acr_values: PAPE }, agent);
  assert.deepEqual([asked.pages, provenIn(asked.tokens)], [['/challenge'], [PAPE, ['mfa', 'otp', 'pwd']]]);
  const again = await party.signIn('ada', { acr_values: PAPE, prompt: 'none' }, agent);
  assert.deepEqual([again.pages, provenIn(again.tokens)], [[], [PAPE, ['mfa', 'otp', 'pwd']]]);
});

describe('a template that looks at the device', () => {
  it('new-device: asks in a browser in which nobody of that name was before, and no more once they were', async (t) => {
    const { server, party } = await withTemplate(t, 'new-device', {
      people: ['ada', 'ben'],
      // The level is shown by every login, so the setting asks for nothing by itself: it has the device assessed.
      change: (config) => ({ ...config, risk: { newDevice: { acr: '1fa' } } }),
    });
    const agent = new UserAgent(server.issuer);
    const first = await party.signIn('ada', {}, agent);
    assert.deepEqual([first.pages, provenIn(first.tokens)], [['/login', '/challenge'], TWO_PROOFS]);
    await agent.submit(await agent.open('/oidc/logout'), { confirm: '1' });
    const known = await party.signIn('ada', {}, agent);
    assert.deepEqual([known.pages, provenIn(known.tokens)], [['/login'], PASSWORD]);
    await agent.submit(await agent.open('/oidc/logout'), { confirm: '1' });
    const somebodyElse = await party.signIn('ben', {}, agent);
    assert.deepEqual([somebodyElse.pages, provenIn(somebodyElse.tokens)], [['/login', '/challenge'], TWO_PROOFS]);
  });

  it('new-device: asks everybody where the setting was forgotten', async (t) => {
    const { party } = await withTemplate(t, 'new-device', { people: ['ada'] });
    const { pages, tokens } = await party.signIn('ada');
    assert.deepEqual([pages, provenIn(tokens)], [['/login', '/challenge'], TWO_PROOFS]);
  });
});

describe('a template that looks at the network', () => {
  const change = (config: ConfigInput): ConfigInput => ({ ...config, trustedProxies: 1 });

  /** Somebody behind a proxy that says where they are. */
  const from = (server: ActionsServer, address: string) =>
    new UserAgent(server.issuer, (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set('x-forwarded-for', address);
      return fetch(url, { ...init, headers });
    });

  it('office-network: asks everybody outside of the office for a second proof', async (t) => {
    const secrets = { OFFICE_NETWORK: '198.51.100.0/24' };
    const { server, party } = await withTemplate(t, 'office-network', {
      people: ['ada', 'ben', 'cleo'],
      secrets,
      change,
    });
    const inside = await party.signIn('ada', {}, from(server, '198.51.100.200'));
    assert.deepEqual([inside.pages, provenIn(inside.tokens)], [['/login'], PASSWORD]);
    for (const [username, address] of [
      ['ben', '198.51.101.1'],
      ['cleo', '2001:db8::1'],
    ] as const) {
      const outside = await party.signIn(username, {}, from(server, address));
      assert.deepEqual([outside.pages, provenIn(outside.tokens)], [['/login', '/challenge'], TWO_PROOFS], address);
    }
  });

  it('office-network: lets nobody in where the network was forgotten, and says so in its own words', async (t) => {
    const { server, party } = await withTemplate(t, 'office-network', { people: ['ada'], change });
    const wanted = party.signIn('ada', {}, from(server, '198.51.100.200'));
    await assert.rejects(wanted, refused('access_denied', /^This login cannot be judged$/));
  });
});

describe('templates that have something enrolled', () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  /** A browser with an authenticator in it, in which an application is asked for, and answers for its own address. */
  const desk = async () => {
    const page = await (await browser.newContext()).newPage();
    const kind = { transport: 'internal', hasUserVerification: true } as const;
    return { page, authenticator: await VirtualAuthenticator.plugIn(await webauthnOf(page), kind) };
  };

  const begin = async (page: Page, party: RelyingParty) => {
    const { url, tokensFor } = await party.ask({ redirect_uri: callback });
    await page.goto(url.href);
    return async (): Promise<Tokens> => {
      await page.waitForURL(`${callback}?**`);
      return tokensFor(new URL(page.url()));
    };
  };

  /** What is enrolled first comes with recovery codes. */
  const keepCodes = async (page: Page): Promise<void> => {
    await page.click('button[name=kept]');
  };

  const ticketFor = async ({ deps }: ActionsServer, username: string): Promise<string> => {
    const printed: string[] = [];
    const print = (line: string): void => void printed.push(line);
    await runCommand(['ticket', username], { config: deps.config, log: createLog('silent'), print });
    return /: (\S+)$/.exec(printed[0] ?? '')?.[1] ?? '';
  };

  it('role-must-use-passkey: an administrator enrols a passkey behind what they have, and proves it from then on; a teller is left alone', async (t) => {
    const { server, party } = await withTemplate(t, 'role-must-use-passkey', {
      people: ['ada', 'ben'],
      change: (config) => ({
        ...config,
        users: config.users?.map((user) => ({
          ...user,
          claims: { ...user.claims, roles: [user.username === 'ada' ? 'admin' : 'teller'] },
        })),
      }),
    });
    const teller = await party.signIn('ben');
    assert.deepEqual([teller.pages, provenIn(teller.tokens)], [['/login'], PASSWORD]);
    const { page, authenticator } = await desk();
    const ada = server.person('ada');
    const first = await begin(page, party);
    await giveUsernameAndPassword(page, ada);
    await giveCode(page, ada);
    await page.waitForURL('**/offer-passkey?**');
    await page.click('button[name=later]');
    await page.waitForURL('**/enrol?**');
    await page.click('button[name=use][value=webauthn]');
    await page.click('button.main');
    await keepCodes(page);
    assert.deepEqual(levelsIn(await first()), ['phr', 'mfa', '1fa']);
    await page.context().clearCookies();
    // Otherwise Chromium signs in with the passkey before anybody types.
    await authenticator.isTouched(false);
    const second = await begin(page, party);
    await giveUsernameAndPassword(page, ada);
    await page.waitForURL('**/challenge?**');
    assert.match((await page.textContent('main')) ?? '', /Administrators sign in with a passkey/);
    await authenticator.isTouched(true);
    await page.click('button.main');
    assert.deepEqual(levelsIn(await second()), ['phr', 'mfa', '1fa']);
  });

  it('enrolment-campaign: may be put off three times before its day, and then an authenticator is enrolled behind a set-up code', async (t) => {
    const bare = (config: ConfigInput): ConfigInput => ({
      ...config,
      users: config.users?.map(({ totp, ...user }) => (totp && user.username === 'ada' ? { ...user, totp } : user)),
    });
    const february = Math.floor(Date.now() / 1000) - Date.parse('2026-02-01T12:00:00Z') / 1000;
    const { server, party } = await withTemplate(t, 'enrolment-campaign', {
      people: ['ada', 'ben', 'cleo'],
      change: bare,
      behindSeconds: february,
    });
    for (let times = 0; times < 3; times += 1) {
      const putOff = await party.signIn('ben');
      assert.deepEqual([putOff.pages, provenIn(putOff.tokens)], [['/login'], PASSWORD]);
    }
    const { page } = await desk();
    const ben = server.person('ben');
    const done = await begin(page, party);
    await giveUsernameAndPassword(page, ben);
    await page.waitForURL('**/enrol?**');
    await page.fill('#ticket', await ticketFor(server, 'ben'));
    await page.click('button.main');
    await page.click('button[name=use][value=totp]');
    const secret = new URL((await page.getAttribute('a[href^="otpauth:"]', 'href')) ?? '').searchParams.get('secret');
    const app = new TOTP({ secret: Secret.fromBase32(secret ?? '') });
    await page.fill('#code', app.generate({ timestamp: server.now() * 1000 }));
    await page.click('button.main');
    await keepCodes(page);
    assert.deepEqual(provenIn(await done()), TWO_PROOFS);
    await page.context().clearCookies();
    const again = await begin(page, party);
    await giveUsernameAndPassword(page, ben);
    assert.deepEqual(provenIn(await again()), PASSWORD, 'nobody who has something is asked by the campaign');
    server.advance(Date.parse('2026-03-01T00:00:01Z') / 1000 - server.now());
    const agent = new UserAgent(server.issuer);
    const journey = await agent.authorize((await party.ask()).url, server.person('cleo'));
    assert.deepEqual(
      [journey.pages, journey.end.url.pathname],
      [['/login'], '/enrol'],
      'from its day on, the first time',
    );
    const silent = await party.ask({ prompt: 'none' });
    const { url } = await agent.open(silent.url);
    assert.deepEqual(provenIn(await silent.tokensFor(url)), PASSWORD, 'what cannot ask is not broken');
  });
});
