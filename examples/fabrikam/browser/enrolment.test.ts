import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeBase32, totpCode } from '@stile/server';
import { codeField, codeOf, enterBank, giveCode, salaries, signIn, textOf } from './testing/acts.ts';
import type { Person, Stage } from './testing/stage.ts';
import { openStage } from './testing/stage.ts';

describe('somebody without a second proof', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(1);
  });
  after(() => stage.close());

  const sam = (): Person => {
    const person = stage.config.users.find(({ username }) => username === 'sam');
    if (!person) throw new Error('stile.config.ts has no user sam.');
    return person;
  };

  it('T7, T8: connects an app only with a set-up code, gets recovery codes, and goes on to where they wanted to go', async () => {
    const { page, leave } = await stage.visitor();
    await page.goto(`${stage.addresses.intranet}/salaries`);
    await signIn(page, sam());
    await page.getByRole('heading', { name: 'Set up your second proof' }).waitFor();
    const ticket = page.getByLabel('Set-up code');
    await ticket.fill('AAAA-BBBB-CCCC-DDDD-EEEE-FFFF');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('That set-up code is not right.').waitFor();

    await ticket.fill(await stage.ticketFor('sam'));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'authenticator app' }).click();
    await page.getByRole('img', { name: 'Picture with the set-up key' }).waitFor();
    await page.getByText('Type a key instead').click();
    const key = (await textOf(page.locator('.key'))).replaceAll(/\s/g, '');
    const secret = decodeBase32(key);
    assert.equal(secret?.length, 20);
    const code = totpCode(secret ?? new Uint8Array(), Math.floor(Date.now() / 30_000));
    await page.getByLabel('Code that the app shows now').fill(code);
    await page.getByRole('button', { name: 'Connect' }).click();

    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    assert.equal(await page.locator('.codes > *').count(), 10);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await salaries(page).waitFor();
    await leave();
  });

  it('a restart of everything in the middle of a challenge loses neither the sign-in nor the transfer', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await enterBank(page, stage.addresses.bank, robin);
    await page.getByRole('button', { name: 'Send money' }).click();
    await codeField(page).waitFor();
    await stage.restart();
    await giveCode(page, codeOf(robin, stage.config));
    await page.getByText('€25.00 sent to Maria Keller.').waitFor();
    await leave();
  });
});
