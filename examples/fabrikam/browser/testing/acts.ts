/** What people do on the pages, by the words they read there. */
import type { Config } from '@stile/server';
import type { Locator, Page } from 'playwright-core';
import { authenticatorOf } from '../../src/authenticator.ts';
import type { Person, Stage } from './stage.ts';

/** The code that the person's app shows, now or so many steps of 30 seconds later; one later is accepted already. */
export const codeOf = ({ username }: Person, config: Config, stepsLater = 0): string => {
  const app = authenticatorOf(username, config);
  if (!app) throw new Error(`${username} has no authenticator app.`);
  return app.codeAt(Math.floor(Date.now() / 1000), stepsLater).code;
};

/** A code that is none of those around now. */
export const wrongCodeFor = (person: Person, config: Config): string => {
  const right = [-2, -1, 0, 1, 2, 3].map((step) => codeOf(person, config, step));
  return (
    ['000000', '111111', '222222', '333333', '444444', '555555', '666666'].find((code) => !right.includes(code)) ?? ''
  );
};

export const textOf = async (place: Locator): Promise<string> => (await place.textContent()) ?? '';

export const codeField = (page: Page): Locator => page.getByLabel('Code from your authenticator app');

export const confirmButton = (page: Page): Locator => page.getByRole('button', { name: /^Confirm/ });

/** Answers the sign-in page. */
export const signIn = async (page: Page, { username, password }: Person): Promise<void> => {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
};

/** Answers the challenge page. */
export const giveCode = async (page: Page, code: string): Promise<void> => {
  await codeField(page).fill(code);
  await confirmButton(page).click();
};

/** Signs in at the intranet, to the customers. */
export const enterIntranet = async (page: Page, address: string, person: Person): Promise<void> => {
  await page.goto(address);
  await page.getByRole('link', { name: 'Sign in', exact: true }).click();
  await signIn(page, person);
  await page.getByRole('heading', { name: 'Customers' }).waitFor();
};

/** Signs in at the bank, to the account. */
export const enterBank = async (page: Page, address: string, person: Person): Promise<void> => {
  await page.goto(address);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await signIn(page, person);
  await page.getByRole('heading', { name: 'Everyday account' }).waitFor();
};

/** Signs in at the intranet and opens the salaries, up to the challenge. */
export const askForSalaries = async (page: Page, stage: Stage, person: Person): Promise<void> => {
  await enterIntranet(page, stage.addresses.intranet, person);
  await page.getByRole('link', { name: 'Salaries' }).click();
  await codeField(page).waitFor();
};

/** The page that only a second proof opens. */
export const salaries = (page: Page): Locator => page.getByRole('heading', { name: 'Salaries' });
