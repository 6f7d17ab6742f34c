import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { oauthError } from './error.ts';

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
});
