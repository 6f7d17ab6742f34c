import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkNewPassword, passwordBytes } from './password.ts';

/** Any UTF-16 code units at all, lone surrogates among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 300 })
  .map((codeUnits) => String.fromCharCode(...codeUnits));

const verdict = (password: string, username = 'anna@fabrikam.example', minimumLength?: number): string => {
  const result = checkNewPassword(password, { username, ...(minimumLength === undefined ? {} : { minimumLength }) });
  return result.ok ? 'ok' : result.error;
};

describe('checkNewPassword', () => {
  it('asks for no composition', () => {
    const fine = [
      'correct horse battery',
      'kühlschrank-licht',
      'ζεστόχορτάρι',
      '夜明け前の静かな川',
      '🦊🐻🦉🐝🌲🌧️🚲🥾',
      '  two spaces  ',
    ];
    for (const password of fine) assert.equal(verdict(password), 'ok', password);
  });

  it('returns the password as it came', () => {
    const result = checkNewPassword(' Ｔｈｅ tall grass ', { username: 'anna' });
    assert.deepEqual(result, { ok: true, value: ' Ｔｈｅ tall grass ' });
  });

  it('counts code points, from 8 to 256', () => {
    assert.equal(verdict('vq7-kxw'), 'too_short');
    assert.equal(verdict('vq7-kxwd'), 'ok');
    assert.equal(verdict('🦊🐻🦉🐝🌲🌧🚲'), 'too_short');
    assert.equal(verdict('🦊🐻🦉🐝🌲🌧🚲🥾'), 'ok');
    assert.equal(verdict('vq7-'.repeat(64)), 'ok');
    assert.equal(verdict(`${'vq7-'.repeat(64)}x`), 'too_long');
    assert.equal(verdict('🦊🐻🦉🐝'.repeat(64)), 'ok');
    assert.equal(verdict(''), 'too_short');
  });

  it('is not deceived by characters that normalising makes more or fewer', () => {
    // One ligature that becomes 18 letters, and letters with their accents typed apart.
    assert.equal(verdict('\ufdfa'), 'too_short');
    assert.equal(verdict('e\u0301o\u0301u\u0301i\u0301'), 'too_short');
    assert.equal(verdict('\ufdfa'.repeat(15)), 'too_long');
  });

  it('takes a longer minimum, and no shorter one', () => {
    assert.equal(verdict('vq7-kxwd-plm9z', 'anna', 15), 'too_short');
    assert.equal(verdict('vq7-kxwd-plm9zt', 'anna', 15), 'ok');
    for (const minimum of [0, 7, 8.5, 257, Number.NaN])
      assert.throws(() => verdict('vq7-kxwd', 'anna', minimum), RangeError);
  });

  it('refuses common passwords whatever their case or width', () => {
    const common = [
      'password',
      'PassWord1',
      'ｐａｓｓｗｏｒｄ',
      'Passw0rd!',
      'P@ssw0rd',
      'qwertyuiop',
      'iloveyou1',
      'trustno1',
    ];
    for (const password of common) assert.equal(verdict(password), 'common', password);
  });

  it("refuses the user's name, alone or among digits and punctuation", () => {
    const username = 'Theodora@fabrikam.example';
    for (const password of [
      'theodora',
      'THEODORA',
      'Theodora2026!',
      '!!theodora',
      '12theodora34',
      username,
      username.toUpperCase(),
    ]) {
      assert.equal(verdict(password, username), 'resembles_username', password);
    }
    assert.equal(verdict('theodora1985', 'theodora1985'), 'resembles_username');
    assert.equal(verdict('theodora1985!', 'theodora1985'), 'resembles_username');
    assert.equal(verdict('theodora plants beans', username), 'ok');
    assert.equal(verdict('vq7-kxwd', ''), 'ok');
    assert.equal(verdict('84-a-7391', 'a'), 'ok');
    assert.equal(verdict('vq7-kxwd', '@'), 'ok');
  });

  it('refuses characters that cannot be typed again, and text that is no Unicode', () => {
    for (const password of [
      'long enough\n',
      '\0\0\0\0\0\0\0\0',
      'long\0enough',
      'long\tenough',
      'long enough \ud800',
      '\udc00long enough',
    ]) {
      assert.equal(verdict(password), 'unusable_characters', JSON.stringify(password));
    }
  });

  it('is done at once with a huge text', () => {
    assert.equal(verdict('x'.repeat(10_000_000)), 'too_long');
    assert.equal(verdict('\u0300'.repeat(1_000_000)), 'too_long');
  });

  it('accepts only what can be hashed', () => {
    fc.assert(
      fc.property(anyText, (password) => {
        if (verdict(password) === 'ok') assert.ok(passwordBytes(password) !== undefined);
      }),
    );
  });
});

describe('passwordBytes', () => {
  it('is the same for the same password from another keyboard', () => {
    assert.deepEqual(passwordBytes('\u00fcber-\ufb01x'), passwordBytes('u\u0308ber-fix'));
    assert.deepEqual(passwordBytes('ｐａｓｓ'), passwordBytes('pass'));
  });

  it('changes nothing else', () => {
    for (const password of [' pass', 'pass ', 'Pass', 'pass\0', 'pass\n', 'pass\u200b']) {
      assert.notDeepEqual(passwordBytes(password), passwordBytes('pass'), JSON.stringify(password));
    }
  });

  it('refuses what is too long, before and after normalising, empty, or no Unicode', () => {
    assert.equal(passwordBytes('x'.repeat(1024))?.length, 1024);
    for (const password of [
      '',
      'x'.repeat(1025),
      '\ufdfa'.repeat(64),
      '€'.repeat(342),
      '\ud800',
      'x\udfff',
      'x'.repeat(10_000_000),
    ]) {
      assert.equal(passwordBytes(password), undefined);
    }
  });
});
