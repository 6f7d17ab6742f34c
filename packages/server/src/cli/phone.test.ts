/** The command line plays the phone against a server that listens: connect, watch, approve, deny. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { secondsAfter } from '@stile/core';
import { pino } from 'pino';
import { pushFactor } from '../factors/push-factor.ts';
import { translate } from '../pages/messages.ts';
import { registrationCode } from '../push/registration.ts';
import { listen } from '../server.ts';
import type { Ceremony } from '../store/records.ts';
import { ROBIN } from '../testing/test-config.ts';
import { startTestServer } from '../testing/test-server.ts';
import { runCommand } from './commands.ts';

const silent = pino({ level: 'silent' });

/** A port that nobody listens on. */
const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, 'localhost');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};

const begin = async (t: TestContext) => {
  const port = await freePort();
  const issuer = `http://localhost:${port}/`;
  const { deps, store } = await startTestServer((config) => ({
    ...config,
    issuer,
    listen: { host: 'localhost', port },
  }));
  const running = await listen(deps);
  t.after(() => running.close(AbortSignal.abort()));
  const dataFolder = mkdtempSync(join(tmpdir(), 'stile-phone-'));
  t.after(() => rm(dataFolder, { recursive: true }));

  /** The clock of the phone is wrong by an hour; the server tells it. */
  const run = async (...words: string[]) => {
    const lines: string[] = [];
    const now = () => secondsAfter(deps.now(), 3600);
    const line = {
      config: { ...deps.config, dataFolder },
      log: silent,
      now,
      print: (text: string) => void lines.push(text),
    };
    const status = await runCommand(['phone', ...words], line);
    return { status, text: lines.join('\n') };
  };
  let made = 0;
  const ceremony = async (over: Pick<Ceremony, 'purpose' | 'authenticatorId' | 'data'>): Promise<string> => {
    made += 1;
    const id = `cer_${String(made).padStart(24, 'a')}`;
    const [createdAt, expiresAt] = [deps.now(), secondsAfter(deps.now(), 150)];
    const rest = { factor: 'push', userId: ROBIN.id, answer: null, boundTo: `page ${made}`, createdAt, expiresAt };
    await store.ceremonies.begin({ ...rest, ...over, id });
    return id;
  };
  return { run, deps, store, issuer, ceremony, file: join(dataFolder, 'phone.json') };
};

test('the phone is connected, asked, approves with the number alone, denies and reports', async (t) => {
  const { run, deps, store, issuer, ceremony, file } = await begin(t);
  const enrolment = await ceremony({ purpose: 'enrol', authenticatorId: null, data: {} });
  const address = `${issuer}approve#enrol=${registrationCode(deps.secrets, enrolment)}`;
  assert.equal((await run('enrol', issuer)).status, 2);
  assert.equal((await run('enrol', `${address.slice(0, -1)}!`)).status, 2);
  assert.equal((await run('enrol', address.slice(0, -1))).status, 1);
  assert.match((await run('enrol', address, 'Lab phone')).text, /Ready to approve for robin/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal((await run('enrol', address)).status, 1);

  const [user, kept] = [await store.users.find(ROBIN.id), await store.ceremonies.find(enrolment, deps.now())];
  assert.ok(user && kept);
  const caller = { address: '192.0.2.1', requestId: 'req' };
  const somebody = { user, request: new Request(issuer), caller, t: translate('en') };
  const outcome = await pushFactor.enrolment.finish(somebody, kept, () => undefined, deps.now(), deps);
  assert.ok(outcome.ok);
  const [made] = outcome.authenticators;
  assert.equal(made?.name, 'Lab phone');
  const rest = { userId: ROBIN.id, createdAt: deps.now(), lastUsedAt: null, preferredAt: null };
  const authenticators = [{ ...made, ...rest }];
  await store.authenticators.enrol({ userId: ROBIN.id, guard: null, authenticators, consume: [], audit: [] });

  assert.equal((await run('watch', '--once')).status, 1);
  assert.equal((await run('approve', '42')).text, 'Nothing is asked now.');
  const question = (): Promise<string> => {
    const facts = {
      application: 'Fabrikam Bank',
      what: 'Transfer money',
      browser: 'Firefox, Linux',
      place: '192.0.2.*',
    };
    const when = { askedAt: deps.now(), answerBy: secondsAfter(deps.now(), 90), sessionId: null };
    return ceremony({ purpose: 'prove', authenticatorId: made.id, data: { ...facts, ...when, number: '42' } });
  };
  await question();
  assert.match(
    (await run('watch', '--once')).text,
    /^robin: Fabrikam Bank · Transfer money · Firefox, Linux · 192\.0\.2\.\*\n/,
  );
  assert.equal((await run('approve')).status, 2);
  assert.deepEqual(await run('approve', '42'), { status: 0, text: 'Approved.' });
  await question();
  assert.deepEqual(await run('approve', '24'), {
    status: 1,
    text: 'That is not the number that the page shows, so it was denied.',
  });
  const last = await question();
  assert.deepEqual(await run('deny', '--report'), { status: 0, text: 'Denied and reported.' });
  assert.equal((await run('deny')).text, 'Nothing is asked now.');
  const answered = await store.ceremonies.find(last, deps.now());
  assert.equal(answered?.answer?.decision, 'report');
});
