/** Codes by phone over loopback: a provider like Twilio and a signed webhook, which take only what is addressed, signed and meant as it should be. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { getsCode, signedIn } from '../attacks/signed-in.ts';
import type { AuthorizationServer } from '../authorization-server.ts';
import { freePort, startAuthorizationServer } from '../authorization-server.ts';
import { authorizationUrl, claimsOf, redeem } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';
import { ACCOUNT_SID, AUTH_TOKEN, FROM, startTwilio, startWebhook, WEBHOOK_SECRET } from './providers.ts';

const NUMBER = '+4915112345623';

type PhoneConfig = NonNullable<ConfigInput['phone']>;
type Twilio = Extract<NonNullable<PhoneConfig['provider']>, { readonly kind: 'twilio' }>;

const folder = mkdtempSync(join(tmpdir(), 'stile-phone-'));
after(() => rmSync(folder, { recursive: true }));

const twilio = await startTwilio();
const webhook = await startWebhook();
after(() => Promise.all([twilio.close(), webhook.close()]));

const byTwilio: Twilio = {
  kind: 'twilio',
  accountSid: ACCOUNT_SID,
  authToken: AUTH_TOKEN,
  from: FROM,
  address: twilio.address,
};

const PEOPLE = ['ada', 'ben', 'cleo', 'dora'] as const;

const starting = async (provider: PhoneConfig['provider'], name: string, more: Partial<PhoneConfig> = {}) => {
  const logFile = join(folder, `${name}.log`);
  const server = await startAuthorizationServer({
    people: PEOPLE,
    change: (config) => ({ ...config, phone: { provider, regions: ['+49', '+1'], voice: true, ...more } }),
    logFile,
  });
  after(() => server.close());
  return { server, log: () => readFileSync(logFile, 'utf8') };
};

/** Somebody who has stepped up on the pages of their account, where they add a number. */
const atAccount = async (server: AuthorizationServer, username: string) => {
  const agent = new UserAgent(server.issuer);
  const person = server.person(username);
  const { password } = person;
  let page = await agent.submit(await agent.open(server.at('account/add')), { username, password });
  page = await agent.submit(page, { code: person.code() });
  const asking = await agent.submit(page, { factor: 'phone' });
  const adds = (fields: Readonly<Record<string, string>>): Promise<Page> => agent.submit(asking, fields);
  return { agent, adds };
};

/** Takes the phone on the page of a challenge, and has a code sent. */
const steppingUp = async (server: AuthorizationServer, username: string) => {
  const agent = await signedIn(server, username);
  const challenge = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
  const [, use = ''] = /name="use" value="([^"]+)"[^>]*>(?:(?!<\/button>).)*phone/is.exec(challenge.html) ?? [];
  // To choose it where there are others is to press its button, which sends.
  return { agent, page: await agent.submit(challenge, { use }) };
};

const amrOf = async (server: AuthorizationServer, end: Page): Promise<unknown> =>
  claimsOf(String((await redeem(server, end)).body.id_token)).amr;

describe('a provider like Twilio', async () => {
  const { server } = await starting(byTwilio, 'twilio');

  for (const [username, channel, amr] of [
    ['ada', 'sms', 'sms'],
    ['ben', 'voice', 'tel'],
  ] as const) {
    it(`brings a code by ${channel} that adds a number, and then one that proves its owner`, async () => {
      const number = username === 'ada' ? NUMBER : '+4915112345624';
      const { agent, adds } = await atAccount(server, username);
      const question = await adds({ phone_number: number, preferred_authentication_method: channel });
      assert.ok(!question.html.includes(number), 'the number is not shown');
      const done = await agent.submit(question, { code: await twilio.codeFor(number, 1) });
      assert.match(done.url.search, /done=added/);
      const stepping = await steppingUp(server, username);
      const code = await twilio.codeFor(number, 2);
      const end = await stepping.agent.submit(stepping.page, { code });
      assert.deepEqual(await amrOf(server, end), ['mfa', 'pwd', amr].toSorted());
      assert.deepEqual(
        twilio.delivered.filter(({ to }) => to === number).map((one) => one.channel),
        [channel, channel],
      );
    });
  }

  it('says a code twice in a call, digit by digit, in the words of TwiML', () => {
    const call = twilio.delivered.find(({ channel }) => channel === 'voice')?.said ?? '';
    assert.match(call, /^<\?xml version="1\.0" encoding="UTF-8"\?><Response><Say language="en-US">/);
    assert.equal([...call.matchAll(/(?:\d, ){5}\d/g)].length, 2);
  });

  it('is told of no number in a country that is not named, nor of what is no number, nor of anything else that somebody types', async () => {
    const { adds } = await atAccount(server, 'cleo');
    const before = twilio.statuses.length;
    // Great Britain; Jamaica, which is not the `+1` that is named; a satellite; a premium number of the United States.
    for (const phone_number of [
      '+447700900123',
      '+18765550143',
      '+881612345678',
      '+19005550123',
      '0151 123',
      `${NUMBER}&To=+4`,
      '',
    ]) {
      const refused = await adds({ phone_number });
      assert.equal(refused.status, 400, phone_number);
    }
    assert.equal(twilio.statuses.length, before);
  });

  it('is asked by nobody but its owner for a number that somebody has', async () => {
    const before = twilio.statuses.length;
    const agent = await signedIn(server, 'dora');
    const challenge = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
    for (const authenticator of ['auth_user_ada_phone', 'phone', ''])
      await agent.submit(challenge, { authenticator, use: authenticator, open: '1' });
    assert.equal(twilio.statuses.length, before);
  });
});

