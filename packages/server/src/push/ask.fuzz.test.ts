import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { parseAsk, parseGivenAnswer } from './ask.ts';

const moment = fc.nat(2_000_000_000);
const text = fc.constantFrom('Fabrikam', '');

it('what is kept of a question is whole, or is none', () => {
  const ask = nearlyRecord({
    number: nearly(fc.constantFrom('10', '42', '99')),
    answerBy: moment,
    application: text,
    what: fc.option(text),
    browser: text,
    place: text,
    askedAt: moment,
    sessionId: fc.option(text),
    proven: fc.boolean(),
  });
  fuzz(
    fc.property(ask, (data) => {
      const parsed = parseAsk(data);
      if (!parsed) return;
      assert.match(parsed.number, /^[1-9][0-9]$/);
      assert.deepEqual(parseAsk({ ...parsed }), parsed);
    }),
  );
});

it('an answer that is kept has its message and its moment, or is none', () => {
  const given = nearlyRecord({ message: fc.string(), at: moment, decision: text });
  fuzz(
    fc.property(fc.option(given), anyJson, (answer, other) => {
      const parsed = parseGivenAnswer(answer);
      if (answer === null) assert.equal(parsed, undefined);
      assert.equal(parseGivenAnswer({ message: other, at: 'now' }), undefined);
      if (parsed) assert.equal(typeof parsed.message, 'string');
    }),
  );
});
