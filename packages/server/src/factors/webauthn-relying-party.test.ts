import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConfigError, resolveConfig } from '../config/config.ts';
import { testServer } from '../testing/test-server.ts';
import { relatedOrigins, relyingParty } from './webauthn-relying-party.ts';

const configured = (issuer: string, webauthn: Readonly<Record<string, unknown>> = {}) =>
  resolveConfig({ issuer, webauthn });

it('is the host of the issuer, or a domain above it that the operator names', () => {
  assert.deepEqual(relyingParty(configured('https://login.fabrikam.example/')), {
    id: 'login.fabrikam.example',
    origins: ['https://login.fabrikam.example'],
    topOrigins: [],
  });
  assert.equal(relyingParty(configured('http://localhost:9000/'))?.id, 'localhost');
  assert.equal(
    relyingParty(configured('https://login.fabrikam.example/', { rpId: 'fabrikam.example' }))?.id,
    'fabrikam.example',
  );
});

it('is none where browsers would refuse: without a domain, without https, or switched off', () => {
  for (const issuer of [
    'https://192.0.2.7/',
    'https://[2001:db8::7]/',
    'http://login.fabrikam.example/',
    'http://127.0.0.1:9000/',
  ]) {
    assert.equal(relyingParty(configured(issuer)), undefined, issuer);
  }
  assert.equal(relyingParty(configured('https://login.fabrikam.example/', { enabled: false })), undefined);
});

it('contradictions are told at the start', () => {
  for (const rpId of ['fabrikam.shop', 'ogin.fabrikam.example', 'a.login.fabrikam.example']) {
    assert.throws(() => configured('https://login.fabrikam.example/', { rpId }), ConfigError, rpId);
  }
  for (const rpId of ['https://fabrikam.example', 'fabrikam.example:443', 'Fabrikam.example', '192.0.2.7', '']) {
    assert.throws(() => configured('https://login.fabrikam.example/', { rpId }), ConfigError, rpId);
  }
  for (const one of [
    'https://fabrikam.shop/',
    'fabrikam.shop',
    'HTTPS://fabrikam.shop',
    'javascript:alert(1)',
    'null',
  ]) {
    assert.throws(() => configured('https://login.fabrikam.example/', { origins: [one] }), ConfigError, one);
    assert.throws(() => configured('https://login.fabrikam.example/', { topOrigins: [one] }), ConfigError, one);
  }
  assert.throws(() => configured('https://192.0.2.7/', { origins: ['https://fabrikam.shop'] }), /address in its place/);
  const aaguids = ['2fc0579f-8113-47ea-b116-bb5a8db9202a'];
  assert.throws(() => configured('https://login.fabrikam.example/', { hardware: { aaguids } }), /leads nowhere/);
});

it('related origins are published where browsers look for them, and only where there are any', async (t) => {
  const origins = ['https://fabrikam.shop'];
  const server = await testServer(t, (config) => ({ ...config, webauthn: { origins } }));
  const response = await server.send('/.well-known/webauthn');
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  assert.deepEqual(await response.json(), { origins: ['https://login.fabrikam.example', ...origins] });
  assert.equal((await (await testServer(t)).send('/.well-known/webauthn')).status, 404);
  const above = configured('https://login.fabrikam.example/', { rpId: 'fabrikam.example', origins });
  assert.equal(relatedOrigins(above), undefined, 'the host above has to serve it');
});
