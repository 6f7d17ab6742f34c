/** The disk runs full under a server, or fails; it is told to whoever asks, nothing is done by half, and it is over when it is over. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuthorizationServer } from '../authorization-server.ts';
import { API_SECRET } from '../fabrikam.ts';
import { answerIn, authorizationUrl, basic, getJson, post, redeem, tokenRequest, tokensFor } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';
import { submitOnly } from './crash/matter.ts';
import { Remains } from './crash/remains.ts';
import type { Disk } from './disks.ts';
import { disksIn, makeReadOnly } from './disks.ts';
import type { StileServer } from './stile-process.ts';
import { serveFrom } from './stile-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'stile-disk-'));
const disks = disksIn(folder);
after(() => {
  for (const disk of disks) disk.remove();
  rmSync(folder, { recursive: true, force: true });
});

const scope = 'openid read:accounts offline_access';

const startOn = (data: string, name: string): Promise<StileServer> => serveFrom(folder, name, data, ['ada', 'ben']);

/** Everything that is about to be used, once each. */
interface InHand {
  readonly agent: UserAgent;
  readonly code: Page;
  readonly refreshToken: string;
  readonly once: string;
  readonly login: { readonly agent: UserAgent; readonly page: Page };
  readonly challenge: { readonly page: Page; readonly code: string };
}

const collect = async (server: AuthorizationServer): Promise<InHand> => {
  const agent = new UserAgent(server.issuer);
  const { refresh_token = '' } = await tokensFor(server, 'ada', { scope }, agent);
  const code = await agent.open(authorizationUrl(server, { scope, prompt: 'none' }));
  const once = (await tokensFor(server, 'ben', { scope: 'openid transfer:funds' })).access_token ?? '';
  const page = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
  assert.equal(page.url.pathname, '/challenge');
  const newcomer = new UserAgent(server.issuer);
  return {
    agent,
    code,
    refreshToken: refresh_token,
    once,
    challenge: { page, code: server.person('ada').code() },
    login: { agent: newcomer, page: await newcomer.open(authorizationUrl(server)) },
  };
};

const requestsOf = (server: AuthorizationServer, { code, refreshToken, once }: InHand) => ({
  redeem: () => redeem(server, code),
  refresh: () => tokenRequest(server, { grant_type: 'refresh_token', refresh_token: refreshToken }),
  consume: () => post(server.at('oauth/consume'), { token: once }, basic('accounts-api', API_SECRET)),
});

const formsOf = (server: AuthorizationServer, { agent, login, challenge }: InHand) => {
  const { username, password } = server.person('ben');
  return {
    challenge: () => submitOnly(agent, challenge.page, { code: challenge.code }),
    login: () => submitOnly(login.agent, login.page, { username, password }),
  };
};

const refusesEverything = async (server: StileServer, inHand: InHand): Promise<void> => {
  assert.deepEqual(
    await Promise.all(
      ['healthz', 'readyz', '.well-known/jwks.json'].map(async (path) => (await fetch(server.at(path))).status),
    ),
    [200, 503, 200],
  );
  for (const request of Object.values(requestsOf(server, inHand))) {
    const { status, body, headers } = await request();
    assert.deepEqual([status, body.error, headers.get('retry-after')], [503, 'temporarily_unavailable', '5']);
    assert.deepEqual(Object.keys(body), ['error', 'error_description']);
  }
  for (const submit of Object.values(formsOf(server, inHand))) {
    const response = await submit();
    assert.equal(response.status, 503);
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal(response.headers.getSetCookie().length, 0);
    assert.match(await response.text(), /nothing has been done/);
  }
  const silent = await inHand.agent.open(authorizationUrl(server, { scope, prompt: 'none' }));
  assert.deepEqual([answerIn(silent).error, answerIn(silent).code], ['temporarily_unavailable', undefined]);
};

const doesEverything = async (server: StileServer, inHand: InHand): Promise<void> => {
  assert.equal((await fetch(server.at('readyz'))).status, 200);
  const { redeem: redeemIt, refresh, consume } = requestsOf(server, inHand);
  assert.equal((await redeemIt()).status, 200, 'the code was not used up');
  assert.equal((await refresh()).status, 200, 'the refresh token was not rotated');
  assert.deepEqual([(await consume()).body.consumed, (await consume()).body.consumed], [true, false]);
  for (const submit of Object.values(formsOf(server, inHand))) assert.equal((await submit()).status, 303);
};

/** A log is written a moment later than requests are answered. */
const saysInItsLog = async ({ stile }: StileServer, line: RegExp): Promise<void> => {
  while (!line.test(stile.log())) await pause(10);
};

const pidOf = ({ stile }: StileServer): number => stile.child.pid ?? assert.fail();

const wellKept = (disk: Disk): void => {
  const remains = new Remains(disk.folder);
  assert.deepEqual(remains.wrongs(), []);
  remains.close();
};

describe('T16: a disk on which nothing can be kept', () => {
  for (const [index, disk] of disks.entries()) {
    it(`${disk.name}: everybody is refused, nothing is used up, and it heals by itself`, async () => {
      const server = await startOn(disk.folder, `disk-${index}`);
      try {
        const inHand = await collect(server);
        disk.fill(pidOf(server));
        await refusesEverything(server, inHand);
        await refusesEverything(server, inHand);
        await saysInItsLog(server, /The disk (is full|fails): the store/);
        await saysInItsLog(server, /"msg":"the store is not ready"/);
        disk.makeRoom(pidOf(server));
        await doesEverything(server, inHand);
        assert.equal(server.stile.child.exitCode, null);
      } finally {
        await server.close();
      }
      wellKept(disk);
    });
  }

  it('a log that cannot be written does not stop the server', async () => {
    const server = await startOn(join(folder, 'logless'), 'logless');
    try {
      const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(pidOf(server)), `--fsize=${bytes}`]);
      limit('1:unlimited');
      for (let tries = 0; tries < 3; tries += 1) assert.equal((await fetch(server.at('readyz'))).status, 503);
      assert.equal((await getJson(server.at('.well-known/jwks.json'))).status, 200);
      limit('unlimited:unlimited');
      assert.equal((await fetch(server.at('readyz'))).status, 200);
      await saysInItsLog(server, /"path":"\/readyz","status":200/);
    } finally {
      await server.close();
    }
  });

  it('a disk that is read-only when the server starts: it says so and ends', async () => {
    const data = join(folder, 'read-only');
    const first = await startOn(data, 'read-only');
    await first.close();
    const undo = makeReadOnly(data);
    try {
      const second = await startOn(data, 'read-only-again');
      assert.equal(second.stile.child.exitCode, 1, second.stile.log());
      assert.match(second.stile.log(), new RegExp(`Nothing can be written to ${data}`));
    } finally {
      undo();
    }
    const third = await startOn(data, 'writable-again');
    assert.equal((await fetch(third.at('readyz'))).status, 200);
    await third.close();
  });
});
