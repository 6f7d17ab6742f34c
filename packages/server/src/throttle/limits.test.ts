import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Limit, LimitedAct } from './limits.ts';
import {
  clearedBySuccess,
  enrolmentSentLimits,
  limitsOf,
  passwordLimits,
  resetLimits,
  ticketLimits,
} from './limits.ts';

const keys = (username: string, address: string): readonly string[] =>
  passwordLimits(username, address, undefined).map(({ key }) => key);

const trying = { userId: 'u', authenticatorId: 'a', address: 'x' };

const kinds = (limits: readonly Limit[]): readonly string[] => limits.map(({ kind }) => kind);

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
  assert.equal(new Set([...keys('a', 'b'), ...keys('a\nb', ''), ...keys('', 'a\nb'), ...keys('a","b', 'c')]).size, 12);
});

test('a success clears what counts failures of the person, and neither what the address tried nor what was sent', () => {
  const acts: readonly LimitedAct[] = ['totp', 'webauthn', 'push', 'email-sent', 'phone-sent', 'push-sent'];
  const limits = [
    ...passwordLimits('robin', 'x', undefined),
    ...acts.flatMap((act) => limitsOf(act, trying)),
    ...ticketLimits('u', 'x'),
  ];
  const cleared = new Set(clearedBySuccess(limits).map((key) => key.split(':', 1)[0]));
  assert.deepEqual(
    cleared,
    new Set([
      'passwordFromNetwork',
      'failuresInARow',
      'codeFromNetwork',
      'codeOfPerson',
      'webauthn',
      'pushAnswered',
      'pushAnsweredByDevice',
      'ticket',
    ]),
  );
});

test('NIST SP 800-63B-4, section 3.2.2: whatever can be guessed counts its failures in a row, wherever they come from', () => {
  const inARow = (limits: readonly Limit[]): string | undefined =>
    limits.find(({ kind }) => kind === 'failuresInARow')?.key;
  assert.equal(
    inARow(passwordLimits('robin', 'x', undefined)),
    inARow(passwordLimits('robin', 'elsewhere', undefined)),
  );
  for (const act of ['totp', 'recovery-code', 'email', 'phone', 'push'] as const) {
    const here = inARow(limitsOf(act, trying));
    assert.ok(here !== undefined, act);
    assert.equal(here, inARow(limitsOf(act, { ...trying, address: 'elsewhere' })));
    assert.notEqual(here, inARow(limitsOf(act, { ...trying, authenticatorId: 'another' })));
    assert.notEqual(here, inARow(limitsOf(act, { ...trying, userId: 'another' })));
  }
  // A signature cannot be, and counting would let a stranger keep its owner out.
  assert.equal(inARow(limitsOf('webauthn', trying)), undefined);
});

test('codes are counted by person and network as well, so that several devices do not multiply the tries', () => {
  const [network, person] = limitsOf('totp', trying);
  const another = limitsOf('totp', { ...trying, authenticatorId: 'another', address: 'y' });
  assert.equal(another[1]?.key, person?.key);
  assert.notEqual(another[0]?.key, network?.key);
  assert.notEqual(limitsOf('email', trying)[1]?.key, person?.key);
});

test('a browser in which the person has signed in before is counted for itself alone, and all of them together by network', () => {
  const [own, inARow, network, ...others] = passwordLimits('robin', '192.0.2.1', 'browser');
  assert.deepEqual(others, []);
  const elsewhere = passwordLimits('robin', '198.51.100.7', 'browser').map(({ key }) => key);
  assert.deepEqual([own?.key, inARow?.key], elsewhere.slice(0, 2));
  assert.notEqual(network?.key, elsewhere[2]);
  assert.equal(passwordLimits('robin', '192.0.2.1', 'another')[2]?.key, network?.key);
  const strangers = passwordLimits('robin', '192.0.2.1', undefined).map(({ key }) => key);
  for (const limits of [passwordLimits('robin', '192.0.2.1', 'another'), passwordLimits('sam', '192.0.2.1', 'browser')])
    for (const { key } of limits) assert.ok(key !== own?.key && key !== inARow?.key);
  for (const limit of [own, inARow, network]) assert.ok(limit && !strangers.includes(limit.key));
});

test('a session in which the same authenticator was proven before is counted for itself alone', () => {
  const here = limitsOf('totp', { ...trying, provenIn: 'session' });
  assert.deepEqual(kinds(here), ['codeInProvenSession', 'failuresInARow']);
  const elsewhere = new Set(
    [limitsOf('totp', trying), limitsOf('totp', { ...trying, provenIn: 'another' })].flat().map(({ key }) => key),
  );
  assert.ok(here.every(({ key }) => !elsewhere.has(key)));
});

test('where the authenticator was proven before, what is sent is counted apart from what strangers ask for', () => {
  for (const act of ['email-sent', 'phone-sent', 'push-sent'] as const) {
    const strangers = limitsOf(act, trying).map(({ key }) => key);
    const proven = limitsOf(act, { ...trying, provenIn: 'session' });
    assert.deepEqual(
      proven.filter(({ key }) => strangers.includes(key)).map(({ kind }) => kind),
      ['sentByServer'],
    );
    // Many sessions are not many budgets.
    assert.deepEqual(limitsOf(act, { ...trying, provenIn: 'another' }), proven);
  }
});

test('looking for an answer is counted by question; by device so widely that no question spends it', () => {
  const [question, device] = limitsOf('push', { ...trying, ceremonyId: 'one' });
  const [another, same] = limitsOf('push', { ...trying, ceremonyId: 'another' });
  assert.notEqual(question?.key, another?.key);
  assert.deepEqual([device?.kind, device?.key], ['pushAnsweredByDevice', same?.key]);
});

test('a code to an address that is to be added takes nothing of what its owner has', () => {
  const owners = limitsOf('email-sent', { ...trying, userId: 'owner' }).map(({ key }) => key);
  const limits = enrolmentSentLimits('email', 'a@b.example', trying);
  assert.ok(
    limits.every(({ kind, key }) => kind === 'sentForNetwork' || kind === 'sentByServer' || !owners.includes(key)),
  );
  const byAnother = enrolmentSentLimits('email', 'a@b.example', { ...trying, userId: 'another' });
  assert.deepEqual(
    limits.filter(({ key }) => byAnother.some((one) => one.key === key)).map(({ kind }) => kind),
    ['enrolmentSentTo', 'sentForNetwork', 'sentByServer'],
  );
  assert.equal(enrolmentSentLimits('phone', 'a@b.example', trying)[1]?.key === limits[1]?.key, false);
});

test('asking for a new password: what one network or a stranger spends is not what a known browser has', () => {
  const here = resetLimits('robin', '192.0.2.1', undefined).map(({ key }) => key);
  const elsewhere = resetLimits('robin', '198.51.100.7', undefined).map(({ key }) => key);
  assert.notEqual(here[0], elsewhere[0]);
  assert.equal(here[1], elsewhere[1]);
  const [one, together] = resetLimits('robin', '192.0.2.1', 'one').map(({ key }) => key);
  const [another, too] = resetLimits('robin', '192.0.2.1', 'another').map(({ key }) => key);
  assert.notEqual(one, another);
  assert.equal(together, too);
  for (const key of [one, together]) assert.ok(key !== undefined && !here.includes(key));
});
