/** The laws that speak of the way to a token: it ends, it shows no page that was not allowed, and nobody is let past. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Proof } from './authentication-event.ts';
import { secondsAfter } from './instant.ts';
import type { Draw } from './laws.arbitraries.ts';
import {
  anyEvent,
  anyNeed,
  anySituation,
  anyWishes,
  confusedLevels,
  drawFrom,
  REQUESTED_AT,
} from './laws.arbitraries.ts';
import { distance, isMet, missing } from './laws.oracle.ts';
import type { Decision, NextStep, Person, Situation } from './next-step.ts';
import { nextStep } from './next-step.ts';
import { defaultLevels } from './policy/levels.ts';
import { proof, proofs, requirement } from './step-up.notation.ts';

const drawn = <T>(make: (draw: Draw) => T): fc.Arbitrary<T> =>
  fc.uint8Array({ minLength: 200, maxLength: 200 }).map((tape) => make(drawFrom(tape)));

const holds = <T>(make: (draw: Draw) => T, law: (drawn: T) => void): void =>
  fc.assert(fc.property(drawn(make), law), { numRuns: 3000 });

const withWishes = (draw: Draw): Situation => {
  const situation = anySituation(draw);
  return { ...situation, requirements: [...situation.requirements, ...anyWishes(draw, situation.levels)] };
};

const proven = (situation: Situation, proofs: readonly Proof[], after: number): Situation => {
  const { person } = situation;
  assert.ok(person);
  const events = proofs.map((each) => ({ ...each, at: secondsAfter(REQUESTED_AT, after) }));
  return { ...situation, person: { ...person, events: [...person.events, ...events] } };
};

/** Whoever is wanted signs in, with a password if nothing else. */
const signedIn = (situation: Situation): Situation => {
  const userId = situation.expectedUser ?? situation.pinnedUser ?? situation.person?.userId ?? 'alice';
  const same = situation.person?.userId === userId ? situation.person : undefined;
  const person: Person = same ?? { userId, events: [], enrolled: situation.person?.enrolled ?? [] };
  const first = person.enrolled.find((each) => each.first) ?? proof('password');
  return proven({ ...situation, person, pinnedUser: situation.pinnedUser ?? userId }, [first], 0);
};

/** Does what a step asks for, as the pages do: records a fact. The answers to a challenge may stop half way. */
const answered = (situation: Situation, next: NextStep, draw: Draw): Situation => {
  switch (next.step) {
    case 'login':
      return signedIn(situation);
    case 'select-account':
      return { ...situation, accountSelectedAt: REQUESTED_AT };
    case 'consent':
      return { ...situation, consentedAt: REQUESTED_AT };
    case 'challenge': {
      const choice = next.anyOf[draw(next.anyOf.length)] ?? [];
      return proven(situation, choice.slice(0, 1 + draw(choice.length)), draw(4));
    }
    case 'enrol': {
      const chosen = next.anyOf[draw(next.anyOf.length)];
      assert.ok(chosen && situation.person);
      const person = { ...situation.person, enrolled: [...situation.person.enrolled, chosen] };
      return proven({ ...situation, person }, [chosen], draw(4));
    }
    case 'issue':
    case 'refuse':
      return situation;
  }
};

const ends = (step: NextStep['step']): boolean => step === 'issue' || step === 'refuse';

