import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exampleClient } from '../client/client.example.ts';
import { instant, secondsAfter } from '../instant.ts';
import { collectRequirements } from '../policy/collect.ts';
import { defaultLevels } from '../policy/levels.ts';
import { events } from '../step-up.notation.ts';
import { contextThatMeets } from '../step-up.ts';
import { exampleRequest } from './authorization-request.example.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { requestMoment } from './request-moment.ts';

describe('the moment of a request', () => {
  it('is now', () => {
    assert.equal(requestMoment(instant(100), []), 100);
    assert.equal(requestMoment(instant(100), events('password@7, totp@99')), 100);
  });
  it('is after every proof that was there before it, so that none of them can be taken for an answer', () => {
    assert.equal(requestMoment(instant(100), events('password@100')), 101);
    assert.equal(requestMoment(instant(100), events('totp@130, password@7')), 131);
  });
  it('T23: of a session in which the clock was set back, the request still comes last', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.array(fc.nat(1000), { maxLength: 4 }), (now, seconds) => {
        const before = events(seconds.map((second) => `password@${second}`).join(', '));
        const moment = requestMoment(instant(now), before);
        assert.ok(moment >= now && before.every(({ at }) => at < moment));
      }),
      { numRuns: 2000 },
    );
  });
  it('prompt=login and max_age=0 want a new proof in the very second of the last one, and one in answer is enough', () => {
    const before = events('password@100');
    const requestedAt = requestMoment(instant(100), before);
    const context = {
      client: exampleClient,
      api: undefined,
      scopes: [],
      levels: defaultLevels,
      requestedAt,
      further: [],
    };
    const anew: readonly Partial<AuthorizationRequest>[] = [{ prompt: ['login'] }, { maxAgeSeconds: 0 }];
    for (const asked of anew) {
      const demands = collectRequirements({ ...exampleRequest, ...asked }, context);
      assert.equal(contextThatMeets(before, demands, defaultLevels), undefined);
      const answered = [...before, ...events(`password@${requestedAt}`)];
      assert.equal(contextThatMeets(answered, demands, defaultLevels)?.authTime, secondsAfter(instant(100), 1));
    }
  });
});
