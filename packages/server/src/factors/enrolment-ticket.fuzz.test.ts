import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { ticketDigest } from './enrolment-ticket.ts';
import { generateRecoveryCodes, normaliseRecoveryCode } from './recovery-code.ts';

const tickets = generateRecoveryCodes((length) => randomBytes(length), 20);

it('a ticket has one digest however it is typed, and nothing else has any', () => {
  fuzz(
    fc.property(nearly(fc.constantFrom(...tickets)), (typed) => {
      const normal = normaliseRecoveryCode(typed);
      const digest = ticketDigest(typed);
      assert.equal(digest === undefined, normal === undefined);
      if (normal === undefined) return;
      assert.match(digest ?? '', /^[\w-]{43}$/);
      assert.equal(digest, ticketDigest(normal.toLowerCase()));
      for (const ticket of tickets) {
        if (ticketDigest(ticket) === digest) assert.equal(normaliseRecoveryCode(ticket), normal);
      }
    }),
  );
});
