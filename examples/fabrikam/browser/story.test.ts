import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeField, codeOf, confirmButton, enterBank, enterIntranet, giveCode, textOf } from './testing/acts.ts';
import type { Stage } from './testing/stage.ts';
import { openStage } from './testing/stage.ts';

describe('the story, in a browser', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(4);
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
});
