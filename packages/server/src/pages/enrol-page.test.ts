import assert from 'node:assert/strict';
import test from 'node:test';
import { enrolPage } from './enrol-page.ts';
import { errorPage } from './error-page.ts';
import { connectApp } from './factors/totp.ts';
import { translate } from './messages.ts';

const t = translate('en');
const frame = { application: { name: 'Fabrikam' }, action: '/enrol', csrf: 'c', signedInAs: 'robin' };
const connect = {
  ...frame,
  state: 'connect',
  authenticator: 'a4',
  title: t.enrol.scanTitle,
  lead: t.enrol.scanWhy,
} as const;
const key = {
  qrSvg: '<svg viewBox="0 0 1 1"></svg>',
  secret: 'JBSWY3DPEHPK3PXPAB',
  otpauthUri: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPAB&issuer=y',
};
const connecting = (over: Partial<typeof key> = {}): string =>
  enrolPage(
    {
      ...connect,
      question: { fields: connectApp({ ...key, ...over }, undefined, t), button: t.enrol.connect },
    },
    t,
  );

test('the set-up code is asked for first, and why', () => {
  const page = enrolPage({ ...frame, state: 'guard', byTicket: true }, t);
  assert.match(page, /name="ticket"/u);
  assert.match(page, /anybody who learned your password could add theirs/u);
  assert.doesNotMatch(page, /<svg viewBox="0 0 1 1">|otpauth/u);
});

test('the key is shown as a picture, in fours and as a link; a form never sends it back', () => {
  const page = connecting();
  assert.match(page, /<svg viewBox="0 0 1 1"><\/svg>/u);
  assert.match(page, /<span>JBSW<\/span> <span>Y3DP<\/span> <span>EHPK<\/span> <span>3PXP<\/span> <span>AB<\/span>/u);
  assert.match(page, /href="otpauth:\/\/totp\/x\?secret=JBSWY3DPEHPK3PXPAB&amp;issuer=y"/u);
  const inputs = [...page.matchAll(/<input[^>]*>/gu)].map(([tag]) => tag);
  assert.ok(inputs.every((tag) => !tag.includes('JBSW')));
});

test('a link that does not open an authenticator app is not offered', () => {
  assert.doesNotMatch(connecting({ otpauthUri: 'javascript:alert(1)' }), /href="javascript/u);
});

test('recovery codes are listed, and the only way is on', () => {
  const page = enrolPage({ ...frame, state: 'done', recoveryCodes: ['aaaa-1111', 'bbbb-2222'] }, t);
  assert.match(page, /<li>aaaa-1111<\/li><li>bbbb-2222<\/li>/u);
  assert.match(page, /name="kept" value="1"/u);
  assert.doesNotMatch(page, /name="(?:cancel|other)"/u);
});

test('an error page shows text of the catalogue and ids of ours, and nothing else that it is given', () => {
  const page = errorPage({ problem: 'badRequest', requestId: 'Call +49 <b>', code: 'invalid request, call us' }, t);
  assert.match(page, /We do not understand this request/u);
  assert.doesNotMatch(page, /call us|Call \+49|class="reference"/u);
  assert.match(
    errorPage({ problem: 'badRequest', requestId: '01K8', code: 'invalid_request' }, t),
    /01K8 · invalid_request/u,
  );
});
