/**
 * No parser takes longer than in proportion to what it is given: a text ten times as long must not take a hundred times as long.
 *
 * The least CPU time of several runs at one length is compared with that at another, and only where there is enough of it to be told
 * from noise: a parser that is quick with the longest text passes however it grew.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseTransfer } from '../../examples/fabrikam/src/accounts-api/transfer.ts';
import { centsFrom } from '../../examples/fabrikam/src/bank/browser/money.ts';
import { parseTransaction } from '../../packages/client/src/authorization/transaction.ts';
import { fromBase64url } from '../../packages/client/src/base64url.ts';
import { parseClaims } from '../../packages/core/src/authorization-request/claims.ts';
import { several, words } from '../../packages/core/src/authorization-request/parameters.ts';
import { exampleClient } from '../../packages/core/src/client/client.example.ts';
import { redirectOrigin, trustRedirect } from '../../packages/core/src/client/redirect-uri.ts';
import { durationInSeconds } from '../../packages/core/src/duration.ts';
import { parseChallenges } from '../../packages/core/src/www-authenticate.ts';
import { bearerToken } from '../../packages/resource-server/src/bearer.ts';
import { usableClientKeys } from '../../packages/server/src/client/client-keys.ts';
import { decodeBase32 } from '../../packages/server/src/factors/base32.ts';
import { checkNewPassword, passwordBytes } from '../../packages/server/src/factors/password.ts';
import { normaliseRecoveryCode } from '../../packages/server/src/factors/recovery-code.ts';
import { normaliseCode } from '../../packages/server/src/factors/totp.ts';
import { clientAddress } from '../../packages/server/src/http/caller.ts';
import { readCookie } from '../../packages/server/src/http/cookies.ts';
import { judgeForm } from '../../packages/server/src/http/csrf.ts';
import { parseJws } from '../../packages/server/src/keys/jws.ts';
import { finderOf, withoutSecrets } from '../../packages/server/src/log/redaction.ts';
import { findAsset } from '../../packages/server/src/pages/assets.ts';
import { displayName } from '../../packages/server/src/pages/display-name.ts';
import { chooseLocale } from '../../packages/server/src/pages/messages.ts';
import { parseColour } from '../../packages/server/src/pages/palette.ts';
import { normaliseUsername } from '../../packages/server/src/session/username.ts';

const SHORT = 10_000;
const LONG = 100_000;
/** Ten times the length: ten times the time when it grows in proportion, a hundred times when it grows by the square. */
const MOST_TIMES = 40;
const TOO_LITTLE_TO_TELL_MILLISECONDS = 25;
const RUNS = 3;

const trusted = { ...exampleClient, redirectUris: ['http://127.0.0.1/callback'] };
const requestWith = (cookie: string): Request => new Request('https://login.example/', { headers: { cookie } });
const csrf = { secrets: { csrf: new Uint8Array(32), refreshToken: new Uint8Array(32) } };

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  parseClaims,
  several: (text) => several(new Map([['a', [text, text]]]), 'a'),
  words,
  trustRedirect: (text) => trustRedirect(trusted, `http://127.0.0.1:1/${text}`, true),
  redirectOrigin: (text) => {
    const redirect = trustRedirect({ ...trusted, redirectUris: [text] }, text, true);
    return redirect.ok && redirectOrigin(redirect.value);
  },
  durationInSeconds,
  parseChallenges,
  'parseChallenges of a Bearer challenge': (text) => parseChallenges(`Bearer error="${text}`),
  fromBase64url,
  parseTransaction,
  bearerToken,
  'bearerToken of a Bearer header': (text) => bearerToken(`Bearer ${text}`),
  usableClientKeys: (text) => usableClientKeys([{ kty: 'EC', crv: 'P-256', x: text, y: text }]),
  decodeBase32,
  passwordBytes,
  checkNewPassword: (text) => checkNewPassword(text.slice(0, 1024), { username: text }),
  normaliseRecoveryCode,
  normaliseCode,
  clientAddress: (text) => clientAddress('192.0.2.1', text, 1),
  readCookie: (text) => readCookie(requestWith(text.replaceAll(/[^ -~]/g, ' ')), 'session', { secure: false }),
  judgeForm: (text) => judgeForm(csrf, { purpose: 'p', browserSecret: 'b' }, undefined, text),
  parseJws,
  withoutSecrets: (text) => withoutSecrets(text, [finderOf(['a secret'])]),
  findAsset,
  displayName,
  chooseLocale: (text) => chooseLocale([text], text),
  parseColour,
  normaliseUsername,
  parseTransfer: (text) => parseTransfer({ amount: 1, payee: { name: text, iban: text }, reference: text }),
  centsFrom,
};

/** Texts that patterns are known to stumble over: much of one thing, and at the end what does not fit. */
const TEXTS: Readonly<Record<string, (length: number) => string>> = {
  letters: (length) => 'a'.repeat(length),
  'letters and what does not fit': (length) => `${'a'.repeat(length)}!`,
  'spaces and a letter': (length) => `a${' '.repeat(length)}a`,
  'spaces alone': (length) => ' '.repeat(length),
  'tabs and a letter': (length) => `a${'\t'.repeat(length)}a`,
  digits: (length) => `${'0'.repeat(length)}!`,
  dots: (length) => '.'.repeat(length),
  'letters and dots': (length) => 'a.'.repeat(length / 2),
  hyphens: (length) => `${'-'.repeat(length)}!`,
  commas: (length) => ','.repeat(length),
  'commas and spaces': (length) => ', '.repeat(length / 2),
  'equals signs': (length) => `a${'='.repeat(length)}a`,
  'quotation marks': (length) => '"'.repeat(length),
  backslashes: (length) => `"${'\\'.repeat(length)}`,
  'pairs of a header': (length) => 'a=b, '.repeat(length / 5),
  'quoted pairs of a header': (length) => 'a="b", '.repeat(length / 7),
  semicolons: (length) => ';'.repeat(length),
  'signs of a cookie': (length) => 'stile_session=a; '.repeat(length / 17),
  'lists in lists': (length) => '['.repeat(length),
  'objects in objects': (length) => '{"a":'.repeat(length / 5),
  braces: (length) => `{"id_token":{"acr":{"values":[${'"a",'.repeat(length / 4)}"a"]}}}`,
  'percent signs': (length) => '%'.repeat(length),
  'line breaks': (length) => '\r\n'.repeat(length / 2),
  'marks that change places when they are normalised': (length) => `a${'\u0315\u0300'.repeat(length / 2)}`,
  'signs that are eighteen when they are normalised': (length) => '\ufdfa'.repeat(length),
  'invisible signs between spaces': (length) => ' \u200b'.repeat(length / 2),
};

/** The least CPU time that a run takes: what else the machine does is left out. */
const millisecondsOf = (run: () => unknown): number =>
  Math.min(
    ...Array.from({ length: RUNS }, () => {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );

for (const [name, parse] of Object.entries(PARSERS)) {
  it(`${name} takes time in proportion to what it is given`, () => {
    for (const [what, make] of Object.entries(TEXTS)) {
      const [short, long] = [make(SHORT), make(LONG)];
      const took = millisecondsOf(() => parse(long));
      if (took < TOO_LITTLE_TO_TELL_MILLISECONDS) continue;
      const before = millisecondsOf(() => parse(short));
      assert.ok(took < MOST_TIMES * before, `${what}: ${before} ms, and with ten times as many ${took} ms`);
    }
  });
}
