/** Attacks that need a real browser: frames over our pages, forms and images of another site, scripts smuggled into a page. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { listenAnywhere } from '../api.ts';
import { portOf, startAuthorizationServer } from '../authorization-server.ts';
import { giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { ACCOUNTS } from '../fabrikam.ts';
import { authorizationUrl } from '../flow.ts';

/** Another site to a browser: the server is at `localhost`, this is at 127.0.0.1. */
const evil = createServer();
evil.listen(0, '127.0.0.1');
await once(evil, 'listening');
const EVIL = `http://127.0.0.1:${portOf(evil)}`;
const pages = new Map<string, string>();
evil.on('request', (request, response) => {
  response
    .setHeader('content-type', 'text/html')
    .end(pages.get(request.url ?? '') ?? '<!doctype html><title>evil</title>');
});

const app = await listenAnywhere();
app.serve((_request, response) => response.setHeader('content-type', 'text/html').end('<title>at the client</title>'));
const CALLBACK = `${app.origin}/callback`;

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo'],
  clients: [
    {
      id: 'bank',
      name: 'Bank',
      authentication: ['none'],
      redirectUris: [CALLBACK],
      firstParty: true,
      apis: { [ACCOUNTS]: ['read:accounts', 'transfer:funds'] },
    },
    {
      id: 'stranger',
      name: '<img src=x onerror=alert(1)>',
      authentication: ['none'],
      redirectUris: [CALLBACK],
      apis: { [ACCOUNTS]: ['read:accounts'] },
    },
  ],
});
const browser = await launchChromium();
after(async () => {
  await browser.close();
  evil.closeAllConnections();
  evil.close();
  await app.close();
  await server.close();
});

const urlFor = (changes: Parameters<typeof authorizationUrl>[1] = {}): string =>
  authorizationUrl(server, { client_id: 'bank', redirect_uri: CALLBACK, ...changes }).href;

/** A browser in which somebody is signed in, at the client. */
const signedIn = async (username: string): Promise<{ readonly context: BrowserContext; readonly page: Page }> => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(urlFor());
  await giveUsernameAndPassword(page, server.person(username));
  await page.waitForURL(`${app.origin}/**`);
  return { context, page };
};

const isSignedIn = async (context: BrowserContext): Promise<boolean> => {
  const page = await context.newPage();
  await page.goto(urlFor({ prompt: 'none' }));
  const { searchParams } = new URL(page.url());
  await page.close();
  return searchParams.has('code');
};

/** Shows a page of the attacker's. */
const lured = async (context: BrowserContext, html: string): Promise<Page> => {
  const path = `/${pages.size}`;
  pages.set(path, `<!doctype html><title>evil</title>${html}`);
  const page = await context.newPage();
  await page.goto(`${EVIL}${path}`, { waitUntil: 'load' });
  return page;
};

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

describe('clickjacking', () => {
  it('clickjacking: no page of ours shows itself in a frame of another site, whatever it asks', async () => {
    const { context } = await signedIn('ada');
    const targets = [
      urlFor({ prompt: 'login' }),
      urlFor({ scope: 'openid transfer:funds' }),
      urlFor({ client_id: 'stranger' }),
      urlFor({ prompt: 'select_account' }),
      server.at('oidc/logout'),
      server.at('login?interaction=none'),
      server.issuer,
    ];
    const framed = async (target: string): Promise<string> => {
      const page = await lured(context, `<iframe src="${attribute(target)}"></iframe>`);
      const [, frame] = page.frames();
      await frame?.waitForLoadState();
      const seen = frame?.url().startsWith('chrome-error:') === true ? 'refused' : ((await frame?.content()) ?? '');
      await page.close();
      return seen;
    };
    // What may be framed is seen there, so that what is not seen was refused.
    assert.match(await framed(app.origin), /at the client/);
    for (const target of targets) assert.equal(await framed(target), 'refused', target);
  });

  it('clickjacking by a message: a silent answer is framed by the registered origin alone, and tells another nothing', async () => {
    const { context } = await signedIn('ada');
    const target = urlFor({ prompt: 'none', response_mode: 'web_message' });
    const page = await lured(
      context,
      `<script>heard=[];addEventListener('message',(e)=>heard.push(e.data))</script><iframe src="${attribute(target)}"></iframe>`,
    );
    const opened = context.waitForEvent('page');
    await page.evaluate((url) => void window.open(url), target);
    await (await opened).waitForLoadState();
    assert.equal(await page.evaluate('heard.length'), 0);
  });
});

