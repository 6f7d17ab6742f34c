import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dictionary } from '@zxcvbn-ts/language-common';
import { isCommonPassword } from './common-passwords.ts';

describe('isCommonPassword', () => {
  it('knows far more than 3,000 that are long enough to be chosen (ASVS 5.0, 6.2.4)', () => {
    const longEnough = dictionary['passwords-common'].filter((password) => password.length >= 8);
    assert.ok(longEnough.length > 10_000);
    assert.ok(longEnough.every(isCommonPassword));
  });

  it('knows words with the usual endings, this year as in ten', () => {
    for (const password of [
      'Summer2026!',
      'winter2035',
      'Welcome@123',
      'Admin#2027',
      'changeme1!',
      'P@ssw0rd123!',
      'Stile2026',
    ]) {
      assert.ok(isCommonPassword(password), password);
    }
  });

  it('knows rows of keys, sequences and repetitions, either way', () => {
    const common = [
      '12345678',
      '0987654321',
      '89012345',
      'abcdefgh',
      'zyxwvuts',
      'qwertzuiop',
      'poiuytrewq',
      '1qaz2wsx3edc',
    ];
    for (const password of [...common, 'aaaaaaaaaaaa', '88888888', 'abababab', '12121212', '        ', '!@#$%^&*']) {
      assert.ok(isCommonPassword(password), password);
    }
  });

  it('compares the whole, not the words within', () => {
    for (const password of [
      'my password is long',
      'summer in the north',
      'dragonfly-teapot',
      'winter2026-in-oslo',
      'qwerty for a cat',
    ]) {
      assert.ok(!isCommonPassword(password), password);
    }
  });
});
