import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  askForSalaries,
  codeField,
  codeOf,
  confirmButton,
  enterBank,
  enterIntranet,
  giveCode,
  salaries,
  signIn,
  textOf,
  wrongCodeFor,
} from './testing/acts.ts';
import type { Stage } from './testing/stage.ts';
import { openStage } from './testing/stage.ts';

describe('the challenge page', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(12);
  });
  after(() => stage.close());

  it('says beside the field what is wrong with a code, and takes the right one then', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await askForSalaries(page, stage, robin);
    await giveCode(page, wrongCodeFor(robin, stage.config));
    const field = codeField(page);
    await page.getByText('That code is not right, or no longer.').waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.equal(await field.inputValue(), '');
    assert.ok(await field.evaluate((element) => element === document.activeElement));
    assert.match(await page.title(), /^Error: /);
    const described = (await field.getAttribute('aria-describedby')) ?? '';
    const words = await Promise.all(described.split(' ').map((id) => textOf(page.locator(`[id="${id}"]`))));
    assert.match(words.join(' '), /That code is not right/);
    // Pasted as apps show it, with a space.
    const code = codeOf(robin, stage.config);
    await giveCode(page, `${code.slice(0, 3)} ${code.slice(3)}`);
    await salaries(page).waitFor();
    await leave();
  });

  it('takes a recovery code instead, once, and counts what is left', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await askForSalaries(page, stage, robin);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    const [code = ''] = robin.recoveryCodes;
    await page.getByLabel('Recovery code').fill(code.toLowerCase().replaceAll('-', ' '));
    await confirmButton(page).click();
    await salaries(page).waitFor();

    const other = await stage.visitor();
    await askForSalaries(other.page, stage, robin);
    await other.page.getByRole('button', { name: /Use a recovery code\s*1 left/ }).click();
    await other.page.getByLabel('Recovery code').fill(code);
    await confirmButton(other.page).click();
    await other.page.getByText('That is not one of your unused recovery codes.').waitFor();
    await leave();
    await other.leave();
  });

  it('leads on from two tabs at once, whichever is answered first', async () => {
    const robin = stage.person();
    const { context, page: first, leave } = await stage.visitor();
    await enterBank(first, stage.addresses.bank, robin);
    const second = await context.newPage();
    await first.getByRole('button', { name: 'Send money' }).click();
    await codeField(first).waitFor();
    await second.goto(`${stage.addresses.intranet}/salaries`);
    await codeField(second).waitFor();

    await giveCode(second, codeOf(robin, stage.config));
    await salaries(second).waitFor();
    await giveCode(first, codeOf(robin, stage.config, 1));
    await first.getByText('€25.00 sent to Maria Keller.').waitFor();
    await leave();
  });

  it('leads on from two sign-in pages at once', async () => {
    const robin = stage.person();
    const { context, page: first, leave } = await stage.visitor();
    const second = await context.newPage();
    await first.goto(`${stage.addresses.intranet}/customers`);
    await second.goto(`${stage.addresses.intranet}/customers`);
    for (const page of [second, first]) {
      await signIn(page, robin);
      await page.getByRole('heading', { name: 'Customers' }).waitFor();
    }
    await leave();
  });

  it('does no harm when the person goes back to it afterwards', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await askForSalaries(page, stage, robin);
    await giveCode(page, codeOf(robin, stage.config));
    await salaries(page).waitFor();
    await page.goBack();
    // Kept by the browser or fetched anew: in neither case is the request answered a second time.
    if (await codeField(page).isVisible()) await giveCode(page, codeOf(robin, stage.config, 1));
    await page
      .getByText('This page has expired')
      .or(salaries(page))
      .or(page.getByRole('heading', { name: 'Customers' }))
      .waitFor();
    await page.goto(`${stage.addresses.intranet}/salaries`);
    await salaries(page).waitFor();
    await leave();
  });

  it('can be left with the back button and entered again', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await askForSalaries(page, stage, robin);
    await page.goBack();
    await page.getByRole('heading', { name: 'Customers' }).waitFor();
    await page.goForward();
    await giveCode(page, codeOf(robin, stage.config));
    await salaries(page).waitFor();
    await leave();
  });

  for (const javaScriptEnabled of [true, false]) {
    it(`takes a double click for one, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const robin = stage.person();
      const { page, leave } = await stage.visitor({ javaScriptEnabled });
      await page.goto(`${stage.addresses.intranet}/salaries`);
      await page.getByLabel('Username').fill(robin.username);
      await page.getByLabel('Password', { exact: true }).fill(robin.password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).dblclick();
      await codeField(page).fill(codeOf(robin, stage.config));
      await confirmButton(page).dblclick();
      await salaries(page).waitFor();
      await leave();
    });
  }

  it('works without JavaScript: sign in, another way, back, a wrong code, the right one', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor({ javaScriptEnabled: false });
    await askForSalaries(page, stage, robin);
    assert.equal(await page.getByText('Show password').isVisible(), false);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByRole('button', { name: 'Use your authenticator app' }).click();
    await giveCode(page, wrongCodeFor(robin, stage.config));
    await page.getByText('That code is not right').waitFor();
    await giveCode(page, codeOf(robin, stage.config));
    await salaries(page).waitFor();
    await leave();
  });

  it('T10: a proof by somebody who signed in meanwhile is refused, and the application says so', async () => {
    const [robin, eve] = [stage.person(), stage.person()];
    const { context, page, leave } = await stage.visitor();
    await askForSalaries(page, stage, robin);
    const other = await context.newPage();
    await other.goto(`${stage.addresses.issuer}v2/logout`);
    await enterBank(other, stage.addresses.bank, eve);
    await giveCode(page, codeOf(eve, stage.config));
    await page.getByRole('heading', { name: 'Somebody else answered' }).waitFor();
    await page.goto(`${stage.addresses.intranet}/customers`);
    await page.getByText('Robin Keller').waitFor();
    await leave();
  });

  it('lets the person cancel, and the application goes on without', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await enterIntranet(page, stage.addresses.intranet, robin);
    await page.getByRole('link', { name: 'Salaries' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: 'You stopped half-way' }).waitFor();
    await page.getByRole('link', { name: 'Customers' }).click();
    await page.getByRole('heading', { name: 'Customers' }).waitFor();
    await leave();
  });
});
