/** A real browser, for clients that run in one or need redirects, forms, frames and windows as browsers have them. */
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { chromiumArguments, findOrInstallChromium } from '../tools/chromium.ts';
import type { Person } from './people.ts';

/** @param switches more of them, besides the usual ones */
export const launchChromium = async (switches: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: await findOrInstallChromium(), args: [...chromiumArguments, ...switches] });

/** What is pressed: the main button of the page. */
const submit = (page: Page): Promise<void> => page.click('button.main');

/** Answers the login page that is shown. */
export const giveUsernameAndPassword = async (page: Page, { username, password }: Person): Promise<void> => {
  await page.fill('#username', username);
  await page.fill('#password', password);
  await submit(page);
};

/** Answers the page that asks for a code. */
export const giveCode = async (page: Page, person: Person): Promise<void> => {
  await page.fill('#code', person.code());
  await submit(page);
};
