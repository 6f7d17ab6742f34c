/** Every page in every state of it, as axe sees it: nothing is wrong with any, in light and dark, English and German, wide and at 360 pixels. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { findAsset } from '../packages/server/src/pages/assets.ts';
import { translate } from '../packages/server/src/pages/messages.ts';
import { honest, specimens } from '../packages/server/src/pages/testing/specimens.ts';
import { portOf } from './authorization-server.ts';
import { launchChromium } from './chromium.ts';
import { faultsOn } from './webauthn/axe.ts';

const LOOKS = [
  { locale: 'en', look: { colorScheme: 'light', viewport: { width: 1000, height: 800 } } },
  { locale: 'de', look: { colorScheme: 'dark', viewport: { width: 360, height: 740 } } },
] as const satisfies readonly { readonly locale: 'en' | 'de'; readonly look: BrowserContextOptions }[];

/** The one that is sent away from as soon as it is there. */
const PASSES_BY = /^(?:form-post)$/;

const pages = new Map<string, string>();
const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname);
  const asset = findAsset(path);
  const html = pages.get(path);
  if (html !== undefined) response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  else if (asset) response.writeHead(200, { 'content-type': asset.contentType }).end(asset.body);
  else response.writeHead(404).end();
});

let browser: Browser;
before(async () => {
  for (const { locale } of LOOKS) {
    const t = translate(locale);
    for (const [name, html] of Object.entries(await specimens(honest(t), t))) {
      if (!PASSES_BY.test(name)) pages.set(`/${locale}/${name}`, html);
    }
  }
  await new Promise<void>((resolve) => {
    server.listen(0, 'localhost', resolve);
  });
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
  server.close();
});

describe('axe', () => {
  for (const { locale, look } of LOOKS) {
    it(`finds nothing on any page, ${look.colorScheme}, ${locale}, ${look.viewport.width} pixels wide`, async () => {
      const page = await (await browser.newContext(look)).newPage();
      const theirs = [...pages.keys()].filter((path) => path.startsWith(`/${locale}/`));
      assert.ok(theirs.length > 100, `${theirs.length} pages`);
      const faults: string[] = [];
      for (const path of theirs) {
        await page.goto(`http://localhost:${portOf(server)}${path}`);
        faults.push(...(await faultsOn(page)).map((fault) => `${path}: ${fault}`));
        const isWider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        if (isWider) faults.push(`${path} is wider than the window`);
      }
      assert.deepEqual(faults, []);
      await page.context().close();
    });
  }
});
