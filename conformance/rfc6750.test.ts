/** RFC 6750, Bearer Token Usage: at the userinfo endpoint, and at an API behind `@stile/resource-server`. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startApi } from './api.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import { basic, getJson, post, tokensFor } from './flow.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben'] });
const api = await startApi(server);
after(async () => {
  await api.close();
  await server.close();
});

const { access_token: token = '' } = await tokensFor(server, 'ada');

const call = async (url: string, init: RequestInit = {}) => {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' };
};

const bearing = (authorization: string): RequestInit => ({ headers: { authorization } });

for (const [name, url] of [
  ['userinfo', server.at('userinfo')],
  ['an API', `${api.origin}/accounts`],
] as const) {
  describe(`RFC 6750 at ${name}`, () => {
    it('2.1: takes a token from the Authorization header, whatever the case of the scheme', async () => {
      assert.equal((await call(url, bearing(`Bearer ${token}`))).status, 200);
      assert.equal((await call(url, bearing(`bearer ${token}`))).status, 200);
    });

    it('3: the challenge of a call without a token has the scheme, a parameter and, by 3.1, no error', async () => {
      const { status, challenge } = await call(url);
      assert.equal(status, 401);
      assert.match(challenge, /^Bearer [a-z_]+="/);
      assert.ok(!challenge.includes('error'));
    });

    it('3.1: a call by another scheme is told the same', async () => {
      const { status, challenge } = await call(url, { headers: basic('ada', 'a password') });
      assert.equal(status, 401);
      assert.ok(!challenge.includes('error'));
    });

    it('2.3: a token in the address counts for nothing', async () => {
      assert.equal((await call(`${url}?access_token=${token}`)).status, 401);
    });

    it('3.1: a malformed header is invalid_request, with 400', async () => {
      for (const authorization of ['Bearer', 'Bearer a b', `Bearer ${token}, Bearer ${token}`, 'Bearer "quoted"']) {
        const { status, challenge } = await call(url, bearing(authorization));
        assert.equal(status, 400, authorization);
        assert.match(challenge, /^Bearer error="invalid_request"/);
      }
    });

    it('3.1: a token that is forged, or none of ours, is invalid_token, with 401', async () => {
      const [header, , signature] = token.split('.');
      const claims = Buffer.from(JSON.stringify({ sub: 'user_ben' })).toString('base64url');
      for (const wrong of ['opaque', `${header}.${claims}.${signature}`, `${token.slice(0, -4)}AAAA`]) {
        const { status, challenge } = await call(url, bearing(`Bearer ${wrong}`));
        assert.equal(status, 401);
        assert.match(challenge, /^Bearer error="invalid_token"/);
      }
    });

    it('3: no parameter of a challenge occurs twice', async () => {
      const { challenge } = await call(url, bearing('Bearer opaque'));
      const names = [...challenge.matchAll(/([a-z_]+)="/g)].map(([, parameter]) => parameter);
      assert.equal(new Set(names).size, names.length);
    });
  });
}

describe('RFC 6750, section 2.2: a token in the form of a POST', () => {
  it('is taken by userinfo, which says the same as by the header', async () => {
    const byHeader = await getJson(server.at('userinfo'), { authorization: `Bearer ${token}` });
    const byForm = await post(server.at('userinfo'), { access_token: token });
    assert.deepEqual([byForm.status, byForm.body], [200, byHeader.body]);
  });

  it('2: and never in two places at once: invalid_request', async () => {
    const body = new URLSearchParams({ access_token: token });
    const { status, challenge } = await call(server.at('userinfo'), {
      method: 'POST',
      body,
      ...bearing(`Bearer ${token}`),
    });
    assert.equal(status, 400);
    assert.match(challenge, /^Bearer error="invalid_request"/);
  });

  it('that is none of ours is invalid_token, as in the header', async () => {
    const body = new URLSearchParams({ access_token: 'opaque' });
    const { status, challenge } = await call(server.at('userinfo'), { method: 'POST', body });
    assert.equal(status, 401);
    assert.match(challenge, /^Bearer error="invalid_token"/);
  });

  it('is not taken by an API, which the standard leaves free', async () => {
    const body = new URLSearchParams({ access_token: token });
    assert.equal((await call(`${api.origin}/accounts/transfers`, { method: 'POST', body })).status, 401);
  });
});

describe('RFC 6750, section 3.1: insufficient_scope', () => {
  it('is answered with 403 and the scope that is needed, by an API', async () => {
    const { status, challenge } = await call(`${api.origin}/accounts/transfers`, {
      method: 'POST',
      ...bearing(`Bearer ${(await tokensFor(server, 'ben', { acr_values: 'mfa' })).access_token}`),
    });
    assert.equal(status, 403);
    assert.match(challenge, /^Bearer error="insufficient_scope".* scope="transfer:funds"/);
  });

  it('an access token without openid does not open userinfo', async () => {
    const { access_token } = await tokensFor(server, 'ada', { scope: 'read:accounts' });
    assert.equal((await call(server.at('userinfo'), bearing(`Bearer ${access_token}`))).status, 401);
  });
});
