import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readChallenge, readStepUp } from './challenge.ts';
import { defaultLimits } from './limits.ts';

const answer = (status: number, header?: string) =>
  new Response(null, { status, headers: header === undefined ? {} : { 'www-authenticate': header } });

describe('readStepUp', () => {
  it('reads the challenges of RFC 9470, section 3', () => {
    const level =
      'Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="myACR"';
    const age =
      'Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", max_age="5"';
    assert.deepEqual(readStepUp(answer(401, level)), { acrValues: ['myACR'] });
    assert.deepEqual(readStepUp(answer(401, age)), { maxAgeSeconds: 5 });
  });

  it('reads acr_values in order, max_age and scope together, and each value once', () => {
    const header =
      'DPoP error="insufficient_user_authentication", acr_values="phr mfa phr", max_age=0, scope="a b a", algs="ES256"';
    assert.deepEqual(readStepUp(answer(401, header)), {
      acrValues: ['phr', 'mfa'],
      maxAgeSeconds: 0,
      scope: ['a', 'b'],
    });
  });

  it('reads a demand for scopes (RFC 6750, section 3.1)', () => {
    assert.deepEqual(readStepUp(answer(403, 'Bearer error="insufficient_scope", scope="a b"')), { scope: ['a', 'b'] });
  });

  it('finds the challenge among others', () => {
    const header =
      'Basic realm="x", Bearer error="invalid_token", Bearer error="insufficient_user_authentication", acr_values="mfa"';
    assert.deepEqual(readStepUp(answer(401, header)), { acrValues: ['mfa'] });
  });

  it('takes an error only under its own status', () => {
    const authentication = 'Bearer error="insufficient_user_authentication", acr_values="mfa"';
    const scope = 'Bearer error="insufficient_scope", scope="a"';
    for (const status of [200, 202, 400, 403, 404, 407, 500, 503])
      assert.equal(readStepUp(answer(status, authentication)), undefined);
    for (const status of [200, 400, 401, 500]) assert.equal(readStepUp(answer(status, scope)), undefined);
  });

  it('is undefined for an answer without a challenge, and for one beyond the limits', () => {
    assert.equal(readStepUp(answer(401)), undefined);
    assert.equal(readStepUp(answer(401, 'Bearer error="insufficient_user_authentication"')), undefined);
    assert.equal(
      readStepUp(answer(401, `Bearer error="insufficient_user_authentication", acr_values="${'a '.repeat(5000)}"`)),
      undefined,
    );
  });

  it('keeps within the limits, whatever the header', () => {
    const parameter = fc.tuple(
      fc.constantFrom('acr_values', 'max_age', 'scope', 'realm'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 400 }),
    );
    fc.assert(
      fc.property(fc.array(parameter, { maxLength: 6 }), (parameters) => {
        const list = parameters.map(([name, value]) => `, ${name}="${value.replaceAll(/["\\]/g, '')}"`).join('');
        const reading = readChallenge(
          answer(401, `Bearer error="insufficient_user_authentication"${list}`),
          defaultLimits,
        );
        if (reading.kind !== 'step-up') return;
        const { acrValues = [], scope = [], maxAgeSeconds = 0 } = reading.stepUp;
        assert.ok(acrValues.length <= defaultLimits.acrValues && scope.length <= defaultLimits.scopes);
        assert.ok(
          [...acrValues, ...scope].every(
            (value) => value.length <= defaultLimits.valueCharacters && !/[\s"\\]/.test(value),
          ),
        );
        assert.ok(
          Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0 && maxAgeSeconds <= defaultLimits.maxAgeSeconds,
        );
      }),
    );
  });
});
