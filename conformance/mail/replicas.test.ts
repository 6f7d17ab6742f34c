/** Codes by mail over an encrypted connection, and two processes on one store that are given the same code at the same moment. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { startReplicas } from '../attacks/replicas.ts';
import { getsCode, signedIn } from '../attacks/signed-in.ts';
import { authorizationUrl } from '../flow.ts';
import { crowdOf, inRounds, proofsOnRecord, ROUNDS, raced, withoutLimits } from '../races/rounds.ts';
import type { Page, UserAgent } from '../user-agent.ts';
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

let config: ConfigInput | undefined;
const server = await startReplicas(['ada', 'cleo'], (usual) => {
  config = byMail(withoutLimits(usual));
  return config;
});
after(() => server.close());

const asked = async (agent: UserAgent): Promise<Page> => {
  const page = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
  return agent.submit(page, { open: '1' });
};

describe('codes by mail', () => {
  it('go encrypted to a mail server that is known by its certificate, and prove their reader', async () => {
    const agent = await signedIn(server, 'ada');
    const page = await asked(agent);
    const code = await mailServer.codeFor(addressOf('ada'));
    assert.ok(mailServer.arrived.every(({ isEncrypted }) => isEncrypted));
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), false);
    await agent.submit(page, { code });
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), true);
  });

  it(`T28: one that both processes are given in one moment has one winner, in each of ${ROUNDS} rounds`, async () => {
    assert.ok(config);
    const people = await crowdOf(server, config, 'ada', () => undefined);
    await inRounds(async (round) => {
      const username = people.crowd[round]?.username ?? '';
      const agent = await signedIn(people, username);
      const page = await asked(agent);
      const code = await mailServer.codeFor(addressOf(username));
      const waiting = { agent, page };
      await raced([waiting, waiting], { code }, server, round);
    });
    // Besides the one of the test before.
    assert.equal(await proofsOnRecord(config, 'email'), ROUNDS + 1);
  });

  it('can be tried five times, however the tries are spread over the processes', async () => {
    const agent = await signedIn(server, 'cleo');
    const page = await asked(agent);
    const code = await mailServer.codeFor(addressOf('cleo'));
    for (let tries = 1; tries <= 5; tries += 1) {
      await agent.submit(page, { code: String((Number(code) + tries) % 1_000_000).padStart(6, '0') });
    }
    await agent.submit(page, { code });
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), false);
  });
});
