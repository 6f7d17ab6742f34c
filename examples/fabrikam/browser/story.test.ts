import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  codeField,
  codeOf,
  confirmButton,
  enterBank,
  enterIntranet,
  giveCode,
  signIn,
  textOf,
} from './testing/acts.ts';
import type { Stage } from './testing/stage.ts';
import { openStage } from './testing/stage.ts';

describe('the story, in a browser', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(5);
  });
  after(() => stage.close());

  it('T26: the intranet shows customers after a password, and salaries after a second proof that the page explains', async () => {
    const { addresses, config } = stage;
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await enterIntranet(page, addresses.intranet, robin);
    await page.getByRole('cell', { name: 'Contoso Bakeries' }).waitFor();
    assert.match(await textOf(page.getByRole('region', { name: 'ID token' })), /acr\s*1fa\s*amr\s*pwd\s/);

    await page.getByRole('link', { name: 'Salaries' }).click();
    await page.getByText('The application asks for a second proof.').waitFor();
    await page.getByText(robin.username).waitFor();
    await page.getByRole('button', { name: 'Use a recovery code' }).waitFor();
    await giveCode(page, codeOf(robin, config));

    await page.getByRole('heading', { name: 'Salaries' }).waitFor();
    await page.getByRole('cell', { name: 'Mira Lindqvist' }).waitFor();
    assert.match(await textOf(page.getByRole('region', { name: 'ID token' })), /acr\s*mfa\s*amr\s*mfa otp pwd\s/);
    await page.reload();
    await page.getByRole('heading', { name: 'Salaries' }).waitFor();
    await leave();
  });

  it('the bank steps up by redirect, sends the transfer once, and the token is refused when it comes again', async () => {
    const { addresses, config } = stage;
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await enterBank(page, addresses.bank, robin);
    await page.getByRole('button', { name: 'Send money' }).click();
    await page.getByText('To transfer money, give a second proof.').waitFor();
    await giveCode(page, codeOf(robin, config));

    await page.getByText('€25.00 sent to Maria Keller.').waitFor();
    assert.equal(await textOf(page.locator('#balance')), '€4,825.20');
    await page.getByRole('button', { name: 'Send the same token again' }).click();
    await page.getByText('401 Unauthorized', { exact: true }).waitFor();
    assert.match(await textOf(page.locator('#answer')), /error="invalid_token".*already used/);
    assert.equal(await textOf(page.locator('#balance')), '€4,825.20');
    const steps = await textOf(page.locator('#steps'));
    assert.match(steps, /with the everyday token.*insufficient_user_authentication.*by redirect.*acr_values=mfa/s);
    assert.equal(steps.match(/POST \/transfers/g)?.length, 3);
    await leave();
  });

  it('the bank steps up in a window, which closes by itself', async () => {
    const { addresses, config } = stage;
    const robin = stage.person();
    const { context, page, leave } = await stage.visitor();
    await enterBank(page, addresses.bank, robin);
    await page.getByRole('switch', { name: 'Confirm in a window of its own' }).check();
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Send money' }).click(),
    ]);
    await codeField(popup).fill(codeOf(robin, config));
    await Promise.all([popup.waitForEvent('close'), confirmButton(popup).click()]);
    await page.getByText('€25.00 sent to Maria Keller.').waitFor();
    await leave();
  });

  it('the bank says so when the window is blocked or closed, and nothing is sent', async () => {
    const robin = stage.person();
    const { context, page, leave } = await stage.visitor();
    await enterBank(page, stage.addresses.bank, robin);
    await page.getByRole('switch', { name: 'Confirm in a window of its own' }).check();
    const send = page.getByRole('button', { name: 'Send money' });
    const [popup] = await Promise.all([context.waitForEvent('page'), send.click()]);
    await codeField(popup).waitFor();
    await popup.close();
    await page.getByText('You closed the window. Nothing was sent.').waitFor();
    await page.evaluate(() => {
      window.open = () => null;
    });
    await send.click();
    await page.getByText('Your browser blocked the window.').waitFor();
    assert.equal(await textOf(page.locator('#balance')), '€4,850.20');
    await leave();
  });

  it('signing out at one application ends the sign-in, so that the other asks for the password again', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await enterIntranet(page, stage.addresses.intranet, robin);
    await page.goto(stage.addresses.bank);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Everyday account' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Your money, at hand' }).waitFor();
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await signIn(page, robin);
    // The intranet still knows the person by the sign-in of before: it cannot end the new one without asking.
    await page.goto(`${stage.addresses.intranet}/customers`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Do you want to sign out?' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Good to see you' }).waitFor();
    await page.goto(`${stage.addresses.intranet}/customers`);
    await page.getByLabel('Username').waitFor();
    await leave();
  });
});
