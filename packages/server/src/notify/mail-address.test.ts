import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskedMailAddress, parseMailAddress } from './mail-address.ts';

describe('an address of mail', () => {
  for (const [typed, expected] of [
    [' robin@fabrikam.example ', 'robin@fabrikam.example'],
    ["o'neill+bank@Fabrikam.Example", "o'neill+bank@fabrikam.example"],
    ['robin@bücher.example', 'robin@xn--bcher-kva.example'],
  ] as const) {
    it(`is read as people type it: ${typed}`, () => assert.equal(parseMailAddress(typed), expected));
  }

  for (const typed of [
    '',
    'robin',
    '@fabrikam.example',
    'robin@',
    'robin@localhost',
    'robin@192.0.2.1',
    'robin@[192.0.2.1]',
    'robin@fabrikam.example\r\nBcc: eve@evil.example',
    'robin@fabrikam.example\nBcc: eve@evil.example',
    'robin\r\n@fabrikam.example',
    'robin@fabrikam.example, eve@evil.example',
    'robin@fabrikam.example;eve@evil.example',
    '<robin@fabrikam.example>',
    '"robin eve"@fabrikam.example',
    'Robin <robin@fabrikam.example>',
    'robin@fabrikam.example@evil.example',
    'robin@evil.example/@fabrikam.example',
    'robin@fabrikam.example%00.evil.example',
    'robin@user:pass@evil.example',
    'robin@-fabrikam.example',
    'ro..bin@fabrikam.example',
    '.robin@fabrikam.example',
    `${'a'.repeat(65)}@fabrikam.example`,
    `robin@${'a.'.repeat(130)}example`,
    'rоbin@fabrikam.example'.replace('о', '\u043e'),
  ]) {
    it(`is not ${JSON.stringify(typed.slice(0, 60))}`, () => assert.equal(parseMailAddress(typed), undefined));
  }

  it('is masked for those who know it', () => {
    assert.equal(maskedMailAddress('emma@example.com'), 'e…@example.com');
  });
});
