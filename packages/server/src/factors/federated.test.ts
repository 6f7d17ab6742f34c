import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contextThatMeets, defaultLevels, instant } from '@stile/core';
import fc from 'fast-check';
import type { FederationSettings } from '../config/federation-schema.ts';
import { federationSchema } from '../config/federation-schema.ts';
import type { UpstreamClaims } from './federated.ts';
import { federatedFactor, mapFederated } from './federated.ts';

const NOW = instant(1_800_000_000);
const ISSUER = 'https://accounts.example/';

const federation = federationSchema.parse([
  { issuer: 'https://silent.example/' },
  {
    issuer: ISSUER,
    earns: [
      { amr: ['pwd', 'otp'], kinds: ['knowledge', 'possession'] },
      { acr: ['gold', 'platinum'], kinds: ['possession', 'inherence'], phishingResistant: true },
      { amr: 'pwd', kinds: ['knowledge'] },
    ],
  },
]);

const acrOf = (claims: Partial<UpstreamClaims>, settings: FederationSettings = federation): string | undefined => {
  const mapped = mapFederated({ iss: ISSUER, auth_time: NOW, ...claims }, 'link', settings, NOW);
  return mapped.ok ? (contextThatMeets([mapped.event], [], defaultLevels)?.acr ?? 'none') : mapped.reason;
};

describe('a sign-in at another provider', () => {
  it('T11: earns nothing unless a mapping says so, whatever the provider claims', () => {
    for (const claims of [{}, { acr: 'mfa' }, { amr: ['mfa', 'hwk', 'otp'] }, { acr: 'phrh', amr: ['otp'] }]) {
      assert.equal(acrOf(claims), 'none');
      assert.equal(acrOf({ iss: 'https://silent.example/', ...claims }), 'none');
    }
    assert.equal(acrOf({ amr: ['pwd'] }), '1fa');
    assert.equal(acrOf({ amr: ['otp', 'x', 'pwd'] }), 'mfa');
    assert.equal(acrOf({ acr: 'gold' }), 'phr');
  });

  it('is taken of providers that are configured, by their exact names', () => {
    for (const iss of ['https://accounts.example', 'https://ACCOUNTS.example/', 'https://evil.example/', '']) {
      assert.equal(acrOf({ iss, amr: ['pwd'] }), 'issuer_unknown');
    }
  });

  it('T23: is as old as the provider says, never of the future, and never of unknown age', () => {
    const at = (auth_time: unknown): unknown => {
      const mapped = mapFederated({ iss: ISSUER, auth_time }, 'link', federation, NOW);
      return mapped.ok ? mapped.event.at - NOW : mapped.reason;
    };
    assert.equal(at(NOW - 86_400), -86_400);
    assert.equal(at(0), 0 - NOW);
    assert.equal(at(NOW + 60), 0);
    assert.equal(at(NOW + 61), 'auth_time_in_the_future');
    for (const nothing of [undefined, null, '1800000000', NOW * 1000, -1, 1.5, Number.NaN, {}]) {
      assert.equal(at(nothing), 'auth_time_missing');
    }
  });

  it('never proves more than some rule says, nor is newer than now, whatever the claims are', () => {
    const word = fc.constantFrom('pwd', 'otp', 'gold', 'platinum', 'mfa', 'constructor', '__proto__');
    const claims = fc.record({
      iss: fc.constantFrom(ISSUER, 'https://silent.example/'),
      acr: fc.oneof(word, fc.anything()),
      amr: fc.oneof(fc.array(word), word, fc.anything()),
      auth_time: fc.oneof(fc.integer({ min: NOW - 100, max: NOW + 100 }), fc.anything()),
    });
    let earned = 0;
    fc.assert(
      fc.property(claims, (upstream) => {
        const mapped = mapFederated(upstream, 'link', federation, NOW);
        if (!mapped.ok) return;
        const { event } = mapped;
        assert.ok(event.at <= NOW && event.first && !event.hardwareBound && event.amr.length === 0);
        if (event.kinds.length === 0) return assert.equal(event.phishingResistant, false);
        earned += 1;
        assert.equal(upstream.iss, ISSUER);
        const said = [upstream.acr, ...(Array.isArray(upstream.amr) ? upstream.amr : [])];
        assert.ok(said.some((name) => ['pwd', 'gold', 'platinum'].includes(String(name))));
      }),
      { numRuns: 3000 },
    );
    assert.ok(earned > 100, `only ${earned} earned anything`);
  });

  it('is never asked for on a page, for there is no way to sign in by it yet', () => {
    assert.equal(federatedFactor.proves({ material: { issuer: ISSUER, subject: 'robin' } }), undefined);
  });

  it('a rule that names nothing, and a provider that stands twice, are mistakes', () => {
    const faulty = [
      [{ issuer: ISSUER, earns: [{ kinds: ['knowledge'] }] }],
      [{ issuer: ISSUER }, { issuer: ISSUER }],
      [{ issuer: 'http://accounts.example/' }],
      [{ issuer: ISSUER, earns: [{ amr: 'pwd', kinds: [] }] }],
    ];
    for (const each of faulty) assert.equal(federationSchema.safeParse(each).success, false);
  });
});
