/** An answer counts when the very device that was asked signed it: for this question, this server, in time, with the number. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant, secondsAfter } from '@stile/core';
import fc from 'fast-check';
import type { Asking, Decision } from './answer.ts';
import { judgeAnswer } from './answer.ts';
import { DeviceSide } from './device-side.ts';

const ISSUER = 'https://login.fabrikam.example/';
const NOW = instant(1_795_478_400);
const phone = DeviceSide.make(ISSUER);
const asking: Asking = {
  ceremonyId: `cer_${'a'.repeat(24)}`,
  number: '42',
  answerBy: secondsAfter(NOW, 90),
  key: phone.key,
};
const question = { ceremony: asking.ceremonyId, answerBy: asking.answerBy };
const judge = (message: string, now = NOW) => judgeAnswer(message, asking, ISSUER, now);

describe('what counts', () => {
  it('an approval with the number, a denial and a report without', () => {
    assert.deepEqual(judge(phone.answer(question, 'approve', '42')), { counts: true, decision: 'approve' });
    assert.deepEqual(judge(phone.answer(question, 'deny')), { counts: true, decision: 'deny' });
    assert.deepEqual(judge(phone.answer(question, 'report')), { counts: true, decision: 'report' });
  });

  it('an approval with any other number, or none, is a denial', () => {
    for (const number of ['24', '4', '042', '42 ', '٤٢', '', undefined]) {
      assert.deepEqual(judge(phone.answer(question, 'approve', number)), { counts: true, decision: 'mismatch' });
    }
  });

  it('until the second in which it ends', () => {
    const message = phone.answer(question, 'approve', '42');
    assert.equal(judge(message, secondsAfter(NOW, 89)).counts, true);
    assert.deepEqual(judge(message, asking.answerBy), { counts: false, reason: 'late' });
  });
});

describe('what does not', () => {
  it('the signature of another device, of the same person or not', () => {
    const other = DeviceSide.make(ISSUER);
    assert.deepEqual(judge(other.answer(question, 'approve', '42')), { counts: false, reason: 'forged' });
  });

  it('an answer to another question, or to this one with another end', () => {
    const elsewhere = { ...question, ceremony: `cer_${'b'.repeat(24)}` };
    const longer = { ...question, answerBy: asking.answerBy + 60 };
    for (const other of [elsewhere, longer]) {
      assert.deepEqual(judge(phone.answer(other, 'approve', '42')), { counts: false, reason: 'another-question' });
    }
  });

  it('an answer for another server', () => {
    const elsewhere = DeviceSide.open(phone.pem, 'https://evil.example/');
    assert.deepEqual(judge(elsewhere.answer(question, 'approve', '42')), { counts: false, reason: 'forged' });
  });

  it('T13: a registration or a poll that the same device signed is no answer', () => {
    for (const message of [phone.registration('code', 'Phone'), phone.poll(NOW)]) {
      assert.deepEqual(judge(message), { counts: false, reason: 'forged' });
    }
  });

  it('an answer with one sign changed', () => {
    const message = phone.answer(question, 'approve', '42');
    fc.assert(
      fc.property(fc.nat(message.length - 1), fc.constantFrom('A', 'b', '_', '.', '='), (at, sign) => {
        fc.pre(message[at] !== sign);
        assert.equal(judge(`${message.slice(0, at)}${sign}${message.slice(at + 1)}`).counts, false);
      }),
    );
  });

  it('a decision that is none', () => {
    const odd: string = 'APPROVE';
    const isDecision = (value: string): value is Decision => value.length > 0;
    assert.ok(isDecision(odd));
    assert.deepEqual(judge(phone.answer(question, odd, '42')), { counts: false, reason: 'forged' });
  });
});
