/** The record in `docs/reference/conformance.md` names tests; each must be there, by that name. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

const record = join(import.meta.dirname, '../docs/reference/conformance.md');

/** A link to a file of tests, followed by beginnings or parts of their names in italics. */
const CITATION = /\]\(([^)]+\.test\.ts)\)((?:[:;] \*[^*]+\*)*)/g;

describe('the record of conformance', () => {
  const citations = [...readFileSync(record, 'utf8').matchAll(CITATION)];

  it('names tests that are there', () => {
    assert.ok(citations.length > 60);
    for (const [, path = '', names = ''] of citations) {
      const text = readFileSync(join(dirname(record), path), 'utf8');
      for (const [, name = ''] of names.matchAll(/\*([^*]+)\*/g)) assert.ok(text.includes(name), `${path}: ${name}`);
    }
  });
});
