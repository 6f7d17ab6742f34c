import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StepUpError } from '../error.ts';
import { code } from '../testing/errors.ts';
import { readAuthorizationResponse } from './response.ts';

const expected = { state: 's', issuer: 'https://login.example/', issIsPromised: true };
const read =
  (query: string, changes: Partial<typeof expected> = {}) =>
  () =>
    readAuthorizationResponse(new URLSearchParams(query), { ...expected, ...changes });
const iss = 'iss=https%3A%2F%2Flogin.example%2F';

describe('an authorization response', () => {
  it('gives its code', () => {
    assert.equal(read(`code=c&state=s&${iss}`)(), 'c');
    assert.equal(read('code=c&state=s', { issIsPromised: false })(), 'c');
  });

  it('must carry the state of this request', () => {
    for (const query of [
      `code=c&${iss}`,
      `code=c&state=other&${iss}`,
      `code=c&state=&${iss}`,
      `code=c&state=s&state=s&${iss}`,
    ]) {
      assert.throws(read(query), code('state_mismatch'), query);
    }
  });

  it('must come from this issuer (RFC 9207), an error as well', () => {
    assert.throws(read('code=c&state=s'), code('issuer_mismatch'));
    assert.throws(read('code=c&state=s&iss=https://login.example'), code('issuer_mismatch'));
    assert.throws(read('error=access_denied&state=s&iss=https://evil.example/'), code('issuer_mismatch'));
    assert.throws(read('code=c&state=s&iss=https://evil.example/', { issIsPromised: false }), code('issuer_mismatch'));
  });

  it('T3: that is an error says which', () => {
    assert.throws(read(`error=unmet_authentication_requirements&state=s&${iss}`), (error) => {
      code('authorization_refused')(error);
      assert.ok(error instanceof StepUpError);
      assert.equal(error.oauthError, 'unmet_authentication_requirements');
      return true;
    });
    assert.throws(read(`error=access_denied&code=c&state=s&${iss}`), code('authorization_refused'));
    assert.throws(read(`state=s&${iss}`), code('authorization_refused'));
  });

  it('cannot put text of its own into the message', () => {
    const text = encodeURIComponent('Call 555-1234 "now"\n');
    assert.throws(read(`error=${text}&state=s&${iss}`), (error) => {
      assert.ok(error instanceof StepUpError);
      assert.equal(error.oauthError, 'invalid_error');
      assert.ok(!error.message.includes('555'));
      return true;
    });
  });

  it('repeats no parameter', () => {
    assert.throws(read(`code=c&code=d&state=s&${iss}`), code('state_mismatch'));
  });
});