describe('law 4: an answered challenge is never asked again', () => {
  // A wish that was out of reach may come within it when a need has been met by an enrolment; then it is asked for too.
  const most = (step: NextStep['step'], wishes: boolean): number =>
    step === 'challenge' ? (wishes ? 6 : 3) : step === 'enrol' && wishes ? 2 : 1;

  it('every way ends: one login, one choice of account, one enrolment, one consent, three proofs at most', () => {
    const ways = new Map<string, number>();
    holds(
      (draw) => ({ situation: withWishes(draw), draw }),
      ({ situation, draw }) => {
        const steps: NextStep['step'][] = [];
        const wishes = situation.requirements.some(({ voluntary }) => voluntary);
        let now = situation;
        for (let decision = nextStep(now); !ends(decision.next.step); decision = nextStep(now)) {
          steps.push(decision.next.step);
          now = answered(now, decision.next, draw);
          const times = steps.filter((each) => each === decision.next.step).length;
          assert.ok(times <= most(decision.next.step, wishes), steps.join(', '));
        }
        const way = [...steps, nextStep(now).next.step].join(', ');
        ways.set(way, (ways.get(way) ?? 0) + 1);
      },
    );
    for (const part of ['challenge, issue', 'challenge, challenge', 'login, challenge', 'enrol, ']) {
      assert.ok(
        [...ways.keys()].some((way) => way.includes(part)),
        `nobody went this way: ${part}`,
      );
    }
  });

  it('a choice that is proven whole leaves no proof to ask for; half of one leaves fewer', () => {
    let asked = 0;
    holds(anySituation, (situation) => {
      const { next } = nextStep(situation);
      if (next.step !== 'challenge') return;
      asked += 1;
      for (const choice of next.anyOf) {
        for (const after of [0, 1, 99]) {
          const whole = nextStep(proven(situation, choice, after));
          assert.ok(['issue', 'consent'].includes(whole.next.step), whole.next.step);
        }
        for (const part of choice) {
          if (choice.length === 1) continue;
          const half = nextStep(proven(situation, [part], 0)).next;
          assert.ok(half.step === 'challenge' && missing(half.anyOf) < missing(next.anyOf));
        }
      }
    });
    assert.ok(asked > 200, `only ${asked} challenges`);
  });

  it('every choice is of what the person has, is as small as any, and does without nothing', () => {
    holds(withWishes, (situation) => {
      const { next } = nextStep(situation);
      if (next.step !== 'challenge') return;
      assert.ok(next.anyOf.every((choice) => choice.length === missing(next.anyOf) && choice.length > 0));
      assert.ok(next.anyOf.flat().every((each) => situation.person?.enrolled.includes(each)));
    });
  });

  it('T4: prompt=none never shows a page, and says which page it would have been', () => {
    const pages: Readonly<Record<string, string>> = {
      login: 'login_required',
      challenge: 'login_required',
      enrol: 'interaction_required',
      consent: 'consent_required',
      'select-account': 'account_selection_required',
    };
    holds(anySituation, (situation) => {
      const asked = nextStep({ ...situation, prompt: situation.prompt.filter((each) => each !== 'none') });
      const { prompt } = situation;
      const silent = nextStep({ ...situation, prompt: ['none', ...prompt.filter((each) => each !== 'none')] });
      assert.ok(ends(silent.next.step));
      if (ends(asked.next.step)) assert.deepEqual(silent, asked);
      else assert.equal(silent.next.step === 'refuse' && silent.next.error.code, pages[asked.next.step]);
    });
  });
});

/** Freezes all that can be reached, so that writing to it throws. */
const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
};

describe('law 5, as far as it can be seen from here', () => {
  it('T15: asking is free: nextStep changes nothing it was given, and answers the same again', () => {
    holds(withWishes, (situation) => {
      const before = structuredClone(situation);
      const first = nextStep(frozen(situation));
      assert.deepEqual(nextStep(frozen(situation)), first);
      assert.deepEqual(nextStep(before), first);
    });
  });
});

describe('law 6: there is an answer to everything, and in doubt it is no', () => {
  const odd = (draw: Draw): Situation => {
    const situation = anySituation(draw, confusedLevels(draw));
    const future = draw(2) === 0 ? [] : [anyNeed(draw, situation.levels, 12)];
    const wishes = [...anyWishes(draw, situation.levels), ...anyWishes(draw, situation.levels)];
    return { ...situation, requirements: [...situation.requirements, ...future, ...wishes] };
  };

  it('nextStep never throws, and issues only what is met by the person that is wanted', () => {
    holds(odd, (situation) => {
      const { next, trace } = nextStep(situation);
      assert.equal(trace.step, next.step);
      assert.equal(trace.requirements.length + trace.dropped.length, situation.requirements.length);
      assert.ok(trace.dropped.every(({ voluntary }) => voluntary === true));
      if (next.step !== 'issue') return;
      const { person, expectedUser, pinnedUser, requirements, levels } = situation;
      assert.ok(person);
      assert.ok(person.events.some(({ first }) => first));
      assert.ok(expectedUser === undefined || expectedUser === person.userId);
      assert.ok(pinnedUser === undefined || pinnedUser === person.userId);
      const needs = requirements.filter(({ voluntary }) => !voluntary);
      assert.ok(isMet(person.events, needs, levels));
      assert.ok(needs.every((need) => next.requirements.includes(need)));
    });
  });

  it('empty lists everywhere end in a refusal', () => {
    const nothing: Situation = {
      prompt: [],
      requestedAt: REQUESTED_AT,
      requirements: [],
      levels: [],
      consentMissing: [],
      installed: [],
      enrollable: [],
    };
    const person = { userId: 'alice', events: [], enrolled: [] };
    for (const situation of [nothing, { ...nothing, person }, { ...nothing, levels: defaultLevels, person }]) {
      const { next } = nextStep(situation);
      assert.equal(next.step === 'refuse' && next.error.code, 'unmet_authentication_requirements');
    }
  });
});

