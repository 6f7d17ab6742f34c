import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAccountsApi } from './accounts-api.ts';
import { createLedger } from './ledger.ts';

const bank = 'http://localhost:9002';

const api = createAccountsApi({
  address: 'http://localhost:9003',
  issuer: 'http://localhost:9000/',
  audience: 'https://api.fabrikam.example/accounts',
  clientId: 'accounts-api',
  clientSecret: 'a-secret-that-is-never-asked-for',
  webOrigin: bank,
  ledger: createLedger(),
});

const order = { amount: 25_00, payee: { name: 'Maria Keller', iban: 'DE02120300000000202051' } };

const post = (body: string): Response | Promise<Response> =>
  api.request('/transfers', { method: 'POST', body, headers: { 'content-type': 'application/json', origin: bank } });

describe('the accounts API', () => {
  it('answers an order that cannot be carried out before it asks who sends it', async () => {
    for (const body of ['', 'no json', '{}', '[]']) assert.equal((await post(body)).status, 422);
    assert.equal((await post(JSON.stringify({ ...order, reference: 'r'.repeat(5000) }))).status, 413);
    const unknown = await post(JSON.stringify(order));
    assert.equal(unknown.status, 401);
    assert.match(
      unknown.headers.get('www-authenticate') ?? '',
      /resource_metadata="http:\/\/localhost:9003\/\.well-known\/oauth-protected-resource\/accounts"/,
    );
  });

  it('lets scripts of the bank alone call it, and lets them read the challenge', async () => {
    const preflight = async (origin: string): Promise<Response> =>
      api.request('/transfers', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const allowed = await preflight(bank);
    assert.equal(allowed.headers.get('access-control-allow-origin'), bank);
    assert.match(allowed.headers.get('access-control-allow-headers') ?? '', /authorization/);
    const foreign = await preflight('http://localhost:9999');
    assert.notEqual(foreign.headers.get('access-control-allow-origin'), 'http://localhost:9999');
    const refused = await post(JSON.stringify(order));
    assert.equal(refused.headers.get('access-control-allow-origin'), bank);
    assert.match(refused.headers.get('access-control-expose-headers') ?? '', /WWW-Authenticate/);
  });

  it('says which authorization server it trusts', async () => {
    const response = await api.request('/.well-known/oauth-protected-resource/accounts');
    assert.deepEqual(await response.json(), {
      resource: 'https://api.fabrikam.example/accounts',
      authorization_servers: ['http://localhost:9000/'],
      scopes_supported: ['read:accounts', 'transfer:funds'],
      bearer_methods_supported: ['header'],
    });
  });
});

describe('the ledger', () => {
  it('keeps the accounts of two people apart, and never goes below zero', () => {
    const ledger = createLedger();
    const transfer = { ...order, reference: 'Rent' };
    const booked = ledger.transfer('robin', transfer);
    assert.ok(booked.ok && booked.value.account.balance === 4_825_20);
    assert.equal(booked.value.movement.what, 'Maria Keller: Rent');
    assert.equal(ledger.accountOf('sam').balance, 4_850_20);
    assert.deepEqual(ledger.transfer('sam', { ...transfer, amount: 4_850_21 }), {
      ok: false,
      error: 'insufficient_funds',
    });
    assert.equal(ledger.accountOf('sam').balance, 4_850_20);
  });
});
