/** What axe finds fault with on a page. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const RUN = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
  JSON.stringify(violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html).join(' '))))`;

export const faultsOn = async (page: Page): Promise<readonly string[]> => {
  const cdp = await page.context().newCDPSession(page);
  // Past the policy of the page, which lets no script in but its own.
  await cdp.send('Runtime.evaluate', { expression: axe.source });
  const { result } = await cdp.send('Runtime.evaluate', {
    expression: RUN,
    awaitPromise: true,
    returnByValue: true,
  });
  const found: unknown = JSON.parse(String(result.value));
  if (!Array.isArray(found)) throw new Error('axe gave no answer.');
  return found.map(String);
};
