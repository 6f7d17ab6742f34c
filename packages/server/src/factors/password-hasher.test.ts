import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { hash as argon2Hash } from '@node-rs/argon2';
import fc from 'fast-check';
import type { Argon2 } from './password-hasher.ts';
import { createPasswordHasher, PasswordHasherBusy } from './password-hasher.ts';

/** Any UTF-16 code units at all, lone surrogates among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 80 })
  .map((codeUnits) => String.fromCharCode(...codeUnits));

/** Cheap parameters: here only the logic matters. */
const cheap = { memoryKib: 8, passes: 1, parallelism: 1 };
const roomy = { concurrency: 2, queueLimit: 100 };
const hasher = createPasswordHasher({ ...roomy, parameters: cheap });
const refused = { valid: false, needsRehash: false };

/** Argon2 that computes nothing, writes down which hashes it is to verify, and holds each answer until it is let go. */
function heldArgon2(answer = false): { argon2: Argon2; verified: string[]; letGo: (outcome?: Error) => Promise<void> } {
  const verified: string[] = [];
  const held: Array<(outcome?: Error) => void> = [];
  const hold = (): Promise<void> =>
    new Promise((resolve, reject) => {
      held.push((outcome) => (outcome === undefined ? resolve() : reject(outcome)));
    });
  return {
    argon2: {
      hash: () => hold().then(() => 'a hash'),
      verify: (phc) => {
        verified.push(String(phc));
        return hold().then(() => answer);
      },
    },
    verified,
    letGo: (outcome) => {
      const first = held.shift() ?? assert.fail('nothing is being computed');
      first(outcome);
      return turn();
    },
  };
}

describe('hash and verify', () => {
  it('makes an Argon2id string of at least the parameters that OWASP asks for', async () => {
    const strong = createPasswordHasher(roomy);
    const phc = await strong.hash('correct horse battery');
    assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    assert.deepEqual(await strong.verify(phc, 'correct horse battery'), { valid: true, needsRehash: false });
    assert.deepEqual(await strong.verify(phc, 'correct horse batterz'), refused);
  });

  it('salts: the same password has another hash each time', async () => {
    assert.notEqual(await hasher.hash('correct horse'), await hasher.hash('correct horse'));
  });

  it('accepts the same password and never one with a character changed', async () => {
    const character = fc.integer({ min: 33, max: 126 });
    await fc.assert(
      fc.asyncProperty(fc.array(character, { minLength: 1, maxLength: 40 }), fc.nat(), async (codes, position) => {
        const password = String.fromCodePoint(...codes);
        const other = String.fromCodePoint(
          ...codes.map((code, at) => (at === position % codes.length ? code ^ 0x80 : code)),
        );
        const phc = await hasher.hash(password);
        assert.deepEqual(await hasher.verify(phc, password), { valid: true, needsRehash: false });
        if (other.normalize('NFKC') !== password) assert.deepEqual(await hasher.verify(phc, other), refused);
        assert.deepEqual(await hasher.verify(phc, `${password}x`), refused);
      }),
      { numRuns: 50 },
    );
  });

  it('takes the same password from another keyboard, and nothing that is only like it', async () => {
    const phc = await hasher.hash('\u00fcber den Zaun');
    assert.ok((await hasher.verify(phc, 'u\u0308ber den Zaun')).valid);
    for (const password of [
      'Über den Zaun',
      ' \u00fcber den Zaun',
      '\u00fcber den Zaun ',
      'uber den Zaun',
      '\u00fcber den Zaun\0',
    ]) {
      assert.deepEqual(await hasher.verify(phc, password), refused, JSON.stringify(password));
    }
    const withNul = await hasher.hash('before\0after');
    assert.deepEqual(await hasher.verify(withNul, 'before'), refused);
    assert.deepEqual(await hasher.verify(withNul, 'before\0other'), refused);
  });

  it('counts every byte of a long password', async () => {
    const long = 'x'.repeat(1023);
    const phc = await hasher.hash(`${long}a`);
    assert.ok((await hasher.verify(phc, `${long}a`)).valid);
    assert.deepEqual(await hasher.verify(phc, `${long}b`), refused);
  });

  it('leaves the event loop free', async () => {
    let done = false;
    const strong = createPasswordHasher(roomy);
    const finished = strong.hash('correct horse').then(() => {
      done = true;
    });
    let turns = 0;
    while (!done) {
      await turn();
      turns += 1;
    }
    await finished;
    assert.ok(turns > 2, `${turns} turns of the event loop while hashing`);
  });
});

