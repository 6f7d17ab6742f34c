import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { stepUpChallengeOf } from '@stile/core';
import type { FakeIssuer } from '../fixture/issuer.ts';
import { audience, now, startIssuer } from '../fixture/issuer.ts';
import type { Decision } from './decision.ts';
import type { Demand } from './demand.ts';
import type { ResourceServer } from './resource-server.ts';
import { createResourceServer } from './resource-server.ts';
import type { ResourceServerOptions } from './settings.ts';
import { createMemorySingleUseStore } from './single-use.ts';

let as: FakeIssuer;
let rs: ResourceServer;
const decisions: Decision[] = [];
const resourceMetadataUrl = 'https://api.fabrikam.example/.well-known/oauth-protected-resource/accounts';

const server = (options: Partial<ResourceServerOptions> = {}): ResourceServer =>
  createResourceServer({ issuer: as.issuer, audience, now: () => now, ...options });

before(async () => {
  as = await startIssuer();
  rs = server({ onDecision: (decision) => decisions.push(decision) });
});
after(() => as.close());

const call = (demand: Demand, authorization?: string, on: ResourceServer = rs): Promise<Response> => {
  const handler = on.protect(
    demand,
    async (request, { token }) => new Response(`${token.subject} ${await request.text()}`),
  );
  const headers = new Headers(authorization === undefined ? {} : { authorization });
  return handler(new Request(`${audience}/transfers`, { method: 'POST', headers, body: 'amount=25' }));
};

const demand: Demand = { scopes: ['transfer:funds', 'read:accounts'], acr: ['phr', 'mfa'], maxAge: '5m' };

/** What a refusal looks like on the wire. */
const wire = async (response: Response): Promise<unknown> => ({
  status: response.status,
  challenge: response.headers.get('www-authenticate'),
  body: await response.text(),
});

describe('a protected route', () => {
  it('runs the handler with the request and the token', async () => {
    const response = await call(demand, `Bearer ${await as.sign()}`);
    assert.deepEqual([response.status, await response.text()], [200, 'user-1 amount=25']);
  });

  it('answers a call without a token with 401 and no error code', async () => {
    assert.deepEqual(await wire(await call(demand)), {
      status: 401,
      challenge: `Bearer realm="${audience}"`,
      body: '',
    });
  });

  it('answers a malformed header with 400', async () => {
    assert.deepEqual(await wire(await call(demand, 'Bearer a b')), {
      status: 400,
      challenge: 'Bearer error="invalid_request", error_description="Send one well-formed Bearer token."',
      body: '{"error":"invalid_request","error_description":"Send one well-formed Bearer token."}',
    });
  });

  it('answers an invalid token with 401', async () => {
    assert.deepEqual(await wire(await call(demand, `Bearer ${await as.sign({ exp: now - 60 })}`)), {
      status: 401,
      challenge: 'Bearer error="invalid_token", error_description="The access token has expired."',
      body: '{"error":"invalid_token","error_description":"The access token has expired."}',
    });
  });

  it('answers a missing scope with 403 and all scopes of the route', async () => {
    const jwt = await as.sign({ scope: 'read:accounts' });
    assert.deepEqual(await wire(await call(demand, `Bearer ${jwt}`)), {
      status: 403,
      challenge:
        'Bearer error="insufficient_scope", error_description="The access token lacks a scope.", ' +
        'scope="transfer:funds read:accounts"',
      body: '{"error":"insufficient_scope","error_description":"The access token lacks a scope."}',
    });
  });

  it('answers a missing proof with 401 and the whole demand, whatever part of it is missing', async () => {
    const cases: readonly [claims: object, description: string][] = [
      [{ acr: '1fa', acrs: ['1fa'] }, 'A different authentication level is required.'],
      [{ acr: '1fa', acrs: ['1fa'], scope: 'read:accounts' }, 'A different authentication level is required.'],
      [{ auth_time: now - 400 }, 'More recent authentication is required.'],
      [
        { acr: undefined, acrs: undefined, auth_time: undefined },
        'A different and more recent authentication is required.',
      ],
    ];
    for (const [claims, description] of cases) {
      const response = await call(demand, `Bearer ${await as.sign({ ...claims })}`);
      assert.equal(
        response.headers.get('www-authenticate'),
        `Bearer error="insufficient_user_authentication", error_description="${description}", ` +
          'scope="transfer:funds read:accounts", acr_values="phr mfa", max_age="300"',
      );
      assert.equal(response.status, 401);
      assert.deepEqual(stepUpChallengeOf(response.headers.get('www-authenticate'))?.acrValues, ['phr', 'mfa']);
    }
  });

  it('names its metadata in every challenge', async () => {
    const named = server({ resourceMetadataUrl });
    const tokens = [
      undefined,
      'Bearer',
      `Bearer x.y.z`,
      `Bearer ${await as.sign({ scope: '' })}`,
      `Bearer ${await as.sign({ acr: '', acrs: [] })}`,
    ];
    const statuses: number[] = [];
    for (const token of tokens) {
      const response = await call(demand, token, named);
      statuses.push(response.status);
      assert.ok(response.headers.get('www-authenticate')?.endsWith(`, resource_metadata="${resourceMetadataUrl}"`));
    }
    assert.deepEqual(statuses, [401, 400, 401, 403, 401]);
  });

  it('lets a browser of another origin read the challenge, and nobody keep it', async () => {
    const { headers } = await call(demand);
    assert.equal(headers.get('access-control-expose-headers'), 'WWW-Authenticate, Retry-After');
    assert.equal(headers.get('cache-control'), 'no-store');
  });

  it('does not see tokens in the address or the body', async () => {
    const jwt = await as.sign();
    const handler = rs.protect({}, () => new Response('done'));
    const body = new URLSearchParams({ access_token: jwt });
    const response = await handler(new Request(`${audience}?access_token=${jwt}`, { method: 'POST', body }));
    assert.equal(response.status, 401);
  });

  it('leaves an error of the handler to its caller', async () => {
    const handler = rs.protect({}, () => {
      throw new Error('broken');
    });
    const request = new Request(audience, { headers: { authorization: `Bearer ${await as.sign()}` } });
    await assert.rejects(handler(request), /^Error: broken$/);
  });
});

