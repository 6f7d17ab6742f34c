import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instant } from '@stile/core';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { judgeAnswer, parseAnswered } from './answer.ts';
import { DeviceSide } from './device-side.ts';

const ISSUER = 'https://login.fabrikam.example/';
const phone = DeviceSide.make(ISSUER);
const ceremony = `cer_${'a'.repeat(24)}`;
const answerBy = instant(1_795_478_490);
const approval = phone.answer({ ceremony, answerBy }, 'approve', '42');

it('whatever is sent, only what was signed approves, and the question is read from what names one', () => {
  const asking = { ceremonyId: ceremony, number: '42', answerBy, key: phone.key };
  fuzz(
    fc.property(nearly(fc.constant(approval)), (message) => {
      const verdict = judgeAnswer(message, asking, ISSUER, instant(1_795_478_400));
      assert.equal(verdict.counts, message === approval);
      const answered = parseAnswered(message);
      if (answered !== undefined) assert.match(answered, /^cer_[\w-]{24}$/);
      if (message === approval) assert.equal(answered, ceremony);
    }),
  );
});
