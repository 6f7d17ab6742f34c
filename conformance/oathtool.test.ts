/** One-time codes (RFC 4226, RFC 6238) beside those of oathtool, the tool of the OATH Toolkit. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { instant } from '@stile/core';
import { encodeBase32 } from '../packages/server/src/factors/base32.ts';
import type { TotpAlgorithm } from '../packages/server/src/factors/totp.ts';
import { matchTotp, totpCode } from '../packages/server/src/factors/totp.ts';
import { findOrInstall, oathtool } from '../tools/debian-packages.ts';

before(() => findOrInstall([oathtool]));

interface Asked {
  readonly secret: Uint8Array;
  readonly digits: 6 | 7 | 8;
  readonly counter: number;
  /** How many codes, from that counter on. */
  readonly count: number;
}

const run = (how: readonly string[], { secret, digits, count }: Asked): readonly string[] => {
  // The secret as an authenticator app is given it.
  const what = ['--base32', `--digits=${digits}`, `--window=${count - 1}`, encodeBase32(secret)];
  return execFileSync('/usr/bin/oathtool', [...how, ...what], { encoding: 'utf8' })
    .trim()
    .split('\n');
};

const theirHotp = (asked: Asked): readonly string[] => run(['--hotp', `--counter=${asked.counter}`], asked);

const theirTotp = (asked: Asked, algorithm: TotpAlgorithm): readonly string[] =>
  run([`--totp=${algorithm}`, `--now=@${asked.counter * 30}`], asked);

const ours = ({ secret, digits, counter, count }: Asked, algorithm: TotpAlgorithm): readonly string[] =>
  Array.from({ length: count }, (_, step) => totpCode(secret, counter + step, { digits, algorithm }));

const repeated = (length: number): Uint8Array => Buffer.from('1234567890'.repeat(7).slice(0, length), 'ascii');

const SECRETS = { sha1: repeated(20), sha256: repeated(32), sha512: repeated(64) } as const;
const ALGORITHMS = ['sha1', 'sha256', 'sha512'] as const;

/** RFC 6238, appendix B: the moments. */
const MOMENTS = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000] as const;

describe('codes beside those of oathtool', () => {
  it('RFC 4226, appendix D', () => {
    const asked = { secret: SECRETS.sha1, digits: 6, counter: 0, count: 10 } as const;
    const codes = theirHotp(asked);
    assert.equal(codes.join(' '), '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489');
    assert.deepEqual(ours(asked, 'sha1'), codes);
  });

  for (const algorithm of ALGORITHMS) {
    it(`RFC 6238, appendix B, with ${algorithm}, at each of its moments and in the steps around it`, () => {
      for (const moment of MOMENTS) {
        const counter = Math.floor(moment / 30);
        const asked = { secret: SECRETS[algorithm], digits: 8, counter: counter - 1, count: 3 } as const;
        const codes = theirTotp(asked, algorithm);
        assert.equal(codes.length, 3);
        assert.deepEqual(ours(asked, algorithm), codes, `at ${moment}`);
        const [, code = ''] = codes;
        const options = { digits: 8, algorithm } as const;
        // Where two steps share a code the later is named; in these they do not.
        assert.deepEqual(matchTotp(asked.secret, code, instant(moment), options), { counter });
      }
    });
  }

  it('fifty secrets at fifty moments, twenty steps each', () => {
    for (let round = 0; round < 50; round += 1) {
      const algorithm = ALGORITHMS[round % 3] ?? 'sha1';
      const digits = ([6, 7, 8] as const)[randomInt(3)] ?? 6;
      const asked = { secret: randomBytes(randomInt(16, 65)), digits, counter: randomInt(1, 100_000_000), count: 20 };
      const said = `${algorithm}, ${digits} digits, ${encodeBase32(asked.secret)}, from step ${asked.counter} on`;
      const codes = theirTotp(asked, algorithm);
      assert.equal(codes.length, 20);
      assert.deepEqual(ours(asked, algorithm), codes, said);
      if (algorithm === 'sha1') assert.deepEqual(theirHotp(asked), codes, said);
    }
  });
});
