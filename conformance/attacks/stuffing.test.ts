/** Attacks with many names, many networks and much patience: stuffing, locking others out, secrets of clients, floods of requests. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import { startAuthorizationServer } from '../authorization-server.ts';
import { WEB_SECRET } from '../fabrikam.ts';
import { answerIn, authorizationUrl, basic } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';
import { sendForm } from './signed-in.ts';

const RIGHT = 'correct horse battery staple';

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan'],
  change: (config) => ({ ...config, trustedProxies: 1, limits: { startsFromNetworkPerMinute: 120 } }),
  // Looking at a password costs nothing here, for it is tries that are counted, not work.
  replace: (deps): Deps => ({
    ...deps,
    passwords: {
      ...deps.passwords,
      isFull: () => false,
      verify: async (phc, password) => ({ valid: phc !== undefined && password === RIGHT, needsRehash: false }),
    },
  }),
});
after(() => server.close());

/** Somebody at an address; the one proxy in front writes it down. */
class Caller extends UserAgent {
  readonly address: string;

  constructor(address: string) {
    super(server.issuer);
    this.address = address;
  }

  override send(url: URL | string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('x-forwarded-for', this.address);
    return super.send(url, { ...init, headers });
  }
}

const tryPassword = async (agent: UserAgent, username: string, password: string, page?: Page): Promise<Response> => {
  const response = await sendForm(agent, page ?? (await agent.open(authorizationUrl(server))), { username, password });
  await response.body?.cancel();
  return response;
};

const status = async (agent: UserAgent, username: string, password: string): Promise<number> =>
  (await tryPassword(agent, username, password)).status;

const rested = (): void => server.advance(86_400);

/** Fails with as many different names, as fast as it is let; says after how many it was too fast, and after how long it was over. */
const stuff = async (agent: Caller, many: number): Promise<{ readonly names: number; readonly seconds: number }> => {
  const page = await agent.open(authorizationUrl(server));
  let [names, seconds] = [0, 0];
  while (names < many) {
    const response = await tryPassword(agent, `name${names}`, 'Summer2026!', page);
    const wait = Number(response.headers.get('retry-after') ?? 0);
    if (wait > 600) break;
    if (wait > 0) {
      server.advance(wait);
      seconds += wait;
    } else names += 1;
  }
  return { names, seconds };
};

describe('credential stuffing', () => {
  it('credential stuffing: the names of a leak, one after the other from one network, become slow and then are not looked at any more', async () => {
    const agent = new Caller('203.0.113.7');
    const { names, seconds } = await stuff(agent, 150);
    assert.ok(names >= 100 && names <= 102, `${names} names were looked at`);
    assert.ok(seconds >= 70 * 10, `in ${seconds} seconds`);
    const last = await tryPassword(agent, 'ada', RIGHT);
    assert.equal(last.status, 429, 'not even the right one');
    assert.ok(Number(last.headers.get('retry-after')) > 0);
    assert.equal(await status(new Caller('203.0.113.8'), 'ada', RIGHT), 303, 'elsewhere nobody notices');
    rested();
    assert.equal(await status(agent, 'ada', RIGHT), 303, 'nor is the network refused for good');
  });

  it('credential stuffing beside people: whoever signed in there before goes on, in their browser', async () => {
    rested();
    const owner = new Caller('203.0.113.9');
    assert.equal(await status(owner, 'ben', RIGHT), 303);
    await owner.send('/v2/logout');
    await stuff(new Caller('203.0.113.9'), 150);
    assert.equal(await status(owner, 'ben', RIGHT), 303);
  });
});

