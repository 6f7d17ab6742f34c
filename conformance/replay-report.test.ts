/** The page of a replay in a browser: axe finds nothing, it fits the window, and the bars of a list can be compared. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { instant } from '@stile/core';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { resolveConfig } from '../packages/server/src/config/config.ts';
import { policyOf } from '../packages/server/src/decision/policy.ts';
import { replay } from '../packages/server/src/decision/replay.ts';
import { replayPage } from '../packages/server/src/decision/report.ts';
import { someConfigs } from '../packages/server/src/decision/testing/arbitrary-facts.ts';
import { recordDecisions } from '../packages/server/src/decision/testing/recorded.ts';
import { createSqliteStore } from '../packages/server/src/store/store.ts';
import { ACCOUNTS, testConfig } from '../packages/server/src/testing/test-config.ts';
import { launchChromium } from './chromium.ts';
import { faultsOn } from './webauthn/axe.ts';

const SINCE = instant(1_800_000_000);

const stricter = policyOf(
  resolveConfig({
    ...testConfig,
    risk: { newDevice: { acr: 'mfa' } },
    apis: (testConfig.apis ?? []).map((api) =>
      api.audience === ACCOUNTS
        ? { ...api, scopes: { ...api.scopes, 'read:accounts': { requires: { acr: 'phr' } } } }
        : api,
    ),
  }),
);

const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1100, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 1100, height: 800 } },
  { colorScheme: 'light', viewport: { width: 360, height: 740 } },
] as const satisfies readonly BrowserContextOptions[];

describe('the report of a replay', () => {
  let browser: Browser;
  let page: string;
  before(async () => {
    const store = createSqliteStore({ path: ':memory:', now: () => SINCE });
    const [config] = someConfigs;
    assert.ok(config);
    await recordDecisions(store, 1500, SINCE, [config]);
    page = replayPage(await replay(store, stricter, { since: SINCE }));
    await store.close();
    browser = await launchChromium();
  });
  after(() => browser.close());

  for (const look of LOOKS) {
    it(`${look.colorScheme}, ${look.viewport.width} pixels wide`, async () => {
      const context = await browser.newContext(look);
      const tab = await context.newPage();
      await tab.setContent(page);
      assert.deepEqual(await faultsOn(tab), []);
      assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
      const widths = await tab.evaluate(() =>
        [...document.querySelectorAll('section')].map((section) => [
          ...new Set([...section.querySelectorAll('.bar')].map((bar) => Math.round(bar.getBoundingClientRect().width))),
        ]),
      );
      // A bar that is twice as long stands for twice as many, in every row of a list.
      const lists = widths.filter(({ length }) => length > 0);
      assert.ok(lists.length >= 4, String(lists.length));
      for (const list of lists) assert.equal(list.length, 1, list.join(' '));
      await context.close();
    });
  }
});
