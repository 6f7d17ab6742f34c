import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import type { AuditRecord } from '../store/records.ts';
import { at, audit } from '../store/testing/fixtures.ts';
import { BEGINNING, sealOf } from './chain.ts';
import { parseExportLine } from './export.ts';

const record = audit('dec_1', {
  at: at(5),
  userId: 'alice',
  details: { trace: [{ met: true, at: 0.1 }], text: 'é\u2028' },
});
const line = JSON.stringify({ seq: 1, hash: sealOf(BEGINNING, record), record });

/** Members that are null say nothing, wherever they are, and the order of all but the details is one. */
const said = (one: AuditRecord): string => {
  const members = Object.entries(one).filter(([, value]) => value !== null);
  return JSON.stringify(members.toSorted(([name], [other]) => (name < other ? -1 : 1)));
};

it('a line is an entry as it was written, a changed one that its seal does not fit, or unreadable', () => {
  fuzz(
    fc.property(fc.oneof(nearly(fc.constant(line)), garbage), (text) => {
      const read = parseExportLine(text);
      if (read.is !== 'entry' || read.entry.seq !== 1 || !read.entry.record) return;
      const isGenuine = said(read.entry.record) === said(record);
      const fits = sealOf(BEGINNING, read.entry.record) === read.entry.hash;
      assert.equal(fits, isGenuine && read.entry.hash === sealOf(BEGINNING, record));
    }),
  );
});

it('whatever a record holds, its seal knows', () => {
  const withMore = JSON.stringify({ seq: 1, hash: 'x', record: { ...record, forged: true } });
  const read = parseExportLine(withMore);
  assert.ok(read.is === 'entry' && read.entry.record);
  assert.notEqual(sealOf(BEGINNING, read.entry.record), sealOf(BEGINNING, record));
});
