/** RFC 7636, Proof Key for Code Exchange; S256 alone, as RFC 9700, section 2.1.1 advises. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { answerIn, authorizationUrl, authorized, redeem, s256, tokenRequest, VERIFIER } from './flow.ts';
import { UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada'] });
after(() => server.close());

const NATIVE = {
  client_id: 'native',
  redirect_uri: 'http://127.0.0.1:51004/callback',
  audience: undefined,
  scope: 'openid',
} as const;

const errorFor = async (changes: Parameters<typeof authorizationUrl>[1]): Promise<string | undefined> =>
  answerIn(await new UserAgent(server.issuer).open(authorizationUrl(server, changes))).error;

describe('RFC 7636, section 4: the challenge', () => {
  it('appendix B: the verifier of the example fits the challenge of the example', async () => {
    const code_challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    const end = await authorized(server, 'ada', { code_challenge });
    const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    assert.equal((await redeem(server, end, { code_verifier })).status, 200);
  });

  it('4.4.1: a public client must send one; a confidential one must unless it sends a nonce', async () => {
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    assert.equal(await errorFor({ ...NATIVE, ...without }), 'invalid_request');
    assert.equal(await errorFor({ ...without, nonce: undefined }), 'invalid_request');
    const end = await authorized(server, 'ada', without);
    assert.equal((await redeem(server, end, { code_verifier: undefined })).status, 200);
  });

  it('4.2: plain is refused, whether it is named or meant by saying nothing', async () => {
    assert.equal(await errorFor({ code_challenge: VERIFIER, code_challenge_method: 'plain' }), 'invalid_request');
    assert.equal(await errorFor({ code_challenge: VERIFIER, code_challenge_method: undefined }), 'invalid_request');
    assert.equal(await errorFor({ code_challenge_method: 's256' }), 'invalid_request');
  });

  it('4.2: what cannot be a SHA-256 digest in base64url is refused', async () => {
    const digest = s256(VERIFIER);
    for (const code_challenge of [
      'short',
      `${digest}=`,
      `${digest}A`,
      digest.replace(/.$/, '+'),
      `${digest.slice(1)}é`,
    ]) {
      assert.equal(await errorFor({ code_challenge }), 'invalid_request', code_challenge);
    }
  });
});

describe('RFC 7636, sections 4.5 and 4.6: the verifier', () => {
  it('4.6: a public client redeems its code with it', async () => {
    const { code } = answerIn(await authorized(server, 'ada', NATIVE));
    const fields = { grant_type: 'authorization_code', code, client_id: 'native', code_verifier: VERIFIER };
    const { status } = await tokenRequest(server, { ...fields, redirect_uri: NATIVE.redirect_uri }, {});
    assert.equal(status, 200);
  });

  const wrong: readonly (readonly [what: string, code_verifier: string | undefined, error: string])[] = [
    ['another verifier', `${VERIFIER.slice(0, -1)}X`, 'invalid_grant'],
    ['no verifier', undefined, 'invalid_grant'],
    ['an empty verifier', '', 'invalid_grant'],
    ['the challenge itself', s256(VERIFIER), 'invalid_grant'],
    ['a verifier that is too short', VERIFIER.slice(1), 'invalid_request'],
    ['a verifier that is too long', 'a'.repeat(129), 'invalid_request'],
    ['a verifier with other characters', `${VERIFIER}+`, 'invalid_request'],
  ];
  for (const [what, code_verifier, error] of wrong) {
    it(`4.6: ${what} is ${error}, and no token is given`, async () => {
      const { status, body } = await redeem(server, await authorized(server, 'ada'), { code_verifier });
      assert.deepEqual([status, body.error, body.access_token], [400, error, undefined]);
    });
  }

  it('4.1: verifiers of the least and of the greatest length serve', async () => {
    for (const code_verifier of ['a'.repeat(43), '-._~'.repeat(32)]) {
      const end = await authorized(server, 'ada', { code_challenge: s256(code_verifier) });
      assert.equal((await redeem(server, end, { code_verifier })).status, 200);
    }
  });

  it('a verifier for a code without a challenge is refused: somebody took it away (RFC 9700, section 2.1.1)', async () => {
    const end = await authorized(server, 'ada', { code_challenge: undefined, code_challenge_method: undefined });
    assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
  });
});
