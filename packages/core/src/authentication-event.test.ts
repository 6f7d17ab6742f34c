import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutOutdone } from './authentication-event.ts';
import { instant } from './instant.ts';
import { anyEvents, anyNeeds, anyProof, arbitraryLevels, drawFrom } from './laws.arbitraries.ts';
import { events } from './step-up.notation.ts';
import { choicesThatMeet, contextThatMeets } from './step-up.ts';

const tape = fc.uint8Array({ minLength: 200, maxLength: 200 });

test('leaving out events that a later one outdoes changes no verdict, and no choice', () => {
  fc.assert(
    fc.property(tape, (numbers) => {
      const draw = drawFrom(numbers);
      const levels = arbitraryLevels(draw);
      const [some, more] = [anyEvents(draw), anyEvents(draw)];
      // The same authenticators again, at other moments, in the order they happened.
      const again = some.map((event, i) => ({ ...event, at: more[i]?.at ?? event.at }));
      const all = [...some, ...again].sort((one, other) => one.at - other.at);
      const needs = anyNeeds(draw, levels);
      const enrolled = [anyProof(draw), anyProof(draw)];
      const fewer = withoutOutdone(all);
      assert.deepEqual(contextThatMeets(fewer, needs, levels), contextThatMeets(all, needs, levels));
      assert.deepEqual(choicesThatMeet(fewer, enrolled, needs, levels), choicesThatMeet(all, enrolled, needs, levels));
      assert.deepEqual(withoutOutdone(fewer), fewer);
    }),
    { numRuns: 3000 },
  );
});

test('an event is outdone by a later one, or another of the same second, and never by one of before that was written down after', () => {
  const left = (facts: string): string =>
    withoutOutdone(events(facts))
      .map(({ authenticator, at }) => `${authenticator}@${at}`)
      .join(', ');
  assert.equal(left('password@0, totp@5, totp@9'), 'password@0, totp@9');
  assert.equal(left('password@0, totp@5, totp@5'), 'password@0, totp@5');
  assert.equal(left('password@0, totp@9, totp@5'), 'password@0, totp@9, totp@5');
  assert.equal(left('password@0, totp@5, sms@9, email@9'), 'password@0, totp@5, sms@9, email@9');
});

test('a session that is stepped up a hundred times holds two events', () => {
  const password = {
    authenticator: 'p',
    factor: 'password',
    kinds: ['knowledge'],
    first: true,
    phishingResistant: false,
    hardwareBound: false,
    amr: ['pwd'],
  } as const;
  const totp = {
    ...password,
    authenticator: 't',
    factor: 'totp',
    kinds: ['possession'],
    first: false,
    amr: ['otp'],
  } as const;
  const at = (seconds: number) => ({ at: instant(seconds) });
  const stepped = [{ ...password, ...at(0) }, ...Array.from({ length: 100 }, (_, i) => ({ ...totp, ...at(i + 1) }))];
  assert.deepEqual(
    withoutOutdone(stepped).map((event) => [event.factor, event.at]),
    [
      ['password', 0],
      ['totp', 100],
    ],
  );
});
