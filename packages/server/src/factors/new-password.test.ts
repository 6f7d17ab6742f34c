/** New passwords, judged beside a service on the network that knows leaked ones. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import { resolveConfig } from '../config/config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { rangeApi } from './breached-passwords.ts';
import { judgeNewPassword } from './new-password.ts';

const LEAKED = 'a password that leaked';

const digestOf = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase();

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** As the service answers: the rest of each digest with how often it was seen, and padding that nobody had. */
const rangeWith =
  (...leaked: readonly string[]): Answer =>
  (request, response) => {
    const prefix = request.url?.split('/').at(-1) ?? '';
    const known = leaked.map(digestOf).filter((digest) => digest.startsWith(prefix));
    const padding = Array.from({ length: 900 }, (_, i) => `${digestOf(`padding ${i}`).slice(5)}:0`);
    response.end([...padding, ...known.map((digest) => `${digest.slice(5)}:17`)].join('\r\n'));
  };

/** A service that answers so, and a judge that asks it. */
const beside = async (t: TestContext, answer: Answer, passwords: ConfigInput['passwords'] = {}, timeoutSeconds = 5) => {
  const asked: IncomingMessage[] = [];
  const service = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  t.after(() => {
    service.closeAllConnections();
    service.close();
  });
  const address = service.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const config = resolveConfig({ passwords: { breached: { url: `http://127.0.0.1:${port}/range/` }, ...passwords } });
  const complaints: string[] = [];
  const judge = async (password: string, hasSecondFactor = false): Promise<string> => {
    const breachedPasswords = rangeApi({
      url: `http://127.0.0.1:${port}/range/`,
      timeoutSeconds,
      complain: (reason) => void complaints.push(reason),
    });
    const judged = await judgeNewPassword(
      password,
      { username: 'robin', hasSecondFactor },
      { config, breachedPasswords },
    );
    if (judged.ok) assert.equal(judged.value, password);
    return judged.ok ? 'ok' : judged.error;
  };
  return { asked, complaints, judge };
};

describe('NIST SP 800-63B-4, section 3.1.1.2: a new password', () => {
  const judge = async (password: string, hasSecondFactor: boolean, passwords: ConfigInput['passwords'] = {}) => {
    const deps = { config: resolveConfig({ passwords }), breachedPasswords: undefined };
    const judged = await judgeNewPassword(password, { username: 'robin', hasSecondFactor }, deps);
    return judged.ok ? 'ok' : judged.error;
  };

  test('has fifteen characters when it is all there is, and eight where a second factor follows', async () => {
    assert.equal(await judge('vq7-kxwd-plm9z', false), 'too_short');
    assert.equal(await judge('vq7-kxwd-plm9zt', false), 'ok');
    assert.equal(await judge('vq7-kxw', true), 'too_short');
    assert.equal(await judge('vq7-kxwd', true), 'ok');
  });

  test('may have 64 characters and more, of any kind, without rules of composition', async () => {
    for (const password of [
      'vq7-'.repeat(16),
      'vq7-'.repeat(64),
      '夜明け前の静かな川を渡って行く',
      'all small letters here',
    ]) {
      assert.equal(await judge(password, false), 'ok', password);
    }
    assert.equal(await judge('vq7-'.repeat(65), false), 'too_long');
  });

  test('is none of those that are guessed first, however it is written', async () => {
    for (const password of ['Summer2026!', 'ＰＡＳＳＷＯＲＤ１', 'qwertzuiop']) {
      assert.equal(await judge(password, true), 'common', password);
    }
    assert.equal(await judge('robin-1234567890', false), 'resembles_username');
  });

  test('has as many characters as the configuration says, never fewer than eight', async () => {
    assert.equal(await judge('vq7-kxwd-plm9z', false, { minimumLength: 12 }), 'ok');
    assert.equal(await judge('vq7-kxwd-plm9z', true, { minimumLengthWithSecondFactor: 20 }), 'too_short');
    assert.throws(() => resolveConfig({ passwords: { minimumLength: 7 } }), /At least 8 characters/);
  });
});

describe('a service that knows leaked passwords', () => {
  test('is asked for a range, with padding, and never told the password or its digest', async (t) => {
    const { asked, judge } = await beside(t, rangeWith(LEAKED));
    assert.equal(await judge(LEAKED), 'breached');
    assert.equal(await judge('a password that nobody had'), 'ok');
    assert.deepEqual(
      asked.map(({ url }) => url),
      [LEAKED, 'a password that nobody had'].map((password) => `/range/${digestOf(password).slice(0, 5)}`),
    );
    assert.ok(asked.every(({ headers }) => headers['add-padding'] === 'true' && headers.cookie === undefined));
  });

  test('is asked for the form that is hashed, whatever keyboard it was typed on', async (t) => {
    const { judge } = await beside(t, rangeWith(LEAKED));
    assert.equal(await judge('ａ ｐａｓｓｗｏｒｄ ｔｈａｔ ｌｅａｋｅｄ'), 'breached');
  });

  test('does not find a password in the padding', async (t) => {
    const { judge } = await beside(t, (_, response) => response.end(`${digestOf(LEAKED).slice(5)}:0\r\n`));
    assert.equal(await judge(LEAKED), 'ok');
  });

  test('is not asked about what is refused anyway', async (t) => {
    const { asked, judge } = await beside(t, rangeWith());
    for (const password of ['short', 'Summer2026!', 'robin']) assert.notEqual(await judge(password, true), 'ok');
    assert.equal(asked.length, 0);
  });

  const failures: Readonly<Record<string, readonly [answer: Answer, reason: string]>> = {
    'does not answer': [() => undefined, 'timeout'],
    'begins to answer and stops': [(_, response) => response.write(`${digestOf('x').slice(5)}:1\r\n`), 'timeout'],
    'hangs up': [(request) => request.destroy(), 'unreachable'],
    'is out of order': [(_, response) => response.writeHead(503).end('later'), 'status_503'],
    'sends elsewhere': [(_, response) => response.writeHead(302, { location: '/range/00000' }).end(), 'unreachable'],
    'answers with a page': [(_, response) => response.end('<!doctype html>'), 'not_a_range'],
    'answers with nothing': [(_, response) => response.end(), 'not_a_range'],
    'does not come to an end': [(_, response) => response.end(`${'0'.repeat(35)}:1\n`.repeat(40_000)), 'too_long'],
  };
  for (const [what, [answer, reason]] of Object.entries(failures)) {
    test(`that ${what} lets the password through with a word in the log, or keeps it out, as it is configured`, async (t) => {
      const patience = reason === 'timeout' ? 0.03 : 5;
      const lenient = await beside(t, answer, {}, patience);
      assert.equal(await lenient.judge(LEAKED), 'ok');
      assert.deepEqual(lenient.complaints, [reason]);
      const strict = await beside(t, answer, { breached: { whenUnreachable: 'refuse' } }, patience);
      assert.equal(await strict.judge(LEAKED), 'unchecked');
    });
  }

  test('is believed over https alone, and on this machine', () => {
    const configured = (url: string) => () => resolveConfig({ passwords: { breached: { url } } });
    assert.throws(configured('http://ranges.example/'), /Use https/);
    assert.throws(configured('http://localhost.evil.example/'), /Use https/);
    assert.doesNotThrow(configured('https://ranges.example/'));
    assert.doesNotThrow(configured('http://localhost:8080/range/'));
  });
});
