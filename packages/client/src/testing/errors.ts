import assert from 'node:assert/strict';
import type { StepUpErrorCode } from '../error.ts';
import { StepUpError } from '../error.ts';

/** For `assert.rejects` and `assert.throws`: a {@link StepUpError} with this code. */
export function code(expected: StepUpErrorCode): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof StepUpError, String(error));
    assert.equal(error.code, expected);
    return true;
  };
}