describe('a provider that does not', () => {
  it('take the name and token of the account delivers nothing; nobody is let in, and the log names no number', async () => {
    const { server, log } = await starting({ ...byTwilio, authToken: 'the token of somebody else' }, 'wrong-token');
    const { agent, adds } = await atAccount(server, 'ada');
    const [refusals, brought] = [twilio.statuses.length, twilio.delivered.length];
    const question = await adds({ phone_number: NUMBER });
    await twilio.answered(refusals + 1);
    assert.equal(twilio.statuses.at(-1), 401);
    assert.equal((await agent.submit(question, { code: '000000' })).status, 400);
    assert.deepEqual([twilio.delivered.length, twilio.statuses.length], [brought, refusals + 1], 'not tried again');
    assert.match(log(), /"channel":"sms".*"reason":"401, try 1"/);
    assert.ok(!log().includes(NUMBER) && !log().includes('12345623'));
  });

  it('answer at all keeps no request waiting, and its person can take another way', async () => {
    const nowhere = await freePort();
    const { server, log } = await starting({ ...byTwilio, address: `http://localhost:${nowhere}` }, 'down');
    const { agent, adds } = await atAccount(server, 'ada');
    const question = await adds({ phone_number: NUMBER });
    assert.equal(question.status, 200);
    assert.equal((await agent.submit(question, { code: '123456' })).status, 400);
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), true, 'the app is worth what it was');
    assert.match(log(), /"reason":"unreachable, try 1"/);
  });

  it('want it is not asked again, and works as before when it does', async () => {
    const { server } = await starting(byTwilio, 'refusing');
    const { agent, adds } = await atAccount(server, 'cleo');
    const number = '+4915112345625';
    twilio.fails(500);
    const before = twilio.statuses.length;
    await adds({ phone_number: number });
    await twilio.answered(before + 1);
    twilio.fails(undefined);
    const question = await adds({ phone_number: number });
    const done = await agent.submit(question, { code: await twilio.codeFor(number, 1) });
    assert.match(done.url.search, /done=added/);
    assert.equal(twilio.statuses.length, before + 2, 'what may have been sent is not sent twice');
  });
});

describe('a program behind a webhook', () => {
  it('takes what is signed, and the code in it adds a number and proves its owner', async () => {
    const { server } = await starting(
      { kind: 'webhook', address: `${webhook.address}/stile`, secret: WEBHOOK_SECRET },
      'webhook',
    );
    const { agent, adds } = await atAccount(server, 'ada');
    const question = await adds({ phone_number: NUMBER });
    const done = await agent.submit(question, { code: await webhook.codeFor(NUMBER, 1) });
    assert.match(done.url.search, /done=added/);
    const stepping = await steppingUp(server, 'ada');
    const end = await stepping.agent.submit(stepping.page, { code: await webhook.codeFor(NUMBER, 2) });
    assert.deepEqual(await amrOf(server, end), ['mfa', 'pwd', 'sms']);
    assert.deepEqual(webhook.statuses, [201, 201]);
  });

  it('refuses what another secret signed, and nothing is delivered', async () => {
    const other = {
      kind: 'webhook',
      address: webhook.address,
      secret: 'another secret, which is as long as the right one',
    } as const;
    const { server, log } = await starting(other, 'wrong-secret');
    const { agent, adds } = await atAccount(server, 'ada');
    const [refusals, brought] = [webhook.statuses.length, webhook.delivered.length];
    const question = await adds({ phone_number: NUMBER });
    await webhook.answered(refusals + 1);
    assert.equal(webhook.statuses.at(-1), 401);
    assert.equal((await agent.submit(question, { code: '123456' })).status, 400);
    assert.equal(webhook.delivered.length, brought);
    assert.match(log(), /"reason":"401, try 1"/);
  });
});
