/** An Action that sends people to another site, which runs on a port of this machine, and takes its signed answer; in Chromium. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import type { Page } from 'playwright-core';
import { listenAnywhere } from '../api.ts';
import { giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { onPostLogin, startActionsServer } from './actions-server.ts';
import {
  byRedirect,
  closeApplication,
  HOME,
  idTokenClaims,
  openApplication,
  refusalShown,
  silently,
  team,
} from './single-page.ts';

const TERMS = 'https://fabrikam.example/terms';
const SECRET = 'a secret that the Action and the site have in common';
const key = new TextEncoder().encode(SECRET);

/** What the site was told of people by signed tokens, in order. */
const told: Record<string, unknown>[] = [];

/** A site with terms to agree to. It verifies what it is told, and signs what it answers, with a library of its own. */
const site = await listenAnywhere();

const terms = {
  name: 'terms',
  secrets: { SHARED: SECRET },
  code: `
    exports.onExecutePostLogin = async (event, api) => {
      if (event.user.app_metadata.terms === '2026') return;
      if (!api.redirect.canRedirect()) return api.access.deny('The terms wait for an answer.');
      const session_token = api.redirect.encodeToken({
        secret: event.secrets.SHARED,
        expiresInSeconds: 300,
        payload: { given: event.user.name },
      });
      api.redirect.sendUserTo('${site.origin}/terms', { query: { session_token } });
    };
    exports.onContinuePostLogin = async (event, api) => {
      const { edition } = api.redirect.validateToken({ secret: event.secrets.SHARED, tokenParameterName: 'answer' });
      if (edition !== '2026') return api.access.deny('Nobody gets in without the terms.');
      api.user.setAppMetadata('terms', edition);
      api.idToken.setCustomClaim('${TERMS}', edition);
    };`,
};

const server = await startActionsServer({
  people: ['ada', 'ben', 'cleo', 'dan'],
  clients: [team],
  actions: [
    terms,
    onPostLogin('last', `api.idToken.setCustomClaim('https://fabrikam.example/last', event.user.app_metadata.terms);`),
  ],
});

const signed = (claims: Record<string, unknown>): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setIssuedAt().setExpirationTime('5m').sign(key);

site.serve((request, response) => {
  void (async () => {
    const { pathname, searchParams } = new URL(request.url ?? '/', site.origin);
    if (pathname !== '/terms') return void response.writeHead(404).end();
    const { payload } = await jwtVerify(searchParams.get('session_token') ?? '', key);
    told.push({ ...payload, query: [...searchParams.keys()] });
    const state = searchParams.get('state') ?? '';
    const back = async (edition: string): Promise<string> => {
      const answer = await signed({ sub: payload.sub, state, edition });
      return `${server.issuer}continue?${new URLSearchParams({ state, answer })}`.replaceAll('&', '&amp;');
    };
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Terms</title><a id="yes" href="${await back('2026')}">I agree</a>
      <a id="no" href="${await back('none')}">I do not</a>`);
  })();
});

const browser = await launchChromium();
after(async () => {
  await browser.close();
  await closeApplication();
  await site.close();
  await server.close();
});

const answering = (page: Page, username: string, answer: string) => async (): Promise<void> => {
  await giveUsernameAndPassword(page, server.person(username));
  await page.waitForURL(`${site.origin}/terms**`);
  await page.click(answer);
};

describe('an Action that sends people to another site', () => {
  it('takes its signed answer, keeps it, and asks no second time', async () => {
    const page = await openApplication(browser, server);
    await byRedirect(page, answering(page, 'ada', '#yes'));
    const claims = await idTokenClaims(page);
    assert.deepEqual([claims?.[TERMS], claims?.['https://fabrikam.example/last']], ['2026', '2026']);
    assert.deepEqual([told.at(-1)?.sub, told.at(-1)?.given], ['user_ada', 'ada of Fabrikam']);
    assert.equal(decodeJwt(await silently(page)).sub, 'user_ada');
  });

  it('tells the site what the Action gives it, and nothing of what stood in the address of the login', async () => {
    const page = await openApplication(browser, server);
    await byRedirect(page, answering(page, 'ben', '#yes'), {
      login_hint: 'ben',
      session_token: 'forged',
      return_to: 'https://elsewhere.example/',
    });
    const query = told.at(-1)?.query;
    assert.deepEqual(query, ['session_token', 'state']);
    assert.equal(told.at(-1)?.sub, 'user_ben');
  });

  it('refuses in the words of its author when the answer is no; nothing was issued, and nothing is issued silently', async () => {
    const page = await openApplication(browser, server);
    await byRedirect(page, answering(page, 'cleo', '#no'));
    assert.equal(await refusalShown(page), 'access_denied: Nobody gets in without the terms.');
    assert.equal(await silently(page), 'access_denied: The terms wait for an answer.');
  });

  it('gives nothing to whoever leaves the site and asks again', async () => {
    const page = await openApplication(browser, server);
    const arrived = page.waitForURL(`${site.origin}/terms**`);
    await page.evaluate(() => void window.auth0.loginWithRedirect());
    await giveUsernameAndPassword(page, server.person('dan'));
    await arrived;
    const other = await page.context().newPage();
    await other.goto(HOME);
    await other.waitForSelector('text=ready');
    assert.equal(await silently(other), 'access_denied: The terms wait for an answer.');
  });
});