describe('law 7: a person without a usable factor is refused, or led through a guarded enrolment', () => {
  const onlyKnowing = (draw: Draw): Situation => {
    const situation = anySituation(draw, defaultLevels);
    const known = proofs('password, pin, federated');
    const events = Array.from({ length: draw(5) }, () => ({ ...anyEvent(draw), ...(known[draw(3)] ?? proof('pin')) }));
    const need = { ...requirement('mfa'), ...(draw(2) === 1 && { since: REQUESTED_AT }) };
    const enrollable = proofs('pin, totp, passkey, face, password').filter(() => draw(3) === 2);
    return {
      ...situation,
      person: { userId: 'alice', events, enrolled: known },
      requirements: [...situation.requirements, draw(3) === 0 ? requirement('phr or mfa') : need],
      enrollable,
    };
  };

  it('T7: with things known alone there is never a token for two factors', () => {
    const steps = new Map<string, number>();
    holds(onlyKnowing, (situation) => {
      const { next, trace } = nextStep(situation);
      steps.set(trace.reason, (steps.get(trace.reason) ?? 0) + 1);
      assert.ok(!['issue', 'consent', 'challenge'].includes(next.step), next.step);
      if (next.step === 'enrol') {
        assert.ok(next.anyOf.every((each) => situation.enrollable.includes(each)));
        assert.ok(next.anyOf.every(({ kinds }) => kinds.some((kind) => kind !== 'knowledge')));
      }
      if (trace.reason !== 'nothing_enrolled' || next.step !== 'refuse') return;
      assert.equal(next.error.code, 'unmet_authentication_requirements');
    });
    assert.ok((steps.get('nothing_enrolled') ?? 0) > 200);
  });

  it('enrolment is offered only where it was allowed', () => {
    holds(anySituation, (situation) => {
      assert.notEqual(nextStep({ ...situation, enrollable: [] }).next.step, 'enrol');
    });
  });
});

describe('requirements are a set', () => {
  const essence = ({ next, trace }: Decision): unknown => ({
    next: { ...next, requirements: [] },
    reason: trace.reason,
    met: trace.requirements.map((each) => JSON.stringify(each)).toSorted(),
    dropped: trace.dropped.map((each) => JSON.stringify(each)).toSorted(),
  });

  it('their order means nothing, and neither does saying one twice', () => {
    holds(
      (draw) => {
        const situation = withWishes(draw);
        const order = situation.requirements.map((each) => ({ each, place: draw(50) }));
        const shuffled = order.toSorted((a, b) => a.place - b.place).map(({ each }) => each);
        return { situation, shuffled };
      },
      ({ situation, shuffled }) => {
        const decision = nextStep(situation);
        assert.deepEqual(essence(nextStep({ ...situation, requirements: shuffled })), essence(decision));
        const doubled = nextStep({ ...situation, requirements: [...situation.requirements, ...shuffled] });
        assert.deepEqual({ ...doubled.next, requirements: [] }, { ...decision.next, requirements: [] });
      },
    );
  });

  it('a wish never weakens a need, never ends the way, and is either honoured whole or dropped', () => {
    let dropped = 0;
    holds(withWishes, (situation) => {
      const needs = situation.requirements.filter(({ voluntary }) => !voluntary);
      const [wished, plain] = [nextStep(situation), nextStep({ ...situation, requirements: needs })];
      assert.ok(distance(wished) >= distance(plain));
      if (wished.next.step === 'refuse') assert.deepEqual(wished.next, plain.next);
      if (wished.trace.dropped.length > 0) assert.deepEqual(wished.next, plain.next);
      else if (wished.next.step === 'issue') {
        assert.ok(isMet(situation.person?.events ?? [], situation.requirements, situation.levels));
      }
      dropped += wished.trace.dropped.length;
    });
    assert.ok(dropped > 100, `only ${dropped} wishes were dropped`);
  });
});
