/** The laws that speak of tokens and proofs. Those of the steps between are in `laws-of-steps.test.ts`; law 5 is the store's. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AuthenticationContext } from './authentication-context.ts';
import { exampleClient } from './client/client.example.ts';
import { secondsAfter } from './instant.ts';
import type { Draw } from './laws.arbitraries.ts';
import {
  anyApi,
  anyEvent,
  anyEvents,
  anyNeed,
  anyNeeds,
  anyProof,
  anyScopes,
  anySituation,
  arbitraryLevels,
  drawFrom,
  REQUESTED_AT,
} from './laws.arbitraries.ts';
import { distance, isMet, missing, untruths } from './laws.oracle.ts';
import { nextStep } from './next-step.ts';
import { isOpenidScope, scopePolicy } from './policy/api.ts';
import { scopeRequirements } from './policy/collect.ts';
import { grantableScopes, standingScopes } from './policy/scopes.ts';
import { choicesThatMeet, contextThatMeets } from './step-up.ts';
import { assertIssuable, NotIssuable } from './token/assert-issuable.ts';

const drawn = <T>(make: (draw: Draw) => T): fc.Arbitrary<T> =>
  fc.uint8Array({ minLength: 160, maxLength: 160 }).map((tape) => make(drawFrom(tape)));

const holds = <T>(make: (draw: Draw) => T, law: (drawn: T) => void): void =>
  fc.assert(fc.property(drawn(make), law), { numRuns: 3000 });

/** A situation with an API and scopes of it, whose demands are among the requirements. */
const withScopes = (draw: Draw) => {
  const situation = anySituation(draw);
  const { levels } = situation;
  const [api, requested] = [anyApi(draw, levels), anyScopes(draw)];
  const scopes = requested.filter((scope) => isOpenidScope(scope) || scopePolicy(api, scope));
  const requirements = [...situation.requirements, ...scopeRequirements(api, scopes, levels, REQUESTED_AT)];
  return { situation: { ...situation, requirements }, api, requested, scopes, levels };
};

/** Facts of a session, whoever they belong to, and what is demanded of them. */
const facts = (draw: Draw) => {
  const levels = arbitraryLevels(draw);
  return {
    levels,
    events: anyEvents(draw),
    needs: anyNeeds(draw, levels),
    enrolled: Array.from({ length: draw(5) }, () => anyProof(draw)),
    oneMoreProof: anyEvent(draw),
    oneMoreNeed: anyNeed(draw, levels, 12),
    api: anyApi(draw, levels),
    requested: anyScopes(draw),
  };
};

describe('law 1: a token carries a scope only if its requirement was met by events of this session', () => {
  it('whatever nextStep issues passes the last gate, and earned every scope', () => {
    let issued = 0;
    holds(withScopes, ({ situation, api, scopes, levels }) => {
      const { next } = nextStep(situation);
      if (next.step !== 'issue') return;
      issued += 1;
      const events = situation.person?.events ?? [];
      const { context, requirements } = next;
      assertIssuable({ events, requirements, context, scopes, api, levels, scopesGrantedAt: REQUESTED_AT });
      for (const scope of scopes) {
        assert.ok(isMet(events, scopeRequirements(api, [scope], levels, REQUESTED_AT), levels));
      }
    });
    assert.ok(issued > 200, `only ${issued} cases reached a token`);
  });

  it('the last gate throws for every scope that was not earned or is not defined, and for those alone', () => {
    let refused = 0;
    holds(facts, ({ events, needs, api, requested, levels }) => {
      const context = contextThatMeets(events, needs, levels);
      if (!context) return;
      const earned = requested.every(
        (scope) =>
          isOpenidScope(scope) ||
          (scopePolicy(api, scope) && isMet(events, scopeRequirements(api, [scope], levels, REQUESTED_AT), levels)),
      );
      const issue = {
        events,
        requirements: needs,
        context,
        scopes: requested,
        api,
        levels,
        scopesGrantedAt: REQUESTED_AT,
      };
      if (earned) assertIssuable(issue);
      else assert.throws(() => assertIssuable(issue), NotIssuable);
      refused += earned ? 0 : 1;
    });
    assert.ok(refused > 200, `only ${refused} cases were refused`);
  });

  it('T27: a refresh keeps exactly the scopes that still stand, so it narrows and never breaks', () => {
    holds(facts, ({ events, needs, api, requested, levels, oneMoreProof }) => {
      const stand = (now: typeof REQUESTED_AT, proven = events) => standingScopes(requested, api, proven, levels, now);
      const [standing, later] = [stand(REQUESTED_AT), stand(secondsAfter(REQUESTED_AT, 3))];
      for (const scope of requested) {
        const policy = scopePolicy(api, scope);
        const met = policy && isMet(events, scopeRequirements(api, [scope], levels, REQUESTED_AT), levels);
        assert.equal(standing.includes(scope), isOpenidScope(scope) || (met === true && !policy?.singleUse));
      }
      assert.ok(
        later.every((scope) => standing.includes(scope)),
        'time gives nothing back',
      );
      const more = stand(REQUESTED_AT, [...events, oneMoreProof]);
      assert.ok(
        standing.every((scope) => more.includes(scope)),
        'proving more takes nothing away',
      );
      const context = contextThatMeets(events, needs, levels);
      const gate = { events, requirements: needs, api, levels, scopesGrantedAt: REQUESTED_AT, scopes: standing };
      if (context) assertIssuable({ ...gate, context });
    });
  });

  it('only scopes that the API defines and the client may have are granted', () => {
    holds(facts, ({ api, requested }) => {
      const client = {
        ...exampleClient,
        grantTypes: ['authorization_code'] as const,
        apis: { [api.audience]: ['read', '__proto__', 'toString'] },
      };
      const granted = grantableScopes(requested, client, api);
      for (const scope of granted.ok ? granted.value : []) {
        const mine = scopePolicy(api, scope) && ['read', '__proto__', 'toString'].includes(scope);
        assert.ok(mine || (isOpenidScope(scope) && scope !== 'offline_access'));
      }
      const nothing = grantableScopes(requested, { ...client, apis: {} }, api);
      assert.ok(!nothing.ok || nothing.value.every(isOpenidScope));
    });
  });
});