describe('another site in the same browser', () => {
  it('CSRF in a real browser: a form that another site posts to the login or the challenge page arrives without cookies', async () => {
    const { context, page } = await signedIn('ben');
    await page.goto(urlFor({ scope: 'openid transfer:funds' }));
    const action = page.url();
    assert.match(action, /\/challenge\?/);
    const csrf = await page.inputValue('input[name=csrf]');
    for (const fields of ['<input name="code" value="000000">', '<input name="cancel" value="1">']) {
      const form = `<form method="post" action="${attribute(action)}"><input name="csrf" value="${attribute(csrf)}">${fields}</form>`;
      const attack = await lured(context, form);
      await Promise.all([attack.waitForURL(`${server.issuer}**`), attack.evaluate(() => document.forms[0]?.submit())]);
      assert.ok(!(await attack.content()).includes('name="code"'));
      await attack.close();
    }
    assert.equal(await isSignedIn(context), true);
    await page.fill('#code', server.person('ben').code());
    await page.click('button.main');
    await page.waitForURL(`${app.origin}/**`);
  });

  it('logout CSRF in a real browser: images, frames, scripts and posted forms of another site sign nobody out', async () => {
    const { context } = await signedIn('cleo');
    const paths = ['v2/logout', 'oidc/logout', 'oidc/logout?confirm=1'].map((path) => attribute(server.at(path)));
    const tags = paths.map(
      (url) =>
        `<img src="${url}"><iframe src="${url}"></iframe><script src="${url}"></script><link rel=stylesheet href="${url}">`,
    );
    await lured(context, tags.join(''));
    for (const path of ['v2/logout', 'oidc/logout']) {
      const attack = await lured(
        context,
        `<form method="post" action="${attribute(server.at(path))}"><input name="confirm" value="1"></form>`,
      );
      const answered = attack.waitForResponse((response) => response.request().method() === 'POST');
      await attack.evaluate(() => document.forms[0]?.submit());
      assert.ok([303, 405].includes((await answered).status()));
    }
    assert.equal(await isSignedIn(context), true);
  });

  it('reading across origins: a script of another site learns nothing from any endpoint, with cookies or without', async () => {
    const { context } = await signedIn('ada');
    const page = await lured(context, '');
    const silent = urlFor({ prompt: 'none', response_mode: 'form_post' });
    for (const target of [silent, server.issuer, server.at('userinfo'), server.at('oidc/logout')]) {
      for (const credentials of ['include', 'omit'] as const) {
        const read = await page.evaluate(
          async ([url, mode]) => {
            try {
              return await (await fetch(url, { credentials: mode })).text();
            } catch {
              return 'refused';
            }
          },
          [target, credentials] as const,
        );
        assert.equal(read, 'refused', target);
      }
    }
  });
});

describe('scripts', () => {
  it('XSS: markup in hints, names and state runs nowhere, in the field, in the text, in the answer that a page posts', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    let ran = 0;
    page.on('dialog', (dialog) => {
      ran += 1;
      void dialog.dismiss();
    });
    const markup = `"><script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>'-alert(1)-'`;
    const asked = { client_id: 'stranger', login_hint: markup, state: markup, nonce: markup, ui_locales: markup };
    await page.goto(urlFor(asked));
    assert.equal(await page.inputValue('#username'), markup);
    await giveUsernameAndPassword(page, server.person('ada'));
    await page.waitForSelector('button[name=allow]');
    assert.equal(await page.locator('img[src=x], svg[onload]').count(), 0);
    await page.goto(urlFor({ ...asked, client_id: 'bank', response_mode: 'form_post' }));
    await page.waitForURL(CALLBACK);
    await page.goto(urlFor({ redirect_uri: `javascript:alert(1)//${markup}` }));
    assert.equal(ran, 0);
  });

  it('XSS: even a script that came into a page would be stopped by its policy', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(urlFor());
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "owned"';
      document.body.append(script);
      const foreign = document.createElement('img');
      foreign.setAttribute('onerror', 'document.title = "owned"');
      const failed = new Promise((resolve) => foreign.addEventListener('error', resolve));
      foreign.src = 'x:';
      document.body.append(foreign);
      await failed;
      return document.title;
    });
    assert.notEqual(ran, 'owned');
  });
});
