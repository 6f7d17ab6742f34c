import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anyEvents, anyNeed, arbitraryLevels, drawFrom } from '../laws.arbitraries.ts';
import { events, requirement, rows } from '../step-up.notation.ts';
import { contextThatMeets } from '../step-up.ts';
import { explainRequirement } from './explain.ts';
import { defaultLevels } from './levels.ts';

describe('why a requirement is met or not', () => {
  const table = `
    password@0, totp@5                  | mfa                | met               | totp@5
    password@0, totp@5                  | mfa since 5        | met               | totp@5
    password@0, totp@5, password@9      | mfa since 5        | met               | totp@5
    password@0, totp@5, sms@5           | mfa since 5        | met               | sms@5 (the last of one second)
    totp@5, password@5                  | since 3            | met               | totp@5 (by the strongest level)
    password@0, totp@5, password@9      | 1fa                | met               | password@9
    password@0, totp@5                  | since 3            | met               | totp@5
    password@9, totp@5                  | since 6            | met               | password@9
    password@3, totp@5                  | every since 3      | met               | totp@5
                                        | mfa                | nobody_signed_in  |
    totp@5, key@6                       | mfa                | nobody_signed_in  |
    password@0                          | acr_values loa9    | level_unknown     |
                                        | acr_values loa9    | level_unknown     |
    password@0                          | mfa                | level_not_shown   |
    password@0, pin@1                   | mfa since 1        | level_not_shown   |
    password@0, totp@5                  | phr                | level_not_shown   |
    password@0, totp@5                  | using totp         | met               | totp@5
    password@0, totp@5                  | using email        | factor_not_shown  |
    password@0, totp@5                  | phr using totp     | level_not_shown   | totp@5
    password@0, totp@5, sms@9           | using totp since 7 | proof_too_old     | totp@5
    password@0, totp@5                  | mfa since 6        | proof_too_old     | totp@5
    password@9, totp@5                  | mfa since 6        | proof_too_old     | totp@5
    password@0, totp@5                  | since 6            | proof_too_old     | totp@5
    password@0, totp@5                  | every since 3      | proofs_too_old    | totp@5
    password@0, totp@5                  | every mfa since 3  | proofs_too_old    | totp@5
  `;
  for (const [facts = '', demand = '', reason = '', by = ''] of rows(table)) {
    it(`${facts || 'nothing proven'} | ${demand} | ${reason}`, () => {
      const trace = explainRequirement(requirement(demand), events(facts), defaultLevels);
      assert.equal(trace.reason, reason);
      assert.equal(trace.met, reason === 'met');
      assert.equal(trace.by ? `${trace.by.authenticator}@${trace.by.at}` : '', by);
    });
  }

  it('T26: says what was demanded and by whom, but not in the words of the asker', () => {
    const demand = {
      ...requirement('wished acr_values PAPE since 7'),
      source: { from: 'role', role: 'teller' },
    } as const;
    assert.deepEqual(explainRequirement(demand, [], defaultLevels), {
      source: { from: 'role', role: 'teller' },
      acr: ['mfa'],
      since: 7,
      binds: 'proof',
      voluntary: true,
      met: false,
      reason: 'nobody_signed_in',
    });
  });

  it('always agrees with the predicate that decides, and names a proof that was given', () => {
    const cases = fc.uint8Array({ minLength: 80, maxLength: 80 }).map((tape) => {
      const draw = drawFrom(tape);
      const levels = arbitraryLevels(draw);
      return { levels, facts: anyEvents(draw), demand: anyNeed(draw, levels) };
    });
    fc.assert(
      fc.property(cases, ({ levels, facts, demand }) => {
        const { met, reason, by } = explainRequirement(demand, facts, levels);
        assert.equal(met, contextThatMeets(facts, [demand], levels) !== undefined);
        assert.equal(met, reason === 'met');
        if (met) assert.ok(by && by.at >= (demand.since ?? 0));
        assert.ok(!by || facts.some(({ authenticator, at }) => authenticator === by.authenticator && at === by.at));
      }),
      { numRuns: 3000 },
    );
  });
});
