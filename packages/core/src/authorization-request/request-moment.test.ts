import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleClient } from '../client/client.example.ts';
import { instant, secondsAfter } from '../instant.ts';
import { collectRequirements } from '../policy/collect.ts';
import { defaultLevels } from '../policy/levels.ts';
import { events } from '../step-up.notation.ts';
import { contextThatMeets } from '../step-up.ts';
import { exampleRequest } from './authorization-request.example.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { agesFrom, countingProofs, requestMoment } from './request-moment.ts';

describe('the moment of a request', () => {
  it('is now', () => {
    assert.equal(requestMoment(instant(100), []), 100);
    assert.equal(requestMoment(instant(100), events('password@7, totp@99')), 100);
  });
  it('is a second later when a proof was given in this very second, so that it cannot be taken for an answer', () => {
    assert.equal(requestMoment(instant(100), events('password@100')), 101);
    assert.equal(requestMoment(instant(100), events('password@99, totp@101')), 101);
  });
  it('T21: is never more than a second ahead, however many requests and answers one second sees', () => {
    let proven = events('password@100');
    for (let i = 0; i < 100; i += 1) {
      const moment = requestMoment(instant(100), proven);
      assert.ok(moment <= 101);
      proven = [...proven, ...events(`password@${moment}`)];
    }
  });
  it('T23: proofs of a clock that was set back count when their moment has come', () => {
    const proven = events('password@7, totp@130');
    assert.deepEqual(countingProofs(proven, instant(100)), events('password@7'));
    assert.deepEqual(countingProofs(proven, instant(128)), events('password@7'));
    assert.deepEqual(countingProofs(proven, instant(129)), proven);
  });
  it('ages count back from the request, and from two minutes ago at most', () => {
    assert.equal(agesFrom(instant(1000), instant(1000)), 1000);
    assert.equal(agesFrom(instant(1000), instant(1119)), 1000);
    assert.equal(agesFrom(instant(1000), instant(2000)), 1880);
    assert.equal(agesFrom(instant(1001), instant(1000)), 1001);
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
      agesFrom: requestedAt,
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
