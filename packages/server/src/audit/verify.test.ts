import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SealedRecord } from '../store/chain-ports.ts';
import { checkpointOf, found, logOf, recordOf, sealed, verified } from './testing/log.ts';
import { createVerifier } from './verify.ts';

const LENGTH = 12;
const log = logOf(LENGTH);
const entry = (number: number): SealedRecord => {
  const one = log[number - 1];
  assert.ok(one);
  return one;
};
const anyone = fc.integer({ min: 1, max: LENGTH });

/** The log without some numbers. */
const without = (...numbers: readonly number[]) => log.filter(({ seq }) => !numbers.includes(seq));

/** Numbers that follow one another, whatever they were. */
const renumbered = (entries: readonly SealedRecord[]) => entries.map((one, index) => ({ ...one, seq: index + 1 }));

const forged = { ...recordOf(99), at: recordOf(1).at };

describe('a log', () => {
  it('that nobody touched is as it was sealed', () => {
    const verification = verified(log, [checkpointOf(entry(5)), checkpointOf(entry(LENGTH))]);
    assert.deepEqual(found(verification), []);
    assert.deepEqual([verification.records, verification.agreed], [LENGTH, 2]);
    assert.deepEqual([verification.from, verification.to, verification.hash], [1, LENGTH, entry(LENGTH).hash]);
    assert.deepEqual(verification.late, []);
  });

  it('with a record that was changed says which', () => {
    fc.assert(
      fc.property(anyone, fc.constantFrom('type', 'userId', 'at', 'details'), (number, member) => {
        const { record } = entry(number);
        assert.ok(record);
        const changed = {
          ...record,
          [member]: member === 'at' ? record.at + 1 : member === 'details' ? { number: -1 } : 'x',
        };
        const entries = log.map((one) => (one.seq === number ? { ...one, record: changed } : one));
        assert.deepEqual(found(verified(entries)), [['record_changed', number]]);
      }),
    );
  });

  it('with a hash that was changed says where', () => {
    fc.assert(
      fc.property(anyone, (number) => {
        const entries = log.map((one) =>
          one.seq === number ? { ...one, hash: entry(1).hash.replace(/^./, '_') } : one,
        );
        const places = found(verified(entries)).map(([, seq]) => seq);
        assert.deepEqual(places, number === LENGTH ? [number] : [number, number + 1]);
      }),
    );
  });

  it('whose record is gone says which, and so does one whose link is gone too', () => {
    fc.assert(
      fc.property(anyone, (number) => {
        const emptied = log.map((one) => (one.seq === number ? { ...one, record: null } : one));
        assert.deepEqual(found(verified(emptied)), [['record_missing', number]]);
      }),
    );
    assert.deepEqual(found(verified(without(4))), [['links_missing', 4]]);
    assert.match(verified(without(4)).findings[0]?.says ?? '', /Number 4 is gone/);
    assert.match(verified(without(4, 5, 6)).findings[0]?.says ?? '', /Numbers 4 to 6 are gone/);
    assert.deepEqual(found(verified(without(1))), [['beginning_missing', 2]]);
  });

  it('whose numbers were mended after a record was taken out breaks there', () => {
    for (let number = 1; number < LENGTH; number += 1) {
      assert.deepEqual(found(verified(renumbered(without(number)))), [['record_changed', number]]);
    }
  });

  it('that something was put into says where, even where its seal is right', () => {
    const [intruder] = sealed([forged], entry(6));
    assert.ok(intruder);
    const entries = renumbered([...log.slice(0, 6), intruder, ...log.slice(6)]);
    assert.deepEqual(found(verified(entries)), [['record_inserted', 7]]);
  });

  it('whose records were swapped says where', () => {
    const entries = [...log];
    [entries[3], entries[4]] = [
      { ...entry(5), seq: 4 },
      { ...entry(4), seq: 5 },
    ];
    const places = found(verified(entries)).map(([, seq]) => seq);
    assert.ok(places.length > 0 && places.every((seq) => seq !== null && seq >= 4 && seq <= 6), String(places));
    const moved = [...log.slice(0, 3), entry(5), entry(4), ...log.slice(5)];
    assert.deepEqual(found(verified(moved))[0], ['links_missing', 4]);
    assert.ok(found(verified(moved)).some(([code, seq]) => code === 'out_of_order' && seq === 4));
  });

  it('whose end was cut off is as good as new, unless a checkpoint was kept elsewhere', () => {
    assert.deepEqual(found(verified(log.slice(0, 9))), []);
    const cut = verified(log.slice(0, 9), [checkpointOf(entry(LENGTH))]);
    assert.deepEqual(found(cut), [['cut_off', 10]]);
    assert.match(cut.findings[0]?.says ?? '', /ends with number 9.*up to number 12/);
    assert.deepEqual(found(verified([], [checkpointOf(entry(3))])), [['cut_off', 1]]);
  });

  it('that was sealed anew from some record on contradicts the first checkpoint after it', () => {
    const rewritten = [
      ...log.slice(0, 6),
      ...sealed([forged, ...log.slice(7).map((one) => one.record ?? forged)], entry(6)),
    ];
    assert.deepEqual(found(verified(rewritten)), [], 'the hashes alone are not enough');
    const verification = verified(
      rewritten,
      [4, 9, 12].map((number) => checkpointOf(entry(number))),
    );
    assert.deepEqual(found(verification), [
      ['checkpoint_contradicted', 9],
      ['checkpoint_contradicted', 12],
    ]);
    assert.match(verification.findings[0]?.says ?? '', /from number 5 to 9/);
    assert.equal(verification.agreed, 1);
  });

  it('that begins later than it did needs a checkpoint which says so', () => {
    const rest = log.slice(5);
    assert.deepEqual(found(verified(rest)), [['beginning_missing', 6]]);
    const pruned = checkpointOf(entry(8), 6, entry(5).hash);
    assert.deepEqual(found(verified(rest, [pruned])), []);
    const anchored = [{ ...entry(5), record: null }, ...rest];
    assert.deepEqual(found(verified(anchored, [pruned])), []);
    assert.equal(verified(anchored, [pruned]).from, 6);
    assert.deepEqual(found(verified(rest, [checkpointOf(entry(8), 6, entry(4).hash)])), [['record_changed', 6]]);
    assert.ok(
      found(verified(anchored, [checkpointOf(entry(5))])).length > 0,
      'an ordinary checkpoint allows no beginning',
    );
    assert.deepEqual(found(verified(log.slice(7), [pruned])), [['beginning_missing', 8]], 'more is gone than was said');
  });

  it('of which a part is looked at is verified from the checkpoint before', () => {
    const part = log.slice(5);
    assert.deepEqual(found(verified(part, [checkpointOf(entry(5))], 'vouched')), []);
    assert.deepEqual(found(verified(part, [checkpointOf(entry(4))], 'vouched')), [['beginning_missing', 6]]);
    assert.deepEqual(found(verified(part, [], { seq: 5, hash: entry(5).hash })), []);
    assert.deepEqual(found(verified(part, [], { seq: 4, hash: entry(4).hash })), [['links_missing', 5]]);
    const older = verified(part, [checkpointOf(entry(5)), checkpointOf(entry(2))], 'vouched');
    assert.deepEqual([found(older), older.before], [[], 2]);
  });

  it('holds a record that says it is from long ago up to the light', () => {
    const entries = sealed([recordOf(1), recordOf(5000), { ...recordOf(3), at: recordOf(2).at }]);
    const [, second] = entries;
    assert.ok(second);
    const verification = verified(entries, [{ ...checkpointOf(second), at: recordOf(5000).at }]);
    assert.deepEqual(found(verification), []);
    assert.deepEqual(
      verification.late.map(({ seq }) => seq),
      [3],
    );
  });

  it('with very many findings lists some and counts the rest', () => {
    const many = logOf(250).map((one) => ({ ...one, record: one.record && { ...one.record, type: 'forged' } }));
    const verification = verified(many);
    assert.deepEqual([verification.findings.length, verification.more], [100, 150]);
  });

  it('whose checkpoints stand in the wrong place, or are not signed, says so', () => {
    const verifier = createVerifier('whole');
    for (const one of log) verifier.take(one);
    verifier.vouch(checkpointOf(entry(3)));
    verifier.vouch(undefined);
    assert.deepEqual(found(verifier.end()), [
      ['out_of_order', 3],
      ['checkpoint_invalid', null],
    ]);
  });

  it('of nothing is nothing', () => {
    const nothing = verified([]);
    assert.deepEqual([nothing.from, nothing.to, nothing.hash, nothing.records], [null, null, null, 0]);
  });
});
