import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuthenticationEvent, Proof, Requirement, Situation } from '@stile/core';
import { defaultLevels, instant, nextStep } from '@stile/core';
import fc from 'fast-check';
import type { RiskSettings } from '../config/risk-schema.ts';
import { riskSchema } from '../config/risk-schema.ts';
import type { Arrival } from '../store/records.ts';
import { kilometresBetween } from './distance.ts';
import type { Circumstances } from './signals.ts';
import { demandsOf, presentSignals, UNKNOWN } from './signals.ts';

const DAY = 86_400;
const NOW = instant(1_000 * DAY);
const BERLIN = { latitude: 52.5, longitude: 13.4 };
const SYDNEY = { latitude: -33.9, longitude: 151.2 };

const arrival = (over: Partial<Arrival> = {}): Arrival => ({
  userId: 'robin',
  browserHash: 'laptop',
  country: 'DE',
  coordinates: BERLIN,
  sessionId: 'earlier',
  firstAt: instant(NOW - DAY),
  lastAt: instant(NOW - DAY),
  ...over,
});

const usual: Circumstances = {
  browserHash: 'laptop',
  place: { country: 'DE', coordinates: BERLIN },
  arrivals: [arrival()],
  failures: 0,
  sessionId: 'session',
  requestedAt: NOW,
  accountSince: instant(0),
};

const everything: RiskSettings = riskSchema.parse({
  newDevice: { acr: 'mfa' },
  newCountry: { acr: 'mfa' },
  impossibleTravel: { acr: ['phr', 'phrh'] },
  longAbsence: { acr: 'mfa' },
  manyFailures: { acr: 'mfa' },
  locations: 'places.csv',
});

const signalsOf = (over: Partial<Circumstances>, settings = everything): readonly string[] =>
  presentSignals({ ...usual, ...over }, settings).map(({ signal, assumed }) => (assumed ? `${signal}?` : signal));

describe('signals of risk', () => {
  it('somebody who does what they always do shows none', () => assert.deepEqual(signalsOf({}), []));

  it('nothing is a signal that the configuration does not ask about', () => {
    assert.deepEqual(signalsOf({ arrivals: [], failures: 99, browserHash: undefined }, riskSchema.parse({})), []);
  });

  it('each has its own word', () => {
    const table: readonly (readonly [Partial<Circumstances>, readonly string[]])[] = [
      [{ browserHash: 'phone' }, ['new_device']],
      [{ browserHash: undefined }, ['new_device']],
      [{ arrivals: [arrival({ lastAt: instant(NOW - 90 * DAY) })] }, ['new_device', 'new_country', 'long_absence']],
      [{ arrivals: [arrival({ lastAt: instant(NOW - 90 * DAY + 1) })] }, []],
      [{ place: { country: 'FR', coordinates: null } }, ['new_country']],
      [{ place: { country: '', coordinates: null } }, ['new_country']],
      [{ arrivals: [arrival({ country: '' })], place: { country: '', coordinates: null } }, []],
      [{ place: { country: 'AU', coordinates: SYDNEY } }, ['new_country']],
      [
        { arrivals: [arrival({ lastAt: instant(NOW - 3600) })], place: { country: 'AU', coordinates: SYDNEY } },
        ['new_country', 'impossible_travel'],
      ],
      [{ failures: 4 }, []],
      [{ failures: 5 }, ['many_failures']],
      [{ arrivals: [] }, ['new_device', 'new_country', 'long_absence']],
      [{ arrivals: [], accountSince: instant(NOW - 60) }, ['new_device', 'new_country']],
    ];
    for (const [over, expected] of table) assert.deepEqual(signalsOf(over), expected, JSON.stringify(over));
  });

  it('a browser that was accepted from this country before has not travelled there', () => {
    const arrivals = [
      arrival({ lastAt: NOW }),
      arrival({ browserHash: 'phone', country: 'AU', lastAt: instant(NOW - DAY) }),
    ];
    const place = { country: 'AU', coordinates: SYDNEY };
    assert.deepEqual(signalsOf({ arrivals, place, browserHash: 'phone' }), []);
    assert.deepEqual(signalsOf({ arrivals, place, browserHash: 'laptop' }), ['impossible_travel']);
  });

  it('T16: what cannot be judged counts as there', () => {
    assert.deepEqual(signalsOf({ arrivals: UNKNOWN, failures: UNKNOWN, place: UNKNOWN }), [
      'new_device?',
      'new_country?',
      'impossible_travel?',
      'long_absence?',
      'many_failures?',
    ]);
    assert.deepEqual(signalsOf({ place: UNKNOWN }), ['new_country?', 'impossible_travel?']);
  });

  it('ways are as long as they are on a globe', () => {
    assert.ok(Math.abs(kilometresBetween(BERLIN, SYDNEY) - 16_090) < 60);
    assert.equal(kilometresBetween(BERLIN, BERLIN), 0);
    assert.ok(kilometresBetween({ latitude: 0, longitude: 179.9 }, { latitude: 0, longitude: -179.9 }) < 30);
  });
});