describe('the decision', () => {
  it('is told once per call, with the token if it was valid, and never with the raw token', async () => {
    decisions.length = 0;
    const jwt = await as.sign();
    await rs.verify(`Bearer ${jwt}`, demand);
    await rs.verify(undefined, demand);
    await rs.verify(`Bearer ${await as.sign({ scope: '' })}`, demand);
    await rs.verify(`Bearer ${await as.sign({ aud: 'x' })}`, demand);
    assert.deepEqual(
      decisions.map((decision) => [
        decision.outcome,
        decision.outcome === 'refused' ? decision.refusal.reason : decision.usedUp,
        decision.token?.subject,
        decision.demand === demand,
      ]),
      [
        ['allowed', false, 'user-1', true],
        ['refused', 'no_credentials', undefined, true],
        ['refused', 'insufficient_scope', 'user-1', true],
        ['refused', 'wrong_audience', undefined, true],
      ],
    );
    assert.ok(!JSON.stringify(decisions).includes(jwt.split('.')[2] ?? '.'));
  });

  it('says that a token was used up', async () => {
    const told: Decision[] = [];
    const once = server({
      singleUse: { store: createMemorySingleUseStore(() => now) },
      onDecision: (decision) => told.push(decision),
    });
    for (let i = 0; i < 2; i += 1) await once.verify(`Bearer ${await as.sign()}`, { singleUse: true });
    const [first, second] = told;
    assert.equal(first?.outcome === 'allowed' && first.usedUp, true);
    assert.equal(second?.outcome === 'refused' && second.refusal.reason, 'already_used');
    assert.equal(second?.token?.subject, 'user-1');
  });

  it('T16: that cannot be told is not carried out', async () => {
    const deaf = server({
      onDecision: () => {
        throw new Error('The audit log is full.');
      },
    });
    await assert.rejects(call({}, `Bearer ${await as.sign()}`, deaf), /audit log is full/);
  });
});

describe('the options', () => {
  it('that cannot be meant are refused at start', () => {
    const wrong: readonly Partial<ResourceServerOptions>[] = [
      { issuer: 'as.example' },
      { issuer: 'http://as.example/' },
      { issuer: 'ftp://localhost/' },
      { issuer: 'http://localhost.evil.example/' },
      { issuer: 'http://127.0.0.1.evil.example/' },
      { issuer: 'https://as.example/?a=b' },
      { issuer: 'https://as.example/#a' },
      { audience: '' },
      { algorithms: [] },
      { algorithms: ['none'] },
      { algorithms: ['ES256', 'HS256'] },
      { algorithms: ['es256'] },
      { jwksUri: 'http://keys.example/' },
      { jwksUri: '/jwks' },
      { clockToleranceSeconds: 61 },
      { clockToleranceSeconds: -1 },
      { clockToleranceSeconds: 0.5 },
      { clockToleranceSeconds: Number.NaN },
      { timeoutSeconds: 0 },
      { keyCooldownSeconds: -1 },
      { resourceMetadataUrl: 'metadata' },
      { resourceMetadataUrl: 'https://api.example/?a=\\' },
      { singleUse: { clientId: 'api', clientSecret: '' } },
    ];
    for (const options of wrong) assert.throws(() => server(options), TypeError, JSON.stringify(options));
  });

  it('allow http on this machine, and beyond it when told', () => {
    for (const issuer of [
      'http://localhost:3000/',
      'http://as.localhost/',
      'http://127.0.0.1/',
      'http://[::1]:8080/',
    ]) {
      assert.ok(server({ issuer }));
    }
    assert.ok(server({ issuer: 'http://stile:3000/', allowInsecureRequests: true }));
    assert.throws(() => server({ issuer: 'ftp://stile/', allowInsecureRequests: true }), TypeError);
  });

  it('have a clock of their own by default', async () => {
    const own = createResourceServer({ issuer: as.issuer, audience });
    const seconds = Math.floor(Date.now() / 1000);
    const fresh = await as.sign({ iat: seconds, exp: seconds + 60, auth_time: seconds });
    assert.equal((await own.verify(`Bearer ${fresh}`, { maxAge: '1m' })).ok, true);
    assert.equal((await own.verify(`Bearer ${await as.sign({ iat: seconds - 100, exp: seconds - 50 })}`)).ok, false);
  });
});
