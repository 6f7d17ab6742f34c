/** What the log tells of an error: enough to find it, nothing that anybody could use, and never at the price of those who wait. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pino from 'pino';
import { guardedLog, RequestFailure } from './error.ts';
import { finderOf, finderOfBrought, withoutSecrets } from './redaction.ts';

const told = (text: string, ...secrets: readonly string[]): string => withoutSecrets(text, [finderOf(secrets)]);

describe('a secret that is known', () => {
  const secret = `it's "me"\\(!) ä+/x`;

  it('is found in every form in which somebody may have written it down', () => {
    const bytes = Buffer.from(secret);
    const inForm = new URLSearchParams([['password', secret]]).toString();
    const forms = [
      secret,
      JSON.stringify({ password: secret }),
      inForm,
      inForm.toLowerCase(),
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
    ];
    for (const form of forms) {
      const text = told(`near <${form}> it failed`, secret);
      assert.match(text, /^near .*\[redacted\].* it failed$/, form);
      assert.doesNotMatch(text, /it(?:'|%27)s|me\W|6974/i, form);
    }
  });

  it('is found when it is cut short, and a long one by its beginning', () => {
    assert.equal(told('unexpected correct-horse-bat…', 'correct-horse-battery-staple'), 'unexpected [redacted]');
    const phrase = 'correct horse battery staple';
    assert.equal(told(`<${phrase}> it failed`, phrase), '<[redacted]> it failed');
    assert.doesNotMatch(told(`<correct horse batt…`, phrase), /horse|batt/);
    const long = 'ab c'.repeat(5000);
    assert.doesNotMatch(told(`<${Buffer.from(long).toString('hex').slice(0, 30)}>`, long), /6162/);
    assert.doesNotMatch(told(`<${encodeURIComponent('😀'.repeat(30))}>`, '😀'.repeat(30)), /F0%9F/);
  });

  it('leaves no rest where two of them overlap, whoever knows which', () => {
    const [ours, theirs] = ['secret-one', 'one two three'];
    for (const finders of [
      [finderOf([ours]), finderOf([theirs])],
      [finderOf([theirs]), finderOf([ours])],
    ]) {
      assert.equal(withoutSecrets('<secret-one two three> it failed', finders), '<[redacted]> it failed');
    }
    assert.equal(told('innocent words', 'ent', ''), 'innocent words');
  });

  it('leaves no rest where it overlaps another that the same finder knows, or itself', () => {
    assert.equal(told('<secret-one two> it failed', 'secret-one', 'one two'), '<[redacted]> it failed');
    assert.equal(told('<secret-one two> it failed', 'one two', 'secret-one'), '<[redacted]> it failed');
    assert.equal(told('<abcabcabc> it failed', 'abcabc'), '<[redacted]> it failed');
    const [phrase, other] = ['correct horse battery', 'tery and a staple of mine'];
    assert.equal(told(`<${phrase} and a staple of mine> it failed`, phrase, other), '<[redacted]> it failed');
  });
});

/** What the log writes of an error while a request was answered. */
const logged = (error: unknown, query: string): string => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const request = new Request(`https://login.stile.dev/authorize?${query}`);
  guardedLog(log, { clients: new Map(), users: [] }).error({ err: new RequestFailure(error, request) }, 'failed');
  return lines.join('');
};

describe('a request that brings thousands of values', () => {
  const values = (count: number): string =>
    new URLSearchParams(Array.from({ length: count }, (_, index) => ['x', `value-${index}`])).toString();
  const error = (said: string): Error =>
    Object.assign(new Error(said, { cause: Object.assign(new Error(said), { code: 'SQLITE_FULL' }) }), {
      name: 'StoreUnavailable',
      code: said,
    });

  it('is not looked for: what the error says is withheld, and what it is called is told', () => {
    const line = logged(error('near value-5123'), values(6000));
    assert.doesNotMatch(line, /value-\d|near/);
    assert.match(line, /"type":"StoreUnavailable".*withheld: the request brought too many.*"code":"SQLITE_FULL"/);
    assert.equal(finderOfBrought(Array.from({ length: 6000 }, (_, index) => `value-${index}`)), undefined);
  });

  it('is one that no honest client sends: a hundred values are looked for, and the rest of the message is told', () => {
    const line = logged(error('near value-57 or so'), values(100));
    assert.match(line, /"message":"near \[redacted\]/);
    assert.doesNotMatch(line, /value-\d|withheld/);
    assert.match(line, /"stack":"at /);
    assert.doesNotMatch(
      logged(error('near value-57'), `${values(50)}&${values(50)}&y=${'&y=a'.repeat(5000)}`),
      /withheld/,
    );
  });
});
