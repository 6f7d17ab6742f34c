/** Attacks on the authorization code: stolen, exchanged, injected, downgraded, sent to the wrong server. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as oauth from 'oauth4webapi';
import { startAuthorizationServer } from '../authorization-server.ts';
import { API_SECRET, BUDGET_SECRET, CALLBACK, CALLBACK_WITH_QUERY } from '../fabrikam.ts';
import type { Answer } from '../flow.ts';
import {
  answerIn,
  authorizationUrl,
  authorized,
  basic,
  getJson,
  post,
  redeem,
  s256,
  tokenRequest,
  tokensFor,
  VERIFIER,
} from '../flow.ts';
import { UserAgent } from '../user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada', 'mallory'] });
after(() => server.close());

/** The verifier of whoever attacks; theirs alone. */
const EVIL_VERIFIER = 'mallory-mallory-mallory-mallory-mallory-mallory';

const NATIVE = {
  client_id: 'native',
  redirect_uri: 'http://127.0.0.1:51004/callback',
  audience: undefined,
  scope: 'openid',
} as const;

const isActive = async (token: unknown): Promise<unknown> => {
  const asApi = basic('accounts-api', API_SECRET);
  return (await post(server.at('oauth/introspect'), { token: String(token) }, asApi)).body.active;
};

const assertRefused = ({ status, body }: Answer): void => {
  assert.deepEqual([status, body.error], [400, 'invalid_grant']);
  assert.deepEqual([body.access_token, body.id_token, body.refresh_token], [undefined, undefined, undefined]);
};

describe('a code in the wrong hands', () => {
  it('code injection: a stolen code, put into the attacker’s own login at the client, meets another verifier', async () => {
    const stolen = await authorized(server, 'ada');
    assertRefused(await redeem(server, stolen, { code_verifier: EVIL_VERIFIER }));
    // It was spent by the attempt: nobody has it any more, the attacker least of all.
    assertRefused(await redeem(server, stolen));
  });

  it('code substitution: the attacker’s code, put into the victim’s login, does not sign the victim in as the attacker', async () => {
    const planted = await authorized(server, 'mallory', { code_challenge: s256(EVIL_VERIFIER) });
    assertRefused(await redeem(server, planted));
  });

  it('code theft: another client redeems a stolen code with its own credentials, or none', async () => {
    const thieves = [basic('budget', BUDGET_SECRET), basic('accounts-api', API_SECRET)];
    for (const credentials of thieves) {
      const { code } = answerIn(await authorized(server, 'ada'));
      const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER };
      const { status, body } = await tokenRequest(server, fields, credentials);
      assert.equal(status, 400);
      assert.match(String(body.error), /^(invalid_grant|unauthorized_client)$/);
      assert.equal(body.access_token, undefined);
    }
    const { code } = answerIn(await authorized(server, 'ada'));
    const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER };
    assert.equal((await tokenRequest(server, { ...fields, client_id: 'web' }, {})).status, 401);
    assertRefused(await tokenRequest(server, { ...fields, client_id: 'native' }, {}));
  });

  it('interception on the device: an app that catches another app’s redirect has the code and not the verifier', async () => {
    for (const code_verifier of [undefined, '', EVIL_VERIFIER, s256(VERIFIER)]) {
      const { code } = answerIn(await authorized(server, 'ada', NATIVE));
      const fields = { grant_type: 'authorization_code', code, client_id: 'native', code_verifier };
      const { status, body } = await tokenRequest(server, { ...fields, redirect_uri: NATIVE.redirect_uri }, {});
      assert.deepEqual([status, body.access_token], [400, undefined]);
    }
  });

  it('code replay: a code that was used comes back, and takes the tokens of its first use along', async () => {
    const end = await authorized(server, 'ada', { scope: 'openid read:accounts offline_access' });
    const { body } = await redeem(server, end);
    assert.equal(await isActive(body.access_token), true);
    assertRefused(await redeem(server, end));
    assert.equal(await isActive(body.access_token), false);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) };
    assertRefused(await tokenRequest(server, refresh));
  });

  it('a code from one registered address, redeemed as if from another', async () => {
    for (const redirect_uri of [CALLBACK_WITH_QUERY, `${CALLBACK}/`, undefined]) {
      assertRefused(await redeem(server, await authorized(server, 'ada'), { redirect_uri }));
    }
  });

  it('a code is not guessed: it has 256 bits, and a wrong one, a spent one and somebody else’s are refused alike', async () => {
    const end = await authorized(server, 'ada');
    assert.match(answerIn(end).code ?? '', /^[\w-]{43}$/);
    await redeem(server, end);
    const { code } = answerIn(await authorized(server, 'mallory', NATIVE));
    const answers = [
      await redeem(server, end),
      await redeem(server, end, { code: 'A'.repeat(43) }),
      await redeem(server, end, { code: '../../etc/passwd' }),
      await redeem(server, end, { code, redirect_uri: NATIVE.redirect_uri }),
    ];
    for (const { status, body } of answers) assert.deepEqual([status, body], [400, answers[0]?.body]);
  });
});

