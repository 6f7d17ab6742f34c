import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { instant } from '@stile/core';
import type { Ceremony } from '../store/records.ts';
import { createSqliteStore } from '../store/store.ts';
import { judgeOneTimeCode, keptCode, newOneTimeCode, normaliseOneTimeCode } from './one-time-code.ts';

const now = instant(1_800_000_000);

describe('a one-time code', () => {
  it('has six digits, the leading zeros too', () => {
    const bytes = (value: number) => ({ randomBytes: () => Buffer.from(new Uint32Array([value]).buffer).reverse() });
    assert.equal(newOneTimeCode(bytes(7)), '000007');
    assert.equal(newOneTimeCode(bytes(4_294_000_000 - 1)), '999999');
  });

  it('is drawn anew where the rest of a division would make some likelier', () => {
    const drawn = [4_294_000_000, 4_294_967_295, 123_456];
    const next = () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(drawn.shift() ?? 0);
      return bytes;
    };
    assert.equal(newOneTimeCode({ randomBytes: next }), '123456');
    assert.deepEqual(drawn, []);
  });

  it('is read as people type it', () => {
    assert.equal(normaliseOneTimeCode(' 012 345 '), '012345');
    assert.equal(normaliseOneTimeCode('012-345'), '012345');
    for (const wrong of ['', '12345', '1234567', '12345a', '１２３４５６', '٠١٢٣٤٥', '1e5000', ' '.repeat(99)]) {
      assert.equal(normaliseOneTimeCode(wrong), undefined, wrong);
    }
  });
});

const world = (t: { after(work: () => Promise<void>): void }) => {
  const store = createSqliteStore({ path: ':memory:', now: () => now });
  t.after(() => store.close());
  const secrets = { csrf: randomBytes(32), refreshToken: randomBytes(32), reload: async () => undefined };
  const deps = { store, secrets, now: () => now, randomBytes: (length: number) => randomBytes(length) };
  const ceremony = (code: string, change: Partial<Ceremony> = {}): Ceremony => ({
    id: 'cer_1',
    purpose: 'prove',
    factor: 'email',
    userId: 'user_robin',
    authenticatorId: 'auth_1',
    boundTo: 'interaction',
    data: keptCode(code, change.id ?? 'cer_1', { to: 'robin@fabrikam.example' }, deps),
    answer: null,
    createdAt: now,
    expiresAt: instant(now + 300),
    ...change,
  });
  return { deps, ceremony };
};

const meant = {
  purpose: 'prove',
  factor: 'email',
  userId: 'user_robin',
  authenticatorId: 'auth_1',
  to: 'robin@fabrikam.example',
} as const;

describe('judging a one-time code', () => {
  it('accepts the right one, and keeps nothing from which it could be read', async (t) => {
    const { deps, ceremony } = world(t);
    const sent = ceremony('482913');
    assert.doesNotMatch(JSON.stringify(sent.data), /482913/);
    assert.notEqual(
      ceremony('482913').data.digest,
      sent.data.digest,
      'salted: the same code looks otherwise each time',
    );
    assert.equal(await judgeOneTimeCode('482 913', sent, meant, deps), undefined);
  });

  it('lets five be tried, and then not even the right one', async (t) => {
    const { deps, ceremony } = world(t);
    const sent = ceremony('482913');
    for (let tries = 0; tries < 5; tries += 1) {
      assert.equal(await judgeOneTimeCode(`00000${tries}`, sent, meant, deps), 'wrong');
    }
    assert.equal(await judgeOneTimeCode('482913', sent, meant, deps), 'expired');
    assert.equal(
      await judgeOneTimeCode('482913', ceremony('482913', { id: 'cer_2' }), meant, deps),
      undefined,
      'a new one',
    );
  });

  it('lets no more be tried at once than one after the other', async (t) => {
    const { deps, ceremony } = world(t);
    const sent = ceremony('482913');
    const reasons = await Promise.all(
      Array.from({ length: 50 }, (_, guess) => judgeOneTimeCode(String(100_000 + guess), sent, meant, deps)),
    );
    assert.equal(reasons.filter((reason) => reason === 'wrong').length, 5);
    assert.equal(reasons.filter((reason) => reason === 'expired').length, 45);
  });

  it('T13: one that was sent for another purpose, person, authenticator or place is none', async (t) => {
    const { deps, ceremony } = world(t);
    const others: readonly Partial<Ceremony>[] = [
      { purpose: 'enrol' },
      { factor: 'phone' },
      { userId: 'user_sam' },
      { userId: null },
      { authenticatorId: 'auth_2' },
      { authenticatorId: null },
      { data: keptCode('482913', 'cer_1', { to: 'eve@evil.example' }, deps) },
      { expiresAt: now },
    ];
    for (const other of others) {
      assert.equal(await judgeOneTimeCode('482913', ceremony('482913', other), meant, deps), 'expired');
    }
    assert.equal(await judgeOneTimeCode('482913', undefined, meant, deps), 'expired');
  });

  it('does not know a code again in another ceremony', async (t) => {
    const { deps, ceremony } = world(t);
    const { data } = ceremony('482913');
    assert.equal(await judgeOneTimeCode('482913', ceremony('', { id: 'cer_2', data }), meant, deps), 'wrong');
  });

  it('is no when what is kept cannot be read', async (t) => {
    const { deps, ceremony } = world(t);
    const sent = ceremony('482913', { data: { to: 'robin@fabrikam.example' } });
    assert.equal(await judgeOneTimeCode('482913', sent, meant, deps), 'unverifiable');
  });
});