describe('needsRehash', () => {
  it('asks for a new hash when the parameters were others, and only of a valid password', async () => {
    const stronger = createPasswordHasher({ ...roomy, parameters: { ...cheap, memoryKib: 16 } });
    const phc = await hasher.hash('correct horse');
    assert.deepEqual(await stronger.verify(phc, 'correct horse'), { valid: true, needsRehash: true });
    assert.deepEqual(await stronger.verify(phc, 'wrong horse'), refused);
    const renewed = await stronger.hash('correct horse');
    assert.deepEqual(await stronger.verify(renewed, 'correct horse'), { valid: true, needsRehash: false });
  });

  it('asks for a new hash when the salt or the output was short', async () => {
    const options = { memoryCost: 8, timeCost: 1, parallelism: 1 };
    for (const short of [{ outputLen: 16 }, { salt: new Uint8Array(8) }]) {
      const phc = await argon2Hash('correct horse', { ...options, ...short });
      assert.deepEqual(await hasher.verify(phc, 'correct horse'), { valid: true, needsRehash: true });
    }
  });
});

describe('an unknown user', () => {
  it('costs one verification of the current parameters, as a known user does', async () => {
    const { argon2, verified, letGo } = heldArgon2();
    const parameters = { memoryKib: 24, passes: 3, parallelism: 2 };
    const watched = createPasswordHasher({ ...roomy, parameters, argon2 });
    const known = createPasswordHasher({ ...roomy, parameters }).hash('correct horse');
    for (const phc of [undefined, '', 'garbage', await known]) {
      const verdict = watched.verify(phc, 'a guess');
      await letGo();
      assert.deepEqual(await verdict, refused);
    }
    const costs = verified.map((phc) => phc.replace(/\$[^$]{22}\$[^$]{43}$/, ''));
    assert.deepEqual(
      costs,
      Array.from({ length: 4 }, () => '$argon2id$v=19$m=24,t=3,p=2'),
    );
  });

  it('is never valid, even if the dummy were met', async () => {
    const argon2: Argon2 = {
      hash: () => Promise.reject(new Error('not asked for')),
      verify: () => Promise.resolve(true),
    };
    const credulous = createPasswordHasher({ ...roomy, parameters: cheap, argon2 });
    assert.deepEqual(await credulous.verify(undefined, 'anything'), refused);
    assert.deepEqual(await credulous.verify('garbage', 'anything'), refused);
  });

  it('waits in the same queue as a known one', async () => {
    const { argon2, letGo } = heldArgon2();
    const narrow = createPasswordHasher({ concurrency: 1, queueLimit: 0, parameters: cheap, argon2 });
    const first = narrow.verify(undefined, 'a guess');
    await assert.rejects(narrow.verify(undefined, 'a guess'), PasswordHasherBusy);
    await assert.rejects(narrow.verify(await hasher.hash('a guess'), 'a guess'), PasswordHasherBusy);
    await letGo();
    assert.deepEqual(await first, refused);
  });
});

describe('a password that could be nobody’s', () => {
  const impossible = ['', 'x'.repeat(1025), '\ufdfa'.repeat(100), 'half \ud83e', 'x'.repeat(10_000_000)];

  it('is refused without work, for known and unknown users alike', async () => {
    const { argon2, verified } = heldArgon2();
    const watched = createPasswordHasher({ ...roomy, parameters: cheap, argon2 });
    const phc = await hasher.hash('correct horse');
    for (const password of impossible) {
      assert.deepEqual(await watched.verify(phc, password), refused);
      assert.deepEqual(await watched.verify(undefined, password), refused);
    }
    assert.deepEqual(verified, []);
  });

  it('cannot be set', async () => {
    for (const password of impossible) await assert.rejects(hasher.hash(password), RangeError);
  });

  it('lone surrogates are not all one password', async () => {
    const phc = await hasher.hash('half \ufffd');
    assert.deepEqual(await hasher.verify(phc, 'half \ud83e'), refused);
  });
});

