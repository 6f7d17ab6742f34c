/** T28: codes that people hold serve once, also when two processes are given the same one in one moment. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { generateRecoveryCodes, hashRecoveryCode } from '../../packages/server/src/factors/recovery-code.ts';
import { startReplicas } from '../attacks/replicas.ts';
import { signedIn } from '../attacks/signed-in.ts';
import { authorizationUrl } from '../flow.ts';
import type { Waiting } from './rounds.ts';
import { crowdOf, inRounds, proofsOnRecord, ROUNDS, raced, withoutLimits } from './rounds.ts';

let config: ConfigInput | undefined;
const server = await startReplicas(['ada'], (usual) => {
  config = withoutLimits(usual);
  return config;
});
after(() => server.close());

type Having = Parameters<typeof crowdOf>[3];

/** In two browsers of each person the same code is given twice. */
const race = async (having: Having, codeOf: (username: string, index: number) => string, factor: string) => {
  assert.ok(config);
  const prefix = factor;
  const people = await crowdOf(server, config, 'ada', having, prefix);
  await inRounds(async (round) => {
    const username = people.crowd[round]?.username ?? '';
    const waiting: Waiting[] = [];
    for (const _ of [0, 1]) {
      const agent = await signedIn(people, username);
      waiting.push({ agent, page: await agent.open(authorizationUrl(server, { acr_values: 'mfa' })) });
    }
    await raced(waiting, { code: codeOf(username, round) }, server, round);
  });
  assert.equal(await proofsOnRecord(config, factor), ROUNDS);
};

describe(`${ROUNDS} races of two processes`, () => {
  it('T28: one code of an authenticator app proves one browser, every time', async () => {
    const codes = new Map<string, () => string>();
    await race(
      (member) => {
        codes.set(member.username, () => member.code());
        return { factor: 'totp', material: { secret: member.totpSecret } };
      },
      (username) => codes.get(username)?.() ?? '',
      'totp',
    );
  });

  it('T28: one recovery code proves one browser, every time', async () => {
    const codes = Array.from({ length: ROUNDS }, () => generateRecoveryCodes(randomBytes, 1)[0] ?? '');
    await race(
      (_member, index) => ({
        factor: 'recovery-code',
        material: { codes: [{ id: '0', hash: hashRecoveryCode(randomBytes(16), codes[index] ?? '') }] },
      }),
      (_username, index) => codes[index] ?? '',
      'recovery-code',
    );
  });
});
