import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256Base64url } from '../base64url.ts';
import { code } from '../testing/errors.ts';
import type { AuthorizationBase } from './request.ts';
import { loginAuthorizationParameters, stepUpAuthorizationParameters } from './request.ts';

const base: AuthorizationBase = {
  clientId: 'app',
  redirectUri: 'https://app.example/callback',
  scope: ['openid', 'read:accounts', 'offline_access'],
  audience: 'https://api.example',
  allowed: { scope: ['transfer:funds'], acrValues: ['mfa', 'phr'] },
};

describe('the authorization request of a step-up', () => {
  it('asks for the everyday and the demanded scopes, the acr values in order, and the age', async () => {
    const stepUp = { acrValues: ['phr', 'mfa'], maxAgeSeconds: 300, scope: ['transfer:funds', 'read:accounts'] };
    const { parameters, requested } = await stepUpAuthorizationParameters(base, stepUp);
    assert.equal(parameters.scope, 'openid read:accounts transfer:funds');
    assert.equal(parameters.acr_values, 'phr mfa');
    assert.equal(parameters.max_age, '300');
    assert.equal(parameters.audience, 'https://api.example');
    assert.equal(parameters.response_type, 'code');
    assert.deepEqual(requested, {
      scope: ['openid', 'read:accounts', 'transfer:funds'],
      acrValues: ['phr', 'mfa'],
      maxAgeSeconds: 300,
    });
  });

  it('T21: never asks for a refresh token, and never for silence', async () => {
    const { parameters } = await stepUpAuthorizationParameters(base, { maxAgeSeconds: 0 });
    assert.ok(!parameters.scope?.includes('offline_access'));
    assert.equal(parameters.max_age, '0');
    assert.equal(parameters.prompt, undefined);
    assert.equal(parameters.acr_values, undefined);
    for (const prompt of ['none', 'login none']) {
      const silent = { ...base, additionalParameters: { prompt } };
      await assert.rejects(stepUpAuthorizationParameters(silent, { maxAgeSeconds: 0 }), TypeError);
    }
  });

  it('carries PKCE, state and nonce, fresh each time', async () => {
    const first = await stepUpAuthorizationParameters(base, { maxAgeSeconds: 1 });
    const second = await stepUpAuthorizationParameters(base, { maxAgeSeconds: 1 });
    assert.equal(first.parameters.code_challenge_method, 'S256');
    assert.equal(first.parameters.code_challenge, await sha256Base64url(new TextEncoder().encode(first.codeVerifier)));
    assert.match(first.codeVerifier, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(first.parameters.state, first.state);
    assert.equal(first.parameters.nonce, first.nonce);
    assert.equal(
      new Set([first.state, first.nonce, first.codeVerifier, second.state, second.nonce, second.codeVerifier]).size,
      6,
    );
    assert.ok(!Object.values(first.parameters).includes(first.codeVerifier));
  });

  it('asks for nothing the application has not declared', async () => {
    await assert.rejects(
      stepUpAuthorizationParameters(base, { scope: ['transfer:funds', 'admin'] }),
      code('challenge_refused'),
    );
    await assert.rejects(stepUpAuthorizationParameters(base, { acrValues: ['x'] }), code('challenge_refused'));
    const { parameters } = await stepUpAuthorizationParameters(base, { acrValues: ['x', 'mfa'] });
    assert.equal(parameters.acr_values, 'mfa');
  });

  it('takes further parameters, but none of its own', async () => {
    const more = { ...base, additionalParameters: { login_hint: 'alice', ui_locales: 'de' } };
    const { parameters } = await stepUpAuthorizationParameters(more, { maxAgeSeconds: 1 });
    assert.equal(parameters.login_hint, 'alice');
    for (const name of [
      'acr_values',
      'max_age',
      'scope',
      'state',
      'redirect_uri',
      'request',
      'claims',
      'response_mode',
    ]) {
      const own = { ...base, additionalParameters: { [name]: 'x' } };
      await assert.rejects(stepUpAuthorizationParameters(own, { maxAgeSeconds: 1 }), TypeError, name);
    }
  });
});

describe('the S256 challenge', () => {
  it('is that of RFC 7636, appendix B', async () => {
    const verifier = new TextEncoder().encode('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
    assert.equal(await sha256Base64url(verifier), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });
});

describe('the authorization request of a login', () => {
  it('asks for the everyday scopes alone', async () => {
    const { parameters } = await loginAuthorizationParameters(base);
    assert.equal(parameters.scope, 'openid read:accounts offline_access');
    assert.equal(parameters.acr_values, undefined);
    assert.equal(parameters.max_age, undefined);
  });
});
