import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import type { ClaimsParameter } from './claims.ts';
import { parseClaims } from './claims.ts';

const names = fc.constantFrom('mfa', 'phr', '__proto__', '');
const claim = fc.option(
  nearlyRecord({ essential: fc.boolean(), value: names, values: fc.array(names, { maxLength: 3 }) }),
);
const member = nearlyRecord({ acr: claim, sub: fc.record({ value: names }), email: fc.option(claim) });
const text = nearly(nearlyRecord({ id_token: member, userinfo: member }).map((value) => JSON.stringify(value)));

const named = (names: readonly string[] = []): Readonly<Record<string, null>> =>
  Object.fromEntries(names.map((name) => [name, null]));

const written = ({ acrClaim, subClaim, requestedClaims }: ClaimsParameter): string =>
  JSON.stringify({
    id_token: {
      ...named(requestedClaims?.idToken),
      ...(acrClaim && { acr: acrClaim }),
      ...(subClaim !== undefined && { sub: { value: subClaim } }),
    },
    userinfo: named(requestedClaims?.userinfo),
  });

it('claims: what is read is of its type, can be written, and is then read the same', () => {
  let good = 0;
  fuzz(
    fc.property(text, (sent) => {
      const claims = parseClaims(sent);
      if (!claims.ok) {
        assert.equal(claims.error.code, 'invalid_request');
        return;
      }
      good += 1;
      const { acrClaim, subClaim } = claims.value;
      assert.ok(acrClaim === undefined || acrClaim.values.every((value) => typeof value === 'string'));
      assert.ok(subClaim === undefined || typeof subClaim === 'string');
      assert.deepEqual(parseClaims(written(claims.value)), claims);
    }),
  );
  enough(good, 500, 'were good');
});

it('claims: what is refused is no JSON object, or asks for something in a form that nobody could mean', () => {
  fuzz(
    fc.property(text, (sent) => {
      const honest = { id_token: { acr: { essential: true, values: ['mfa'] } } };
      let asObject: unknown;
      try {
        asObject = JSON.parse(sent);
      } catch {
        assert.equal(parseClaims(sent).ok, false);
        return;
      }
      // Whatever else a request asks for, beside it an honest wish is understood.
      const others = typeof asObject === 'object' && asObject !== null ? { x: asObject } : { x: sent };
      const claims = parseClaims(JSON.stringify({ ...honest, ...others }));
      assert.deepEqual(claims, { ok: true, value: { acrClaim: { essential: true, values: ['mfa'] } } });
    }),
  );
});
