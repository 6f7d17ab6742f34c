import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseLocale, translate } from './messages.ts';

const english = translate('en');
const german = translate('de');

type Message = (value: unknown) => string;

const isMessage = (node: unknown): node is Message => typeof node === 'function';

/** What the few messages are asked with that do not take a number. */
const others: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['because', ['1fa', 'mfa', 'phr'].flatMap((acr) => [{ acr }, { acr, what: 'X', ageSeconds: 9, maxAgeSeconds: 8 }])],
  ['challenge.buttonFor', ['X']],
  ['webauthn.anyOf', [['X'], ['X', 'Y']]],
  ...['kind', 'additionTitle', 'additionHint'].map(
    (name) =>
      [`myAccount.${name}`, ['password', 'totp', 'recovery-code', 'passkey', 'email', 'phone', 'push']] as const,
  ),
  ['myAccount.day', [0, 1]],
  ['consent.openidScopes', ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']],
]);

/** Every text of a catalogue by its path. */
const texts = (node: unknown, path: string): readonly (readonly [string, string])[] => {
  if (typeof node === 'string') return [[path, node]];
  if (isMessage(node)) return (others.get(path) ?? [0, 1, 2, undefined]).map((value) => [path, node(value)]);
  if (typeof node !== 'object' || node === null) throw new TypeError(path);
  return Object.entries(node).flatMap(([key, value]) => texts(value, path === '' ? key : `${path}.${key}`));
};

test('German has every message, and says it in German', () => {
  const originals = new Map(texts(english, ''));
  const translations = new Map(texts(german, ''));
  assert.deepEqual([...translations.keys()].sort(), [...originals.keys()].sort());
  const same = [...translations].filter(([path, text]) => originals.get(path) === text).map(([path]) => path);
  assert.deepEqual(same, []);
});

test('no text for people speaks of MFA, factors or tokens, and none is empty', () => {
  for (const catalogue of [english, german]) {
    for (const [path, text] of texts(catalogue, '')) {
      assert.notEqual(text.trim(), '', path);
      assert.doesNotMatch(text, /\bmfa\b|token|factor|faktor/iu, path);
    }
  }
});

test('passkeys that would do are named, and of many that there are more', () => {
  const { anyOf, lead } = english.webauthn;
  assert.equal(lead.none(anyOf(['A', 'B', 'C'], 0)), 'Connect “A”, “B” or “C” and touch it when it blinks.');
  assert.equal(anyOf(['A', 'B', 'C'], 2), '“A”, “B”, “C” or one of 2 others');
  assert.equal(german.webauthn.anyOf(['A', 'B', 'C'], 2), '„A“, „B“, „C“ oder einen von 2 weiteren');
});

test('a reason tells what, how long ago, and what would do', () => {
  const cases = [
    [{ what: 'Transfer money', acr: 'mfa' }, 'To transfer money, give a second proof.'],
    [{ acr: 'mfa' }, 'The application asks for a second proof.'],
    [{ acr: 'phr' }, 'The application asks for your passkey or security key.'],
    [{ acr: 'mfa', own: true }, 'Your account asks for a second proof.'],
    [{ what: 'Show salaries.', acr: '1fa' }, 'To show salaries, sign in again.'],
    [{ what: 'SEPA transfers', acr: 'http://unknown' }, 'To SEPA transfers, give a second proof.'],
    [
      { what: 'Transfer money', acr: 'mfa', ageSeconds: 2_840, maxAgeSeconds: 300 },
      'To transfer money, give a second proof. Your last one was 47 minutes ago; this needs one from the last 5 minutes.',
    ],
    [
      { acr: 'mfa', ageSeconds: 320, maxAgeSeconds: 300 },
      'The application asks for a second proof. Your last one was a little over 5 minutes ago; this needs one from the last 5 minutes.',
    ],
    [
      { acr: '1fa', ageSeconds: 0 },
      'The application asks you to sign in again. Your last sign-in was just now; this needs a new one.',
    ],
  ] as const;
  for (const [reason, sentence] of cases) assert.equal(english.because(reason), sentence);
});

test('a reason in German', () => {
  const cases = [
    [{ acr: 'mfa', own: true }, 'Ihr Konto bittet Sie um einen zweiten Nachweis.'],
    [{ what: 'Geld überweisen', acr: 'mfa' }, 'Für „Geld überweisen“ brauchen wir einen zweiten Nachweis.'],
    [
      { what: 'Geld überweisen', acr: 'mfa', ageSeconds: 2_840, maxAgeSeconds: 300 },
      'Für „Geld überweisen“ brauchen wir einen zweiten Nachweis. Ihr letzter war vor 47 Minuten; nötig ist einer aus den letzten 5 Minuten.',
    ],
    [
      { acr: '1fa', ageSeconds: 400_000, maxAgeSeconds: 3_600 },
      'Die Anwendung bittet Sie, sich noch einmal anzumelden. Ihre letzte Anmeldung war vor 4 Tagen; nötig ist eine aus der letzten Stunde.',
    ],
    [
      { acr: 'phr', ageSeconds: 320, maxAgeSeconds: 300 },
      'Die Anwendung bittet Sie um Ihren Passkey oder Sicherheitsschlüssel. Ihr letzter Nachweis dieser Art war vor gut 5 Minuten; nötig ist einer aus den letzten 5 Minuten.',
    ],
  ] as const;
  for (const [reason, sentence] of cases) assert.equal(german.because(reason), sentence);
});

test('tries and waiting times are told in words', () => {
  assert.match(english.errors.wrongCode(3), / 3 tries are left\.$/u);
  assert.match(english.errors.wrongCode(1), / One try is left\.$/u);
  assert.doesNotMatch(english.errors.wrongCode(), /left/u);
  assert.match(german.errors.wrongCode(1), / Sie haben noch einen Versuch\.$/u);
  assert.match(english.errors.tooManyTries(30), /Wait 30 seconds,/u);
  assert.match(german.errors.tooManyTries(60), /Warten Sie eine Minute /u);
});

test('a button says what happens when that fits on it', () => {
  assert.equal(english.challenge.buttonFor('Transfer money'), 'Confirm and transfer money');
  assert.equal(english.challenge.buttonFor('Transfer money to a great many different people'), 'Confirm');
});

test('the language is the first that is asked for and spoken', () => {
  const cases = [
    [[], undefined, 'en'],
    [[], 'de', 'de'],
    [[], 'de-AT,de;q=0.9,en;q=0.8', 'de'],
    [[], 'en;q=0.5, de;q=0.9', 'de'],
    [[], 'fr, de;q=0', 'en'],
    [[], 'fr;q=0.9,*;q=0.1', 'en'],
    [['fr', 'de-CH'], 'en', 'de'],
    [['EN-GB'], 'de', 'en'],
    [['constructor', '__proto__'], ';;;,q=,=de;q=x', 'en'],
    [['../../etc'], 'de_DE', 'de'],
  ] as const;
  for (const [uiLocales, header, locale] of cases)
    assert.equal(chooseLocale(uiLocales, header), locale, `${uiLocales.join(' ')} ${header}`);
});

test('only the scopes of OpenID Connect have words of their own', () => {
  for (const name of ['transfer:funds', 'constructor', '']) assert.equal(english.consent.openidScopes(name), undefined);
});
