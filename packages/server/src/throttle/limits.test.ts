import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearedBySuccess, codeLimits, passwordLimits, ticketLimits } from './limits.ts';

const keys = (username: string, address: string): readonly string[] =>
  passwordLimits(username, address, undefined).map(({ key }) => key);

/** Whether tries from two addresses are counted together. */
const together = (one: string, other: string): boolean => keys('robin', one)[2] === keys('robin', other)[2];

for (const [one, other, expected] of [
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['::ffff:192.0.2.1', '::FFFF:192.0.2.2', false],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:0db8:0001:0002:0:0:0:9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:5::', true],
  ['::1', '::2', true],
  ['::1', '1::', false],
  ['fe80::1%eth0', 'fe80::2', true],
  ['unknown', 'unknown', true],
] as const) {
  test(`tries from ${one} and ${other} are counted ${expected ? 'together' : 'apart'}`, () => {
    assert.equal(together(one, other), expected);
    assert.equal(keys('robin', one)[0] === keys('robin', other)[0], expected);
  });
}

test('a key tells neither the name nor the address', () => {
  assert.doesNotMatch(keys('robin', '192.0.2.1').join(''), /robin|192/);
});

test('names and addresses cannot be shifted into one another', () => {
  assert.equal(new Set([...keys('a', 'b'), ...keys('a\nb', ''), ...keys('', 'a\nb')]).size, 9);
});

test('a success clears what is counted for the person, and nothing that is counted for the address', () => {
  const limits = [
    ...passwordLimits('robin', 'x', undefined),
    ...codeLimits('totp', 'u', 'x'),
    ...ticketLimits('u', 'x'),
  ];
  const kinds = new Set(clearedBySuccess(limits).map((key) => key.split(':', 1)[0]));
  assert.deepEqual(kinds, new Set(['passwordFromNetwork', 'passwordOfAccount', 'code', 'codeOfPerson', 'ticket']));
});

test('NIST SP 800-63B-4, section 3.2.2: an account allows a hundred failures at once, and codes far fewer', () => {
  const burst = Object.fromEntries(
    [...passwordLimits('robin', 'x', undefined), ...codeLimits('totp', 'u', 'x')].map((limit) => [
      limit.key.split(':', 1)[0],
      limit.burst,
    ]),
  );
  assert.deepEqual(burst, {
    passwordFromNetwork: 10,
    passwordOfAccount: 100,
    address: 60,
    code: 10,
    codeOfPerson: 50,
  });
});

test('a browser in which the person has signed in before is counted for itself alone', () => {
  const [only, ...others] = passwordLimits('robin', '192.0.2.1', 'browser');
  assert.deepEqual(others, []);
  assert.equal(only?.key, passwordLimits('robin', '198.51.100.7', 'browser')[0]?.key);
  assert.notEqual(only?.key, passwordLimits('robin', '192.0.2.1', 'another')[0]?.key);
  assert.notEqual(only?.key, passwordLimits('sam', '192.0.2.1', 'browser')[0]?.key);
});