const proof = (factor: string, kinds: Proof['kinds'], over: Partial<Proof> = {}): Proof => ({
  authenticator: factor,
  factor,
  kinds,
  first: false,
  phishingResistant: false,
  hardwareBound: false,
  amr: [],
  ...over,
});
const PASSWORD = proof('password', ['knowledge'], { first: true });
const CATALOGUE = [
  PASSWORD,
  proof('totp', ['possession']),
  proof('webauthn', ['possession', 'inherence'], { first: true, phishingResistant: true, hardwareBound: true }),
];

const anyArrival = fc
  .record({
    browserHash: fc.constantFrom('laptop', 'phone'),
    country: fc.constantFrom('DE', 'AU', ''),
    coordinates: fc.constantFrom(BERLIN, SYDNEY, null),
    sessionId: fc.constantFrom('session', 'earlier'),
    lastAt: fc.constantFrom(0, 60, 3600, 89 * DAY, 91 * DAY).map((ago) => instant(NOW - ago)),
  })
  .map(arrival);

const anyCircumstances: fc.Arbitrary<Circumstances> = fc.record({
  browserHash: fc.constantFrom('laptop', 'phone', undefined),
  place: fc.constantFrom<Circumstances['place']>(
    usual.place,
    { country: 'AU', coordinates: SYDNEY },
    { country: '', coordinates: null },
    UNKNOWN,
  ),
  arrivals: fc.oneof(fc.array(anyArrival, { maxLength: 4 }), fc.constant<typeof UNKNOWN>(UNKNOWN)),
  failures: fc.constantFrom<Circumstances['failures']>(0, 5, UNKNOWN),
  sessionId: fc.constant('session'),
  requestedAt: fc.constant(NOW),
  accountSince: fc.constantFrom(instant(0), NOW),
});

const LEVELS = [undefined, 'mfa', 'phr', '1fa'];
const anySettings: fc.Arbitrary<RiskSettings> = fc
  .record({
    newDevice: fc.constantFrom(...LEVELS),
    newCountry: fc.constantFrom(...LEVELS),
    impossibleTravel: fc.constantFrom(...LEVELS),
    longAbsence: fc.constantFrom(...LEVELS),
    manyFailures: fc.constantFrom(...LEVELS),
  })
  .map((named) => {
    const asked = Object.entries(named).filter(([, acr]) => acr !== undefined);
    return riskSchema.parse({
      ...Object.fromEntries(asked.map(([name, acr]) => [name, { acr }])),
      locations: 'places.csv',
    });
  });

const anyEvents: fc.Arbitrary<readonly AuthenticationEvent[]> = fc
  .array(fc.record({ of: fc.constantFrom(...CATALOGUE), ago: fc.integer({ min: 0, max: 120 }) }), { maxLength: 3 })
  .map((drawn) => [
    { ...PASSWORD, at: instant(NOW - 60) },
    ...drawn.map(({ of, ago }) => ({ ...of, at: instant(NOW - ago) })),
  ]);

