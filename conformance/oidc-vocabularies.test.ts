/** The words of `acr` and `amr`: RFC 8176, OpenID Connect EAP ACR Values 1.0, PAPE, and the names that others have for levels. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { PAPE } from './fabrikam.ts';
import { answerIn, authorizationUrl, claimsOf, getJson, tokensFor } from './flow.ts';
import { UserAgent } from './user-agent.ts';

/** The values that RFC 8176, section 2, registers. */
const REGISTERED = 'face fpt geo hwk iris kba mca mfa otp pin pwd rba retina sc sms swk tel user vbm wia'.split(' ');

/** Names of two factors in other houses. */
const NAMES = [
  'https://refeds.org/profile/mfa',
  'urn:okta:loa:2fa:any',
  'http://eidas.europa.eu/LoA/substantial',
  'http://idmanagement.gov/ns/assurance/aal/2',
  'urn:brasil:openbanking:loa3',
  'urn:cds.au:cdr:3',
  'AAL2',
];

const server = await startAuthorizationServer({ people: ['ada', 'ben', 'cleo', 'dan'] });
const abroad = await startAuthorizationServer({
  people: NAMES.map((_, i) => `person${i}`),
  change: (config) => ({
    ...config,
    // Their order is not an order of strength: each says by itself what shows it.
    levels: [
      { acr: 'mfa', aliases: [PAPE, ...NAMES], kinds: 2, shownBy: 'any', renewedBy: 'not-knowledge' },
      { acr: 'urn:okta:loa:1fa:any', aliases: ['0.5'], kinds: 1, shownBy: 'any', renewedBy: 'any' },
    ],
  }),
});
after(async () => {
  await server.close();
  await abroad.close();
});

describe('RFC 8176: amr', () => {
  it('a password is pwd, a code is otp, and mfa stands beside them once it was earned', async () => {
    const once = claimsOf((await tokensFor(server, 'ada')).id_token);
    assert.deepEqual(once.amr, ['pwd']);
    const twice = claimsOf((await tokensFor(server, 'ben', { acr_values: 'mfa' })).id_token);
    assert.deepEqual(new Set([twice.amr].flat()), new Set(['mfa', 'otp', 'pwd']));
  });

  it('2: every value is registered, in its very case', async () => {
    const { access_token, id_token } = await tokensFor(server, 'cleo', { acr_values: 'mfa' });
    for (const { amr } of [claimsOf(access_token), claimsOf(id_token)]) {
      assert.ok(Array.isArray(amr) && amr.length > 0);
      for (const value of amr) assert.ok(REGISTERED.includes(String(value)), String(value));
    }
  });
});

const refusedAs = async (acr_values: string, at = server): Promise<unknown> =>
  answerIn(await new UserAgent(at.issuer).open(authorizationUrl(at, { acr_values }))).error;

describe('OpenID Connect EAP ACR Values 1.0, and PAPE', () => {
  it('phr is promised where there are passkeys; phrh only where something counts as hardware', async () => {
    const { body } = await getJson(server.at('.well-known/openid-configuration'));
    assert.deepEqual(body.acr_values_supported, ['phr', 'mfa', PAPE, '1fa']);
    assert.equal(await refusedAs('phrh'), 'unmet_authentication_requirements');
  });

  it('PAPE’s multi-factor is two factors; its other policies are names that nobody here knows', async () => {
    assert.equal(claimsOf((await tokensFor(server, 'dan', { acr_values: PAPE })).access_token).acr, PAPE);
    const policies = 'http://schemas.openid.net/pape/policies/2007/06';
    for (const policy of ['phishing-resistant', 'multi-factor-physical']) {
      assert.equal(await refusedAs(`${policies}/${policy}`), 'unmet_authentication_requirements');
    }
  });

  it('OpenID Connect Core 1.0, section 2: 0, which means no confidence at all, is never an answer', async () => {
    assert.equal(await refusedAs('0'), 'unmet_authentication_requirements');
  });
});

describe('the vocabularies of others, by configuration', () => {
  for (const [i, acr] of NAMES.entries()) {
    it(`${acr} is asked for and given back by that name`, async () => {
      const { access_token, id_token } = await tokensFor(abroad, `person${i}`, { acr_values: acr });
      for (const token of [access_token, id_token]) {
        assert.equal(claimsOf(token).acr, acr);
        assert.deepEqual(claimsOf(token).acrs, ['mfa', 'urn:okta:loa:1fa:any']);
      }
    });
  }

  it('all of them are announced, and those of the defaults that were replaced are gone', async () => {
    const { body } = await getJson(abroad.at('.well-known/openid-configuration'));
    assert.deepEqual(body.acr_values_supported, ['mfa', PAPE, ...NAMES, 'urn:okta:loa:1fa:any', '0.5']);
    assert.equal(await refusedAs('1fa', abroad), 'unmet_authentication_requirements');
  });
});
