/** T28: a code by text message serves once, also when two processes are given it in one moment. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { startReplicas } from '../attacks/replicas.ts';
import { signedIn } from '../attacks/signed-in.ts';
import { authorizationUrl } from '../flow.ts';
import { crowdOf, inRounds, proofsOnRecord, ROUNDS, raced, withoutLimits } from '../races/rounds.ts';
import { ACCOUNT_SID, AUTH_TOKEN, FROM, startTwilio } from './providers.ts';

const twilio = await startTwilio();
after(() => twilio.close());

const generous = { burst: 1_000_000, every: 1 } as const;

let config: ConfigInput | undefined;
const server = await startReplicas(['ada'], (usual) => {
  config = {
    ...withoutLimits(usual),
    phone: {
      provider: { kind: 'twilio', accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: FROM, address: twilio.address },
      regions: ['+49'],
      budgets: { number: generous, prefix: generous, network: generous, everybody: generous },
    },
  };
  return config;
});
after(() => server.close());

const numberOf = (round: number): string => `+491511${String(round).padStart(7, '0')}`;

it(`T28: one code by text message has one winner at two processes, in each of ${ROUNDS} rounds`, async () => {
  assert.ok(config);
  const material = (round: number) => ({ number: numberOf(round), channel: 'sms' });
  const people = await crowdOf(server, config, 'ada', (_member, round) => ({
    factor: 'phone',
    material: material(round),
  }));
  await inRounds(async (round) => {
    const agent = await signedIn(people, people.crowd[round]?.username ?? '');
    const page = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
    await agent.submit(page, { open: '1' });
    const code = await twilio.codeFor(numberOf(round), 1);
    const asked = { agent, page };
    await raced([asked, asked], { code }, server, round);
  });
  assert.equal(await proofsOnRecord(config, 'phone'), ROUNDS);
});