const situation = (events: readonly AuthenticationEvent[], requirements: readonly Requirement[]): Situation => ({
  prompt: [],
  requestedAt: NOW,
  requirements,
  levels: defaultLevels,
  person: { userId: 'robin', events, enrolled: CATALOGUE },
  consentMissing: [],
  installed: CATALOGUE,
  enrollable: [],
});

const anyDemands: fc.Arbitrary<readonly Requirement[]> = fc.array(
  fc.constantFrom<Requirement>(
    { source: { from: 'client' }, acr: ['mfa'], binds: 'proof' },
    { source: { from: 'scope', audience: 'a', scope: 's' }, acr: ['mfa'], since: instant(NOW - 30), binds: 'proof' },
    { source: { from: 'request', parameter: 'prompt' }, since: NOW, binds: 'every' },
  ),
  { maxLength: 2 },
);

describe('laws of risk', () => {
  it('signals never lower: whatever is issued with them would be issued without, and shows no less', () => {
    let raised = 0;
    fc.assert(
      fc.property(anyCircumstances, anySettings, anyEvents, anyDemands, (circumstances, settings, events, others) => {
        const demands = demandsOf(presentSignals(circumstances, settings), circumstances, defaultLevels);
        const without = nextStep(situation(events, others)).next;
        const { next } = nextStep(situation(events, [...others, ...demands]));
        if (next.step === 'issue') assert.equal(without.step, 'issue');
        else if (without.step === 'issue') raised += 1;
        if (next.step === 'issue') {
          for (const { acr = [] } of demands) assert.ok(acr.some((name) => next.context.acrs.includes(name)));
        }
      }),
      { numRuns: 3000 },
    );
    assert.ok(raised > 200, `raised only ${raised}`);
  });

  it('demanding one more signal never removes another, and a source that fails never removes one', () => {
    fc.assert(
      fc.property(anyCircumstances, anySettings, (circumstances, settings) => {
        const some = presentSignals(circumstances, settings).map(({ signal }) => signal);
        const all = presentSignals(circumstances, { ...everything, ...settings }).map(({ signal }) => signal);
        assert.ok(some.every((signal) => all.includes(signal)));
        const failing = { ...circumstances, arrivals: UNKNOWN, place: UNKNOWN, failures: UNKNOWN } as const;
        const assumed = presentSignals(failing, settings).map(({ signal }) => signal);
        assert.ok(some.every((signal) => assumed.includes(signal)));
      }),
      { numRuns: 3000 },
    );
  });

  it('law 4: an answered signal is never asked again, in this request or, once accepted, in the next one', () => {
    let answered = 0;
    fc.assert(
      fc.property(anyCircumstances, anySettings, anyEvents, fc.nat(), (circumstances, settings, before, pick) => {
        let events = before;
        const ask = (now: Circumstances) =>
          nextStep(situation(events, demandsOf(presentSignals(now, settings), now, defaultLevels))).next;
        let challenges = 0;
        for (let next = ask(circumstances); next.step === 'challenge'; next = ask(circumstances)) {
          challenges += 1;
          assert.ok(challenges <= 2);
          const choice = next.anyOf[pick % next.anyOf.length] ?? [];
          events = [...events, ...choice.map((each) => ({ ...each, at: NOW }))];
        }
        if (challenges > 0) answered += 1;
        assert.equal(ask(circumstances).step, 'issue');
        const { browserHash, place, arrivals } = circumstances;
        if (browserHash === undefined || place === UNKNOWN || place === undefined || arrivals === UNKNOWN) return;
        const accepted = arrival({ ...place, browserHash, sessionId: 'session', lastAt: NOW });
        const later = { ...circumstances, arrivals: [accepted, ...arrivals], requestedAt: instant(NOW + 600) };
        assert.equal(ask(later).step, 'issue');
      }),
      { numRuns: 3000 },
    );
    assert.ok(answered > 300, `only ${answered} were asked`);
  });
});
