import assert from 'node:assert/strict';
import test from 'node:test';
import { recoveryCodeFactor } from '../factors/recovery-code-factor.ts';
import { authenticator } from '../store/testing/fixtures.ts';
import type { ChallengePageProps } from './challenge-page.ts';
import { challengePage } from './challenge-page.ts';
import { totpField } from './factors/totp.ts';
import { translate } from './messages.ts';
import { selectAuthenticatorPage } from './select-authenticator-page.ts';

const t = translate('en');

const props: ChallengePageProps = {
  application: { name: 'Fabrikam Bank' },
  action: '/interaction/1',
  csrf: 'c',
  title: t.challenge.title,
  why: {
    sentence: t.because({ what: 'Transfer money', acr: 'mfa', ageSeconds: 2_840, maxAgeSeconds: 300 }),
    details: [{ label: 'Amount', value: '€ 1,250.00' }],
  },
  authenticator: 'totp-1',
  question: { fields: totpField('Pixel 9', undefined, t), button: t.challenge.buttonFor('Transfer money') },
  signedInAs: 'robin@fabrikam.example',
  alternatives: [
    { value: 'key-1', kind: 'passkey', label: t.ways.passkey },
    { value: 'rec-1', kind: 'recovery-code', label: t.ways.recoveryCode, hint: t.ways.recoveryCodeHint(8) },
  ],
};

test('T26: the challenge page says why it asks, and offers every way that would do, strongest first', () => {
  const page = challengePage(props, t);
  assert.match(page, /Your last one was 47 minutes ago; this needs one from the last 5 minutes\./u);
  assert.match(page, /<dt>Amount<\/dt><dd><bdi>€ 1,250\.00<\/bdi><\/dd>/u);
  const offered = [...page.matchAll(/name="use" value="([^"]+)" formnovalidate/gu)].map(([, value]) => value);
  assert.deepEqual(offered, ['key-1', 'rec-1']);
});

test('the proof is tied to one authenticator, and asked for as a one-time code', () => {
  const page = challengePage(props, t);
  assert.match(page, /<input type="hidden" name="authenticator" value="totp-1">/u);
  assert.match(page, /name="code"[^>]* autocomplete="one-time-code"[^>]* inputmode="numeric"/u);
});

test('a code with spaces passes the browser: people paste what they see', () => {
  const pattern = /pattern="([^"]+)"/u.exec(challengePage(props, t))?.[1] ?? '';
  const accepts = new RegExp(`^(?:${pattern})$`, 'v');
  for (const code of ['123456', '123 456', ' 12 34 56 ']) assert.match(code, accepts);
  for (const code of ['12345', '1234567', '12345a', '']) assert.doesNotMatch(code, accepts);
});

test('a recovery code is asked for as such, with how many are left', () => {
  const shown = { authenticator: authenticator({ factor: 'recovery-code' }), codesLeft: 1, ceremony: undefined };
  const question = { ...recoveryCodeFactor.view.question(shown, t), button: t.challenge.button };
  const page = challengePage({ ...props, question }, t);
  assert.match(page, /Each works once\. 1 is left\./u);
  assert.doesNotMatch(page, /one-time-code|inputmode/u);
});

test('both ways out are buttons of the form, so they are protected like it and need no script', () => {
  const page = challengePage(props, t);
  for (const name of ['other', 'cancel']) {
    assert.match(page, new RegExp(`form="answer" name="${name}" value="1" formnovalidate`, 'u'));
  }
});

test('too many tries: the page says how long to wait', () => {
  assert.match(challengePage({ ...props, retryAfterSeconds: 61 }, t), /Wait 2 minutes, then try again/u);
});

test('the choice of ways is one press each', () => {
  const page = selectAuthenticatorPage({ ...props, choices: props.alternatives }, t);
  assert.equal([...page.matchAll(/name="use"/gu)].length, 2);
  assert.doesNotMatch(page, /name="code"/u);
});
