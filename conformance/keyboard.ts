/** A person in front of a real browser who has a keyboard and nothing else. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

const MOST_PRESSES = 60;

/** Presses Tab until what has the focus answers to a selector: what cannot be reached so cannot be used without a mouse. */
export const tabTo = async (page: Page, selector: string): Promise<void> => {
  for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach ${selector} on ${page.url()}`);
};

/** Presses Enter, which leads to another page, or shows the same one again. */
export const enter = async (page: Page): Promise<void> => {
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
};

/** Tabs to something and presses it. */
export const press = async (page: Page, selector: string): Promise<void> => {
  await tabTo(page, selector);
  await enter(page);
};

/** Types into a field, in place of what is there. */
export const type = async (page: Page, selector: string, text: string): Promise<void> => {
  await tabTo(page, selector);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
};