describe('locking out', () => {
  const atCode = async (agent: UserAgent, username: string): Promise<Page> => {
    const page = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
    return page.url.pathname === '/login' ? agent.submit(page, { username, password: RIGHT }) : page;
  };
  const tryCode = async (agent: UserAgent, page: Page, code: string): Promise<number> => {
    const response = await sendForm(agent, page, { code });
    await response.body?.cancel();
    return response.status;
  };

  it('a hundred codes in a row, patiently and from ever new networks, and the app is locked for whoever only knows the password', async () => {
    rested();
    const owner = new Caller('192.0.2.1');
    assert.equal(await tryCode(owner, await atCode(owner, 'cleo'), server.person('cleo').code()), 303);
    let judged = 0;
    for (let network = 0; network < 30; network += 1) {
      const agent = new Caller(`198.51.100.${network}`);
      const page = await atCode(agent, 'cleo');
      for (let i = 0; i < 10; i += 1) if ((await tryCode(agent, page, '000000')) === 400) judged += 1;
      server.advance(900);
    }
    assert.ok(judged >= 95 && judged <= 102, `${judged} codes were looked at in seven hours`);
    const stranger = new Caller('198.51.100.99');
    assert.equal(await tryCode(stranger, await atCode(stranger, 'cleo'), server.person('cleo').code()), 429);
    // Somebody who has proven it in their session before has tries that nobody can use up.
    const page = await owner.open(authorizationUrl(server, { acr_values: 'mfa', max_age: '60' }));
    assert.equal(page.url.pathname, '/challenge');
    assert.ok(answerIn(await owner.submit(page, { code: server.person('cleo').code() })).code);
    // They were there: the lock is gone for them elsewhere as well.
    const elsewhere = new Caller('192.0.2.77');
    const again = await atCode(elsewhere, 'cleo');
    server.advance(30);
    assert.equal(await tryCode(elsewhere, again, server.person('cleo').code()), 303);
  });

  it('a password that is known gives no further tries at the code, however often it is given', async () => {
    rested();
    let judged = 0;
    for (let times = 0; times < 8; times += 1) {
      const agent = new Caller('203.0.113.20');
      const page = await atCode(agent, 'dan');
      for (let i = 0; i < 4; i += 1) if ((await tryCode(agent, page, '000000')) === 400) judged += 1;
    }
    assert.equal(judged, 10);
  });
});

describe('what clients do', () => {
  const ask = async (address: string, headers: Readonly<Record<string, string>>): Promise<Response> => {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' });
    const response = await new Caller(address).send('/oauth/token', { method: 'POST', body, headers });
    await response.body?.cancel();
    return response;
  };

  it('guessing a client’s secret: fifty tries from one network, alike for a client that nobody knows, and the client elsewhere goes on', async () => {
    rested();
    for (const id of ['web', 'nobody']) {
      const statuses: number[] = [];
      for (let i = 0; i < 60; i += 1)
        statuses.push((await ask('203.0.113.30', basic(id, `guess number ${i} of many`))).status);
      assert.equal(statuses.indexOf(429), 50, id);
      assert.ok(statuses.slice(0, 50).every((one) => one === 401));
    }
    const refused = await ask('203.0.113.30', basic('web', WEB_SECRET));
    assert.equal(refused.status, 429, 'not even the right one');
    assert.ok(Number(refused.headers.get('retry-after')) <= 10);
    assert.equal(
      (await ask('203.0.113.31', basic('web', WEB_SECRET))).status,
      400,
      'authenticated, and the token is none',
    );
  });

  it('a flood of requests from one network: so many are put by, and the rest cost nothing but an answer; others go on', async () => {
    rested();
    const url = authorizationUrl(server);
    const statuses = await Promise.all(
      Array.from({ length: 240 }, async () => {
        const response = await new Caller('203.0.113.40').send(url);
        await response.body?.cancel();
        return response.status;
      }),
    );
    const refused = statuses.filter((one) => one === 429).length;
    assert.ok(refused >= 60 && refused <= 120, `${refused} were refused`);
    assert.ok(statuses.every((one) => one === 303 || one === 429));
    assert.equal(await status(new Caller('203.0.113.41'), 'ada', RIGHT), 303);
  });
});