describe('a hostile stored text', () => {
  it('is never valid, never computed beyond bounds, and never a crash', async () => {
    const good = await hasher.hash('correct horse');
    const [salt = '', output = ''] = good.split('$').slice(4);
    const withParameters = (parameters: string): string => `$argon2id$v=19$${parameters}$${salt}$${output}`;
    const hostile = [
      [
        '',
        '$',
        '$$$$$',
        'correct horse',
        'null',
        '\0',
        good.slice(1),
        `${good}\0`,
        `${good}\n`,
        ` ${good}`,
        `${good}$`,
      ],
      ['m=4294967295,t=1,p=1', 'm=262145,t=1,p=1', 'm=8,t=4294967295,p=1', 'm=8,t=17,p=1'].map(withParameters),
      ['m=8,t=0,p=1', 'm=7,t=1,p=1', 'm=8,t=1,p=0', 'm=256,t=1,p=17', 'm=-8,t=1,p=1', 'm=8e9,t=1,p=1'].map(
        withParameters,
      ),
      ['m=99999999999999999999,t=1,p=1', 'm=8,t=1', '', 'm=8,m=4294967295,t=1,p=1', 'm=0x8,t=1,p=1'].map(
        withParameters,
      ),
      ['argon2i', 'argon2d', 'argon2', 'scrypt'].map((name) => good.replace('argon2id', name)),
      [good.replace('v=19', 'v=16'), good.replace('$v=19', ''), `$argon2id$v=19$m=8,t=1,p=1$AAAA$${output}`],
      [
        `$argon2id$v=19$m=8,t=1,p=1$${salt}$AAAA`,
        `$argon2id$v=19$m=8,t=1,p=1$${salt}$`,
        `$argon2id$v=19$m=8,t=1,p=1$$${output}`,
      ],
      [
        `$argon2id$v=19$m=8,t=1,p=1$${salt}$${'A'.repeat(1_000_000)}`,
        '$2b$10$abcdefghijklmnopqrstuuJ8ZC0Z1L6m2V0o3Zr5kq1tVfVwSxZ2i',
      ],
    ].flat();
    for (const phc of hostile) {
      assert.deepEqual(await hasher.verify(phc, 'correct horse'), refused, phc.slice(0, 80));
    }
    assert.ok((await hasher.verify(good, 'correct horse')).valid);
  });

  it('is refused if it holds so few bytes that many passwords fit', async () => {
    for (const outputLen of [4, 8, 15]) {
      const options = { memoryCost: 8, timeCost: 1, parallelism: 1, outputLen };
      assert.deepEqual(await hasher.verify(await argon2Hash('correct horse', options), 'correct horse'), refused);
    }
  });

  it('of any kind is refused', async () => {
    const good = await hasher.hash('correct horse');
    const mutated = fc
      .tuple(fc.nat(good.length - 1), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 3 }))
      .map(([at, text]) => good.slice(0, at) + text + good.slice(at + 1));
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyText, mutated), async (phc) => {
        fc.pre(phc !== good);
        assert.deepEqual(await hasher.verify(phc, 'correct horse'), refused);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the queue', () => {
  it('computes as many as it may, lets as many wait, and turns the rest away', async () => {
    const { argon2, verified, letGo } = heldArgon2();
    const busy = createPasswordHasher({ concurrency: 2, queueLimit: 3, parameters: cheap, argon2 });
    const jobs = Array.from({ length: 5 }, () => busy.verify(undefined, 'a guess'));
    assert.equal(busy.queueLength(), 3);
    await assert.rejects(busy.verify(undefined, 'a guess'), { name: 'PasswordHasherBusy' });
    await assert.rejects(busy.hash('correct horse'), PasswordHasherBusy);
    assert.equal(verified.length, 2);

    await letGo();
    await jobs[0];
    assert.equal(busy.queueLength(), 2);
    assert.equal(verified.length, 3);
    const late = busy.verify(undefined, 'a guess');
    // A place that became free went to the first in line, so the newcomer waits.
    assert.equal(busy.queueLength(), 3);
    assert.equal(verified.length, 3);
    for (let left = 0; left < 5; left += 1) await letGo();
    await Promise.all([...jobs, late]);
    assert.equal(busy.queueLength(), 0);
  });

  it('serves in the order of arrival', async () => {
    const { argon2, letGo } = heldArgon2();
    const narrow = createPasswordHasher({ concurrency: 1, queueLimit: 9, parameters: cheap, argon2 });
    const order: number[] = [];
    const jobs = [0, 1, 2, 3].map((job) => narrow.verify(undefined, 'a guess').then(() => order.push(job)));
    for (const job of jobs) {
      await letGo();
      await job;
    }
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  it('T16: a failing computation is an error, not a verdict, and frees its place', async () => {
    const { argon2, letGo } = heldArgon2(true);
    const narrow = createPasswordHasher({ concurrency: 1, queueLimit: 1, parameters: cheap, argon2 });
    const known = await hasher.hash('a guess');
    const first = narrow.verify(known, 'a guess');
    const second = narrow.verify(known, 'a guess');
    const failure = assert.rejects(first, /out of memory/);
    await letGo(new Error('out of memory'));
    await failure;
    await letGo();
    assert.ok((await second).valid);
    assert.equal(narrow.queueLength(), 0);
  });

  it('refuses bounds and parameters that make no sense', () => {
    for (const concurrency of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => createPasswordHasher({ ...roomy, concurrency }), RangeError);
    }
    for (const queueLimit of [-1, 0.5, Number.POSITIVE_INFINITY]) {
      assert.throws(() => createPasswordHasher({ ...roomy, queueLimit }), RangeError);
    }
    for (const wrong of [
      { memoryKib: 7 },
      { memoryKib: 2 ** 32 },
      { passes: 0 },
      { passes: 1.5 },
      { parallelism: 0 },
    ]) {
      assert.throws(() => createPasswordHasher({ ...roomy, parameters: { ...cheap, ...wrong } }), RangeError);
    }
  });
});