describe('law 2: acr, acrs, amr, auth_time and amr_times are true of the events', () => {
  it('a context says nothing that the events do not, and leaves nothing out', () => {
    holds(facts, ({ events, needs, levels }) => {
      const context = contextThatMeets(events, needs, levels);
      assert.equal(context !== undefined, isMet(events, needs, levels));
      if (context) assert.deepEqual(untruths(context, events, needs, levels), []);
    });
  });

  it('a context with anything changed, added or left out does not pass the last gate', () => {
    const changes: readonly ((context: AuthenticationContext) => Partial<AuthenticationContext>)[] = [
      ({ acr }) => ({ acr: acr === 'mfa' ? 'phr' : 'mfa' }),
      ({ acrs }) => ({ acrs: [...acrs, 'phrh!'] }),
      ({ acrs }) => ({ acrs: acrs.slice(1) }),
      ({ amr }) => ({ amr: [...amr, 'hwk!'] }),
      ({ authTime }) => ({ authTime: secondsAfter(authTime, 1) }),
      ({ amrTimes }) => ({ amrTimes: { ...amrTimes, 'hwk!': REQUESTED_AT } }),
      ({ amr: [first = 'pwd'], amrTimes }) => ({ amrTimes: { ...amrTimes, [first]: secondsAfter(REQUESTED_AT, 99) } }),
    ];
    let caught = 0;
    holds(facts, ({ events, needs, levels }) => {
      const context = contextThatMeets(events, needs, levels);
      if (!context) return;
      const issue = { events, requirements: needs, scopes: [], api: undefined, levels, scopesGrantedAt: REQUESTED_AT };
      for (const change of changes) {
        assert.throws(() => assertIssuable({ ...issue, context: { ...context, ...change(context) } }), NotIssuable);
        caught += 1;
      }
    });
    assert.ok(caught > 2000);
  });

  it('T6: a context of the facts before a step-up stays what it was; the proof given later is not among them', () => {
    holds(facts, ({ events, needs, levels, oneMoreProof }) => {
      const before = contextThatMeets(events, needs, levels);
      const after = contextThatMeets([...events, oneMoreProof], needs, levels);
      const issue = { requirements: needs, scopes: [], api: undefined, levels, scopesGrantedAt: REQUESTED_AT };
      if (!after || JSON.stringify(after) === JSON.stringify(before)) return;
      assert.throws(() => assertIssuable({ ...issue, events, context: after }), NotIssuable);
    });
  });
});

describe('law 3: proving more never creates a need, demanding more never removes one', () => {
  it('of what is met', () => {
    holds(facts, ({ events, needs, levels, oneMoreProof, oneMoreNeed }) => {
      const met = contextThatMeets(events, needs, levels) !== undefined;
      if (met) assert.ok(contextThatMeets([...events, oneMoreProof], needs, levels));
      if (met) assert.ok(contextThatMeets([oneMoreProof, ...events], needs, levels));
      else assert.equal(contextThatMeets(events, [...needs, oneMoreNeed], levels), undefined);
    });
  });

  it('of how many proofs are asked for', () => {
    holds(facts, ({ events, needs, enrolled, levels, oneMoreProof, oneMoreNeed }) => {
      if (contextThatMeets(events, needs, levels)) return;
      const now = missing(choicesThatMeet(events, enrolled, needs, levels));
      const more = [...events, oneMoreProof];
      assert.ok(missing(choicesThatMeet(more, enrolled, needs, levels)) <= now);
      assert.ok(missing(choicesThatMeet(events, enrolled, [...needs, oneMoreNeed], levels)) >= now);
      const { at: _, ...another } = oneMoreProof;
      assert.ok(missing(choicesThatMeet(events, [...enrolled, another], needs, levels)) <= now);
    });
  });

  it('of the next step', () => {
    const make = (draw: Draw) => {
      const situation = anySituation(draw);
      return { situation, oneMoreProof: anyEvent(draw), oneMoreNeed: anyNeed(draw, situation.levels) };
    };
    holds(make, ({ situation, oneMoreProof, oneMoreNeed }) => {
      const now = distance(nextStep(situation));
      const { person, requirements } = situation;
      if (person) {
        const proven = { ...situation, person: { ...person, events: [...person.events, oneMoreProof] } };
        assert.ok(distance(nextStep(proven)) <= now);
      }
      assert.ok(distance(nextStep({ ...situation, requirements: [...requirements, oneMoreNeed] })) >= now);
      assert.ok(distance(nextStep({ ...situation, consentMissing: [...situation.consentMissing, 'more'] })) >= now);
    });
  });
});
