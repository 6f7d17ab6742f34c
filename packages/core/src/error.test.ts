import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { customErrorCode, oauthError } from './error.ts';

describe('a refusal', () => {
  it('has a code for the wire, a sentence for developers and a reason for the log', () => {
    assert.deepEqual(oauthError('invalid_scope', 'no_scope_left', 'None is left'), {
      code: 'invalid_scope',
      description: 'None is left',
      reason: 'no_scope_left',
    });
  });
  it('has no character that error_description may not hold (RFC 6749, section 5.2), or it is a bug', () => {
    for (const text of ['"', '\\', '\n', '\t', '\0', '\u007f', 'é', '\u2028']) {
      assert.throws(() => oauthError('invalid_request', 'reason', `a${text}b`), RangeError);
      assert.throws(() => oauthError('invalid_request', 'reason', text), RangeError);
    }
  });
  it('is never told without a sentence for the other side, nor without a reason for the log', () => {
    const withoutSentence = { name: 'RangeError', message: 'Not fit for the wire: scope_not_granted' };
    assert.throws(() => oauthError('invalid_scope', 'scope_not_granted', ''), withoutSentence);
    assert.throws(() => oauthError('invalid_scope', '', 'None is left'), RangeError);
  });
  it('has for its reason a word that can be searched for, and perhaps the name of a parameter', () => {
    for (const reason of ['declined', 'scope_not_granted', 'doubled:scope', 'doubled:returnTo', 'too_long:__proto__']) {
      assert.equal(oauthError('invalid_request', reason, 'None is left').reason, reason);
    }
    const others = [
      'No scope is left',
      'noScope',
      'a:',
      ':a',
      'a:b:c',
      'a\n',
      '\na',
      'a b',
      'a:b c',
      '1',
      'code_1',
      ' a',
    ];
    for (const reason of others) {
      const expected = { name: 'RangeError', message: `Not a reason: ${reason}` };
      assert.throws(() => oauthError('invalid_request', reason, 'None is left'), expected);
    }
  });
});

describe('an error code of the operator’s own', () => {
  it('is a word of the characters that RFC 6749, section 4.1.2.1 allows', () => {
    for (const code of ['account_frozen', 'terms:2026', 'E42', '~', 'x'.repeat(255)])
      assert.equal(customErrorCode(code), code);
    for (const code of ['', 'has blanks', 'a"b', 'a\\b', 'a\n', 'é', '\u007f', 'x'.repeat(256)])
      assert.equal(customErrorCode(code), undefined, code);
  });
  it('is never one that the server, or another protocol, means something by', () => {
    for (const code of [
      'access_denied',
      'login_required',
      'server_error',
      'invalid_client',
      'Login_Required',
      'mfa_required',
      'invalid_request_object',
      'unsupported_response_mode',
    ])
      assert.equal(customErrorCode(code), undefined, code);
  });
});