describe('a request changed on its way', () => {
  it('PKCE downgrade: somebody cuts the challenge out of the request, and the verifier that still comes is refused', async () => {
    const cut = { code_challenge: undefined, code_challenge_method: undefined };
    assertRefused(await redeem(server, await authorized(server, 'ada', cut)));
  });

  it('PKCE downgrade: plain instead of S256, or neither for a client that has no nonce, is not taken up', async () => {
    for (const changes of [
      { code_challenge: VERIFIER, code_challenge_method: 'plain' },
      { code_challenge: VERIFIER, code_challenge_method: undefined },
      { code_challenge_method: ['S256', 'plain'] },
      { code_challenge: undefined, code_challenge_method: undefined, nonce: undefined },
      { ...NATIVE, code_challenge: undefined, code_challenge_method: undefined },
    ]) {
      const end = answerIn(await new UserAgent(server.issuer).open(authorizationUrl(server, changes)));
      assert.deepEqual([end.error, end.code], ['invalid_request', undefined]);
    }
  });

  it('a nonce that is exchanged on its way comes back in the ID token, where the client finds it is not its own', async () => {
    const { id_token = '' } = await tokensFor(server, 'ada', { nonce: 'of the attacker' });
    const claims: unknown = JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString());
    assert.ok(JSON.stringify(claims).includes('"nonce":"of the attacker"'));
  });
});

describe('mix-up', () => {
  it('mix-up: a client that was sent here by a malicious server sees by iss whose code it has, and sends it to nobody', async () => {
    const { body: metadata } = await getJson(server.at('.well-known/oauth-authorization-server'));
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    const end = await authorized(server, 'ada');
    const client = { client_id: 'web' };
    const honest = { issuer: server.issuer, authorization_response_iss_parameter_supported: true };
    const evil = { issuer: 'https://evil.example/', authorization_response_iss_parameter_supported: true };
    assert.throws(() => oauth.validateAuthResponse(evil, client, end.url, 'a state'), /iss/);
    assert.ok(oauth.validateAuthResponse(honest, client, end.url, 'a state').get('code'));
    // Without iss the client would not take the answer even for an honest one.
    const stripped = new URL(end.url);
    stripped.searchParams.delete('iss');
    assert.throws(() => oauth.validateAuthResponse(honest, client, stripped, 'a state'), /iss/);
  });

  it('mix-up: errors, and what the person refused, carry iss as well', async () => {
    const agent = new UserAgent(server.issuer);
    const refused = await agent.open(authorizationUrl(server, { prompt: 'none' }));
    const page = await agent.open(authorizationUrl(server));
    const cancelled = await agent.submit(page, { cancel: '1' });
    for (const end of [refused, cancelled]) assert.equal(answerIn(end).iss, server.issuer);
    assert.deepEqual([answerIn(refused).error, answerIn(cancelled).error], ['login_required', 'access_denied']);
  });
});
