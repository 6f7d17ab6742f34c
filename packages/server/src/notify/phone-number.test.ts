import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAllowedNumber, maskedPhoneNumber, parsePhoneNumber, rangeOf } from './phone-number.ts';

describe('a phone number', () => {
  for (const [typed, expected] of [
    ['+49 (0)30 123456', '+4930123456'],
    ['0049 30 123456', '+4930123456'],
    ['+49-30/123 456', '+4930123456'],
    [' +1 (202) 555-0143 ', '+12025550143'],
    ['+44 20 7946 0000', '+442079460000'],
    ['+357 25 123456', '+35725123456'],
  ] as const) {
    it(`is read as people type it: ${typed}`, () => assert.equal(parsePhoneNumber(typed), expected));
  }

  for (const [what, typed] of [
    ['a national number', '030 123456'],
    ['nothing', ''],
    ['an emergency number', '+49110'],
    ['letters', '+49 30 CALLME'],
    ['more than fifteen digits', '+4930123456789012'],
    ['another alphabet of digits', '+٤٩٣٠١٢٣٤٥٦'],
    ['two numbers', '+4930123456,+4930123457'],
    ['a line end', '+4930123456\r\nTo: +4930123457'],
    ['a satellite', '+881612345678'],
    ['a premium rate of all countries', '+97912345678'],
    ['a premium rate', '+19005550143'],
    ['a code of no country', '+9991234567'],
    ['a North American number that is too short', '+1202555014'],
    ['an area code that there cannot be', '+11235550143'],
    ['an extension', '+4930123456;ext=9'],
    ['a very long text', `+49${' '.repeat(1000)}30123456`],
  ] as const) {
    it(`is not ${what}`, () => assert.equal(parsePhoneNumber(typed), undefined));
  }

  it('is allowed by the code of its country alone', () => {
    const allowed = (number: string, ...regions: string[]) => isAllowedNumber(number, regions);
    assert.equal(allowed('+4930123456', '+49'), true);
    assert.equal(allowed('+4330123456', '+49'), false);
    assert.equal(allowed('+12025550143', '+1'), true);
    assert.equal(
      allowed('+18765550143', '+1'),
      false,
      'Jamaica shares the code of North America, and is not meant by it',
    );
    assert.equal(allowed('+18765550143', '+1876'), true);
    assert.equal(allowed('+77012345678', '+7'), false, 'nor Kazakhstan by that of Russia');
    assert.equal(allowed('+4915112345678', '+4915'), true, 'a narrower front of a country may be named');
    assert.equal(allowed('+4930123456', '+4915'), false);
    assert.equal(allowed('+881612345678', '+881'), false, 'no satellites, whoever allows them');
    assert.equal(allowed('+4930123456'), true, 'where nothing costs money there is no list');
  });

  it('is masked for those who know it', () => {
    assert.equal(maskedPhoneNumber('+4915112345623'), '+49…23');
    assert.equal(maskedPhoneNumber('+18765550143'), '+1876…43');
  });

  it('has neighbours', () => {
    assert.equal(rangeOf('+4915112345623'), rangeOf('+4915112345999'));
    assert.notEqual(rangeOf('+4915112345623'), rangeOf('+4915112346623'));
  });
});
