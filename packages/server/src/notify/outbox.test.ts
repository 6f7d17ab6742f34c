import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome, Parcel } from './outbox.ts';
import { createOutbox, Undelivered } from './outbox.ts';

const outbox = (capacity = 10) => {
  const ended: (readonly [string, Outcome, string | undefined])[] = [];
  const pauses: number[] = [];
  const box = createOutbox({
    capacity,
    atOnce: 2,
    pausesMilliseconds: [1, 5],
    pause: async (milliseconds) => void pauses.push(milliseconds),
    ended: ({ kind }, outcome, reason) => void ended.push([kind, outcome, reason]),
  });
  return { box, ended, pauses };
};

const parcel = (kind: string, deliver: () => Promise<void>): Parcel => ({ channel: 'email', kind, deliver });

describe('the outbox', () => {
  it('tries again what failed for a moment, and says when it was sent', async () => {
    const { box, ended, pauses } = outbox();
    let tries = 0;
    box.put(
      parcel('notice', async () => {
        tries += 1;
        if (tries < 3) throw new Undelivered('451', true);
      }),
    );
    await box.idle();
    assert.deepEqual([tries, pauses, ended], [3, [1, 5], [['notice', 'sent', undefined]]]);
  });

  it('gives up at last', async () => {
    const { box, ended } = outbox();
    box.put(parcel('notice', () => Promise.reject(new Undelivered('451', true))));
    await box.idle();
    assert.deepEqual(ended, [['notice', 'failed', '451, try 3']]);
  });

  it('does not try again what was refused for good', async () => {
    const { box, ended, pauses } = outbox();
    box.put(parcel('notice', () => Promise.reject(new Undelivered('550', false))));
    await box.idle();
    assert.deepEqual([pauses, ended], [[], [['notice', 'failed', '550, try 1']]]);
  });

  it('tells nothing of what an unknown error says', async () => {
    const { box, ended } = outbox();
    box.put(parcel('notice', () => Promise.reject(new Error('robin@fabrikam.example 482913'))));
    await box.idle();
    assert.deepEqual(ended, [['notice', 'failed', 'broken, try 1']]);
  });

  it('a mail server that hangs holds up no text message, nor does its queue take the room of theirs', async () => {
    const { box, ended } = outbox(1);
    const gate = Promise.withResolvers<undefined>();
    const mails = ['m1', 'm2', 'm3', 'm4'].map((kind) => box.put(parcel(kind, () => gate.promise)));
    assert.deepEqual(mails, [true, true, true, false]);
    const sent = Promise.withResolvers<undefined>();
    assert.equal(box.put({ channel: 'sms', kind: 'code', deliver: async () => sent.resolve(undefined) }), true);
    await sent.promise;
    assert.equal(box.put({ channel: 'voice', kind: 'call', deliver: async () => undefined }), true);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      ended.map(([kind, outcome]) => [kind, outcome]),
      [
        ['m4', 'dropped'],
        ['code', 'sent'],
        ['call', 'sent'],
      ],
    );
    gate.resolve(undefined);
    await box.idle();
    assert.equal(ended.filter(([, outcome]) => outcome === 'sent').length, 5);
  });

  it('tells whoever asks what became of it, once, and outlives that they cannot note it', async () => {
    const { box } = outbox();
    const told: string[] = [];
    const noted = (kind: string, deliver: () => Promise<void>): Parcel => ({
      ...parcel(kind, deliver),
      ended: async (outcome) => {
        told.push(`${kind} ${outcome}`);
        throw new Error('the disk is full');
      },
    });
    let tries = 0;
    box.put(
      noted('slow', async () => {
        tries += 1;
        if (tries === 1) throw new Undelivered('451', true);
      }),
    );
    box.put(noted('refused', () => Promise.reject(new Undelivered('550', false))));
    await box.idle();
    assert.deepEqual(told.toSorted(), ['refused failed', 'slow sent']);
    box.put(noted('later', async () => undefined));
    await box.idle();
    assert.equal(told.at(-1), 'later sent');
  });

  it('takes so many and no more, without waiting for any', async () => {
    const { box, ended } = outbox(3);
    const gate = Promise.withResolvers<undefined>();
    const taken = Array.from({ length: 7 }, (_, index) => box.put(parcel(`n${index}`, () => gate.promise)));
    assert.deepEqual(taken, [true, true, true, true, true, false, false], 'two under way and three that wait');
    assert.deepEqual(
      ended.map(([kind, outcome]) => [kind, outcome]),
      [
        ['n5', 'dropped'],
        ['n6', 'dropped'],
      ],
    );
    gate.resolve(undefined);
    await box.idle();
    assert.equal(ended.filter(([, outcome]) => outcome === 'sent').length, 5);
    assert.equal(box.put(parcel('later', async () => undefined)), true);
    await box.idle();
  });
});
