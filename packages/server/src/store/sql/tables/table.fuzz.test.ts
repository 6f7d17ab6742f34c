import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instant } from '@stile/core';
import fc from 'fast-check';
import { fuzz } from '../../../../../../tools/fuzz/fuzz.ts';
import { anyJson, garbage, nearlyRecord } from '../../../../../../tools/fuzz/hostile-text.ts';
import { anyObject, listOfEvents, listOfRequirements } from './facts.ts';
import { bytes, json, jsonObject, nullable, oneOf, seconds, table, text, truth } from './table.ts';

interface Sample {
  readonly name: string;
  readonly at: ReturnType<typeof instant>;
  readonly endedAt: ReturnType<typeof instant> | null;
  readonly kind: 'one' | 'other';
  readonly isOpen: boolean;
  readonly secret: Uint8Array;
  readonly details: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

const samples = table<Sample>()({
  name: text('name'),
  at: seconds('at'),
  endedAt: nullable(seconds('ended_at')),
  kind: oneOf('kind', ['one', 'other']),
  isOpen: truth('is_open'),
  secret: bytes('secret'),
  details: jsonObject('details'),
  claims: json('claims', anyObject),
});

const moment = fc.nat(2_000_000_000).map(instant);

const someObject = fc.dictionary(
  fc.string().filter((name) => name !== '__proto__'),
  fc.oneof(fc.string(), fc.nat()),
);

it('a record is read from its row as it was written', () => {
  const record = fc.record({
    name: garbage,
    at: moment,
    endedAt: fc.option(moment),
    kind: fc.constantFrom('one', 'other'),
    isOpen: fc.boolean(),
    secret: fc.uint8Array(),
    details: someObject,
    claims: someObject,
  });
  fuzz(
    fc.property(record, (written) => {
      const read = samples.parse(samples.row(written));
      const [details, claims] = [written.details, written.claims].map((one) => JSON.parse(JSON.stringify(one)));
      assert.deepEqual(read, { ...written, details, claims });
    }),
  );
});

const someText = fc.oneof(
  fc.constant('{}'),
  anyJson.map((value) => JSON.stringify(value)),
);

it('a row that we did not write is refused, and what it holds is not told', () => {
  const row = nearlyRecord({
    name: fc.constant('n'),
    at: fc.nat(),
    ended_at: fc.option(fc.nat()),
    kind: fc.constantFrom('one', 'other'),
    is_open: fc.constantFrom(0, 1),
    secret: fc.constant('AQID'),
    details: someText,
    claims: someText,
  });
  fuzz(
    fc.property(fc.oneof({ weight: 9, arbitrary: row }, { weight: 1, arbitrary: anyJson }), (given) => {
      try {
        const { name, kind, isOpen } = samples.parse(given);
        assert.deepEqual([typeof name, typeof isOpen], ['string', 'boolean']);
        assert.ok(kind === 'one' || kind === 'other');
      } catch (error) {
        assert.ok(error instanceof Error && error.name === 'CorruptRowError', String(error));
        assert.match(error.message, /^The column "[a-z_]+" of the database holds a value that Stile did not write\.$/);
      }
    }),
  );
});

it('facts are read strictly: with every member in its type, and no other', () => {
  const event = nearlyRecord({
    authenticator: fc.constant('a'),
    factor: fc.constant('totp'),
    kinds: fc.subarray(['knowledge', 'possession', 'inherence']),
    first: fc.boolean(),
    phishingResistant: fc.boolean(),
    hardwareBound: fc.boolean(),
    amr: fc.constant(['otp']),
    at: fc.nat(),
  });
  const requirement = nearlyRecord({
    source: fc.constantFrom({ from: 'client' }, { from: 'request', parameter: 'max_age' }),
    acr: fc.constant(['mfa']),
    since: fc.nat(),
    binds: fc.constantFrom('proof', 'every'),
  });
  fuzz(
    fc.property(fc.array(event, { maxLength: 2 }), fc.array(requirement, { maxLength: 2 }), (events, requirements) => {
      for (const [shape, given] of [
        [listOfEvents, events],
        [listOfRequirements, requirements],
      ] as const) {
        const read = shape.safeParse(given);
        if (read.success) assert.deepEqual(JSON.parse(JSON.stringify(read.data)), JSON.parse(JSON.stringify(given)));
      }
    }),
  );
});
