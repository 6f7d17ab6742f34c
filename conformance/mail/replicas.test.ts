/** Codes by mail over an encrypted connection, and two processes on one store that are given the same code at the same moment. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { startReplicas } from '../attacks/replicas.ts';
import { getsCode, signedIn } from '../attacks/signed-in.ts';
import { authorizationUrl } from '../flow.ts';
import type { Page, UserAgent } from '../user-agent.ts';
import { formAction, hiddenFields } from '../user-agent.ts';
import { startEncryptingMailServer } from './mail-server.ts';

const mailServer = await startEncryptingMailServer();
after(() => mailServer.close());

const addressOf = (username: string): string => `${username}@fabrikam.example`;

/** Mail is the only second proof that anybody has. */
const byMail = (config: ConfigInput): ConfigInput => ({
  ...config,
  mail: {
    from: 'login@fabrikam.example',
    verifiedAddress: true,
    smtp: {
      host: 'localhost',
      port: mailServer.port,
      ca: mailServer.certificate,
      user: 'stile',
      password: 'of the mail server',
    },
  },
  users: (config.users ?? []).map(({ id, username, password }) => ({
    id,
    username,
    password,
    claims: { email: addressOf(username), email_verified: true },
  })),
});

const server = await startReplicas(['ada', 'ben', 'cleo'], byMail);
after(() => server.close());

const asked = async (agent: UserAgent): Promise<Page> => {
  const page = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
  return agent.submit(page, { open: '1' });
};

describe('codes by mail', () => {
  it('go encrypted to a mail server that is known by its certificate, and prove their reader', async () => {
    const agent = await signedIn(server, 'ada');
    const page = await asked(agent);
    const code = await mailServer.codeFor(addressOf('ada'), 1);
    assert.deepEqual(
      mailServer.arrived.map(({ isEncrypted }) => isEncrypted),
      [true],
    );
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), false);
    await agent.submit(page, { code });
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), true);
  });

  it('T14: one that both processes are given at the same moment has one winner, in each of many rounds', async () => {
    const ROUNDS = 10;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const agent = await signedIn(server, 'ben');
      const page = await asked(agent);
      const code = await mailServer.codeFor(addressOf('ben'), round);
      // Each a form of its own: the second click on one form is led where the first one was.
      const forms = await Promise.all([0, 1, 2, 3].map(() => agent.open(page.url)));
      const cookie = [...agent.cookies].map((pair) => pair.join('=')).join('; ');
      const answers = await Promise.all(
        forms.map(async (form, index) => {
          const { pathname, search } = new URL(formAction(form), form.url);
          return fetch(server.atEach(`${pathname}${search}`.slice(1))[index % 2] ?? '', {
            method: 'POST',
            headers: { cookie },
            body: new URLSearchParams({ ...hiddenFields(form), code }),
            redirect: 'manual',
          });
        }),
      );
      const won = answers.filter(({ headers }) => headers.getSetCookie().some((line) => line.includes('session')));
      assert.equal(won.length, 1, `round ${round}: ${answers.map(({ status }) => status).join(' ')}`);
    }
  });

  it('can be tried five times, however the tries are spread over the processes', async () => {
    const agent = await signedIn(server, 'cleo');
    const page = await asked(agent);
    const code = await mailServer.codeFor(addressOf('cleo'), 1);
    for (let tries = 1; tries <= 5; tries += 1) {
      await agent.submit(page, { code: String((Number(code) + tries) % 1_000_000).padStart(6, '0') });
    }
    await agent.submit(page, { code });
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), false);
  });
});
