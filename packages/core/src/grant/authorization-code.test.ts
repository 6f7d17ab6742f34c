import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../instant.ts';
import type { CodePresentation, ConsumedCode } from './authorization-code.ts';
import { judgeCode } from './authorization-code.ts';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const REDIRECT = 'https://app.example/callback';

const CODE: ConsumedCode = {
  clientId: 'app',
  redirectUri: REDIRECT,
  redirectUriSent: true,
  codeChallenge: CHALLENGE,
  expiresAt: instant(160),
  grantRevoked: false,
  sessionAlive: true,
};
const PRESENTED: CodePresentation = {
  clientId: 'app',
  redirectUri: REDIRECT,
  challengeOfVerifier: CHALLENGE,
  now: instant(101),
};

const reason = (
  code: Partial<ConsumedCode>,
  presented: Partial<CodePresentation> & { without?: 'verifier' | 'redirect' } = {},
) => {
  const { without, ...changes } = presented;
  const { challengeOfVerifier, redirectUri, ...rest } = { ...PRESENTED, ...changes };
  const outcome = judgeCode(
    { ...CODE, ...code },
    {
      ...rest,
      ...(without !== 'redirect' && redirectUri !== undefined && { redirectUri }),
      ...(without !== 'verifier' && challengeOfVerifier !== undefined && { challengeOfVerifier }),
    },
  );
  if (outcome.ok) return 'fine';
  // Whoever holds a stolen code learns nothing: one code and one sentence for every reason.
  assert.deepEqual(
    [outcome.error.code, outcome.error.description],
    ['invalid_grant', 'The authorization code is not valid'],
  );
  return outcome.error.reason;
};

describe('a code that was consumed', () => {
  it('is good for the client, the address and the verifier it was made for', () => assert.equal(reason({}), 'fine'));

  it('not for another client', () => assert.equal(reason({}, { clientId: 'other' }), 'code_of_another_client'));

  it('not from the second on in which it expires', () => {
    assert.equal(reason({}, { now: instant(159) }), 'fine');
    assert.equal(reason({}, { now: instant(160) }), 'code_expired');
  });
  it('T21: not after its grant was revoked, or its session ended', () => {
    assert.equal(reason({ grantRevoked: true }), 'grant_revoked');
    assert.equal(reason({ sessionAlive: false }), 'session_ended');
  });
  it('the redirect URI is repeated exactly, and may be left out only if it was not named before (RFC 6749, section 4.1.3)', () => {
    assert.equal(reason({}, { without: 'redirect' }), 'redirect_uri_differs');
    assert.equal(reason({}, { redirectUri: `${REDIRECT}/` }), 'redirect_uri_differs');
    assert.equal(reason({ redirectUriSent: false }, { without: 'redirect' }), 'fine');
    assert.equal(reason({ redirectUriSent: false }, { redirectUri: 'https://evil.example/' }), 'redirect_uri_differs');
    assert.equal(reason({ redirectUriSent: false }), 'fine');
  });
  it('the verifier is there exactly when a challenge was, and fits it (RFC 9700, section 2.1.1)', () => {
    assert.equal(reason({}, { without: 'verifier' }), 'verifier_missing');
    assert.equal(reason({}, { challengeOfVerifier: '' }), 'verifier_wrong');
    assert.equal(reason({}, { challengeOfVerifier: CHALLENGE.toLowerCase() }), 'verifier_wrong');
    assert.equal(reason({ codeChallenge: null }, { without: 'verifier' }), 'fine');
    assert.equal(reason({ codeChallenge: null }), 'verifier_without_challenge');
    assert.equal(reason({ codeChallenge: '' }, { without: 'verifier' }), 'verifier_missing');
  });
});
