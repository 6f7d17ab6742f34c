import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { validateAuthResponse } from 'oauth4webapi';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { StepUpError } from '../error.ts';
import { oauthErrorOf, readAuthorizationResponse } from './response.ts';

const issuer = 'https://login.example/';
const expected = { state: 'a state', issuer, issIsPromised: true };
const CODES = ['state_mismatch', 'issuer_mismatch', 'authorization_refused'];

const some = (name: string, valid: string): fc.Arbitrary<readonly string[]> =>
  fc
    .oneof(
      { weight: 12, arbitrary: fc.constant([valid]) },
      { weight: 1, arbitrary: fc.array(nearly(fc.constant(valid)), { maxLength: 2 }) },
    )
    .map((values) => values.map((value) => new URLSearchParams([[name, value]]).toString()));

const query = nearly(
  fc
    .tuple(
      some('state', expected.state),
      some('iss', issuer),
      some('code', 'c0de-of-this-test'),
      fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some('error', 'access_denied') }),
    )
    .map((parts) => parts.flat().join('&')),
);

/** Whether another library takes it for a response to this request with a code in it. */
const othersTake = (parameters: URLSearchParams): boolean => {
  const server = { issuer, authorization_response_iss_parameter_supported: true };
  try {
    return validateAuthResponse(server, { client_id: 'app' }, parameters, expected.state).has('code');
  } catch {
    return false;
  }
};

it('a code is taken from a response to this very request, and another library would take it too', () => {
  let taken = 0;
  fuzz(
    fc.property(query, (text) => {
      // RFC 6749, section 3.1: an empty parameter counts as omitted.
      const parameters = new URLSearchParams([...new URLSearchParams(text)].filter(([, value]) => value !== ''));
      try {
        const code = readAuthorizationResponse(new URLSearchParams(text), expected);
        taken += 1;
        assert.ok(code !== '' && parameters.getAll('code').includes(code));
        assert.deepEqual([parameters.get('state'), parameters.get('error')], [expected.state, null]);
        assert.ok(othersTake(parameters));
      } catch (error) {
        assert.ok(error instanceof StepUpError && CODES.includes(error.code), String(error));
        assert.ok(!error.message.includes('c0de-of-this-test'), error.message);
      }
    }),
  );
  enough(taken, 500, 'were taken');
});

it('an error is shown as an error code of OAuth, or as none', () => {
  fuzz(
    fc.property(fc.oneof(nearly(fc.constant('access_denied')), anyJson), (value) => {
      const shown = oauthErrorOf(value);
      assert.match(shown, /^[\x20-\x21\x23-\x5B\x5D-\x7E]{1,100}$/);
      assert.ok(shown === value || shown === 'invalid_error');
    }),
  );
});
