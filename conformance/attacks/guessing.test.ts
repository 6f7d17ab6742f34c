/** Attacks by trying: passwords, codes and names, one after the other, all at once, from many places. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ConfigInput, Deps } from '@stile/server';
import { startAuthorizationServer } from '../authorization-server.ts';
import { answerIn, authorizationUrl } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';
import { getsCode, sendForm, signedIn } from './signed-in.ts';

const RECOVERY_CODE = '7K3M-9QWX-2F4H-8TNV-5C6D-1BJR';

const withRecoveryCode = (config: ConfigInput): ConfigInput => ({
  ...config,
  trustedProxies: 1,
  users: (config.users ?? []).map((user) => ({ ...user, recoveryCodes: [RECOVERY_CODE] })),
});

let held: Deps | undefined;
/** How many passwords were looked at. Looking costs nothing here, for it is tries that are counted, not work. */
let looked = 0;
const counting = (deps: Deps): Deps['passwords'] => ({
  ...deps.passwords,
  isFull: () => false,
  verify: async (phc, password) => {
    looked += 1;
    return { valid: phc !== undefined && password === 'correct horse battery staple', needsRehash: false };
  },
});

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gus', 'hal', 'blocked'],
  change: withRecoveryCode,
  replace: (deps) => {
    held = { ...deps, passwords: counting(deps) };
    return held;
  },
});
after(() => server.close());

const DAY = 86_400;
/** Long enough for every bucket to be full again; interactions that were open are over by then. */
const rested = (): void => server.advance(DAY);

const STATUSES = { judged: [303, 400], refused: [429] } as const;

/** What an attacker was told, try by try. */
const counted = (statuses: readonly number[]): { readonly judged: number; readonly refused: number } => ({
  judged: statuses.filter((status) => STATUSES.judged.some((one) => one === status)).length,
  refused: statuses.filter((status) => STATUSES.refused.some((one) => one === status)).length,
});

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

const tryCode = async (agent: UserAgent, page: Page, code: string): Promise<number> => {
  const response = await sendForm(agent, page, { code });
  await response.body?.cancel();
  return response.status;
};

const atCode = async (agent: UserAgent, username: string): Promise<Page> => {
  const { password } = server.person(username);
  const login = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
  return login.url.pathname === '/login' ? agent.submit(login, { username, password }) : login;
};

describe('guessing passwords', () => {
  it('password guessing: ten tries on one account, at once or in turn, and then not even the right one is looked at', async () => {
    const attacker = new Caller('203.0.113.1');
    const page = await attacker.open(authorizationUrl(server));
    looked = 0;
    const tries = Array.from({ length: 20 }, (_, i) => tryPassword(attacker, 'ada', `guess ${i}`, page));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    assert.deepEqual(counted(statuses), { judged: 10, refused: 10 });
    const last = await tryPassword(attacker, 'ada', server.person('ada').password, page);
    assert.equal(last.status, 429);
    assert.ok(Number(last.headers.get('retry-after')) > 0);
    assert.equal(looked, 10);
    assert.equal(await getsCode(server, attacker), false);
  });

  it('password guessing under other spellings: case, width, spaces and a new browser each time count as one account', async () => {
    rested();
    const spellings = [
      'ben',
      'BEN',
      'Ben',
      ' ben',
      'ben ',
      'ｂｅｎ',
      'BEN\u2003',
      'bEn',
      'beN',
      'ＢＥＮ',
      'ben',
      'BeN',
    ];
    const statuses: number[] = [];
    for (const spelling of spellings) {
      statuses.push((await tryPassword(new Caller('203.0.113.2'), spelling, 'guess')).status);
    }
    assert.deepEqual(counted(statuses), { judged: 10, refused: 2 });
  });

  it('password guessing from one IPv6 network: its 2^64 addresses are one guesser', async () => {
    rested();
    const statuses: number[] = [];
    for (let i = 0; i < 15; i += 1) {
      const { status } = await tryPassword(new Caller(`2001:db8:0:1:${i}::${i}`), 'cleo', 'guess');
      statuses.push(status);
    }
    assert.deepEqual(counted(statuses), { judged: 10, refused: 5 });
    const mapped = ['203.0.113.9', '::ffff:203.0.113.9', '203.0.113.9:4711', '[::ffff:203.0.113.9]:4711'];
    const same: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      same.push((await tryPassword(new Caller(mapped[i % mapped.length] ?? ''), 'dan', 'guess')).status);
    }
    assert.deepEqual(counted(same), { judged: 10, refused: 2 });
  });

  it('password guessing from many networks: a hundred tries on one account, whoever makes them', async () => {
    rested();
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      const agent = new Caller(`198.51.100.${i}`);
      const page = await agent.open(authorizationUrl(server));
      const tries = Array.from({ length: 10 }, () => tryPassword(agent, 'eve', 'guess', page));
      statuses.push(...(await Promise.all(tries)).map(({ status }) => status));
    }
    assert.deepEqual(counted(statuses), { judged: 100, refused: 20 });
  });

  it('locking out: the owner signs in in a browser of theirs while strangers use up every try on the account', async () => {
    rested();
    const owner = await signedIn(server, 'finn');
    await owner.send('/v2/logout');
    for (let i = 0; i < 11; i += 1) {
      const agent = new Caller(`198.51.100.${i}`);
      const page = await agent.open(authorizationUrl(server));
      await Promise.all(Array.from({ length: 10 }, () => tryPassword(agent, 'finn', 'guess', page)));
    }
    const { password } = server.person('finn');
    assert.equal((await tryPassword(new Caller('192.0.2.1'), 'finn', password)).status, 429);
    assert.equal((await tryPassword(owner, 'finn', password)).status, 303);
    // A browser that others signed in in, or that names itself known, has no limit of its own.
    const impostor = new Caller('192.0.2.2');
    await impostor.open(authorizationUrl(server));
    impostor.cookies.set('stile_known', owner.cookies.get('stile_known') ?? '');
    assert.equal((await tryPassword(impostor, 'finn', password)).status, 429);
  });

  it('password spraying: one password, tried at once on many names from one network, stops after sixty at the latest', async () => {
    rested();
    const agent = new Caller('203.0.113.7');
    const page = await agent.open(authorizationUrl(server));
    const tries = Array.from({ length: 80 }, (_, i) => tryPassword(agent, `name${i}`, 'Summer2026!', page));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    // Twenty names that failed make it slower; sixty are the most whatever the order, and one more every three seconds.
    const { judged, refused } = counted(statuses);
    assert.ok(judged >= 20 && judged <= 63 && judged + refused === 80, `${judged} were looked at`);
  });
});

describe('guessing codes', () => {
  it('TOTP brute force: ten tries, at once or in turn, in however many browsers, and then not even the right code is looked at', async () => {
    rested();
    const browsers = [new Caller('203.0.113.20'), new Caller('203.0.113.20')];
    const pages = await Promise.all(browsers.map((agent) => atCode(agent, 'gus')));
    const tries = Array.from({ length: 24 }, (_, i) => {
      const [agent, page] = [browsers[i % 2], pages[i % 2]];
      if (!agent || !page) throw new Error('There are two browsers.');
      return tryCode(agent, page, String(i).padStart(6, '0'));
    });
    assert.deepEqual(counted(await Promise.all(tries)), { judged: 10, refused: 14 });
    const [agent, page] = [browsers[0], pages[0]];
    if (!agent || !page) throw new Error('There is a browser.');
    assert.equal(await tryCode(agent, page, server.person('gus').code()), 429);
    // One more every six minutes, and no more than one.
    server.advance(360);
    assert.deepEqual([await tryCode(agent, page, '999999'), await tryCode(agent, page, '999998')], [400, 429]);
    assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), false);
  });

  it('TOTP brute force from many networks: fifty tries for the person, and the owner elsewhere is not shut out by one of them', async () => {
    rested();
    const statuses: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const agent = new Caller(`198.51.100.${i}`);
      const page = await atCode(agent, 'hal');
      if (i === 1) {
        const owner = new Caller('192.0.2.9');
        assert.equal(await tryCode(owner, await atCode(owner, 'hal'), server.person('hal').code()), 303);
      }
      const tries = Array.from({ length: 10 }, () => tryCode(agent, page, '000000'));
      statuses.push(...(await Promise.all(tries)));
    }
    // The owner's success cleared the first ten from the person's count.
    assert.ok(counted(statuses).judged <= 60 && counted(statuses).refused >= 10);
  });

  it('recovery-code brute force: ten tries, and the code has 120 bits', async () => {
    rested();
    const agent = new Caller('203.0.113.30');
    const challenge = await atCode(agent, 'ada');
    const use = /name="use" value="([^"]+)"/.exec(challenge.html)?.[1] ?? assert.fail();
    const page = await agent.submit(challenge, { use });
    const tries = Array.from({ length: 14 }, (_, i) =>
      tryCode(agent, page, RECOVERY_CODE.replace(/^../, String(10 + i))),
    );
    assert.deepEqual(counted(await Promise.all(tries)), { judged: 10, refused: 4 });
    assert.equal(await tryCode(agent, page, RECOVERY_CODE), 429);
    rested();
    const again = await atCode(agent, 'ada');
    assert.ok(answerIn(await agent.submit(await agent.submit(again, { use }), { code: RECOVERY_CODE })).code);
  });

  it('a code is no other factor’s: a code of the app, of paper, or of somebody else, typed where another is asked for', async () => {
    rested();
    const agent = new Caller('203.0.113.31');
    const page = await atCode(agent, 'ben');
    const { password, totpSecret } = server.person('ben');
    const foreign = server.person('cleo').code();
    for (const code of [RECOVERY_CODE, foreign, password, totpSecret, '', ' ', '000000 OR 1=1']) {
      assert.equal(await tryCode(agent, page, code), 400, code);
    }
    for (const authenticator of ['auth_user_cleo_totp', 'auth_user_ben_password', '', '__proto__', '*']) {
      const end = await agent.submit(page, { code: foreign, authenticator });
      assert.equal(answerIn(end).code, undefined);
    }
  });
});

describe('user enumeration', () => {
  /** A page without what is random in every one: what it is answered with, its request, the challenge for a passkey. */
  const withoutChance = (html: string): string =>
    html
      .replace(/name="csrf" value="[^"]+"/, '')
      .replace(/challenge&quot;:&quot;[\w-]+/, '')
      .replace(/interaction=\w[\w-]*/g, '');

  /** All that an answer shows, without what is random in every one. */
  const shown = async (agent: UserAgent, username: string, password: string): Promise<unknown> => {
    const page = await agent.open(authorizationUrl(server));
    const response = await sendForm(agent, page, { username, password });
    const headers = Object.fromEntries(response.headers);
    const { date: _, 'x-request-id': __, 'content-length': ___, ...same } = headers;
    const html = withoutChance((await response.text()).replaceAll(username, 'NAME'));
    return {
      status: response.status,
      headers: same,
      cookies: response.headers.getSetCookie(),
      html,
    };
  };

  it('user enumeration: a wrong password, a name that nobody has and a person who is blocked are answered to the byte alike', async () => {
    rested();
    await held?.store.users.setBlocked('user_blocked', held.now(), []);
    const ask = (username: string, password: string) => shown(new Caller('203.0.113.40'), username, password);
    const wrong = await ask('ada', 'wrong');
    assert.deepEqual(await ask('nobody', 'wrong'), wrong);
    assert.deepEqual(await ask('blocked', 'wrong'), wrong);
    assert.deepEqual(await ask('blocked', server.person('blocked').password), wrong);
    assert.deepEqual(await ask('user_ada', server.person('ada').password), wrong);
    assert.deepEqual(await ask('x'.repeat(8000), 'wrong'), wrong);
  });

  it('user enumeration by limits: a name that nobody has is limited after as many tries as one that somebody has', async () => {
    for (const [i, username] of ['ada', 'nobody', 'blocked'].entries()) {
      rested();
      const agent = new Caller(`203.0.113.${50 + i}`);
      const page = await agent.open(authorizationUrl(server));
      const statuses: number[] = [];
      for (let n = 0; n < 12; n += 1) statuses.push((await tryPassword(agent, username, 'wrong', page)).status);
      assert.deepEqual(counted(statuses), { judged: 10, refused: 2 }, username);
      const response = await tryPassword(agent, username, 'wrong', page);
      const wait = Number(response.headers.get('retry-after'));
      assert.ok(wait > 0 && wait <= 30, `${username}: ${wait}`);
    }
  });

  it('user enumeration without a password: hints and claims about a person are answered alike, whether they exist or not', async () => {
    const seen = async (changes: Parameters<typeof authorizationUrl>[1], name: string): Promise<unknown> => {
      const page = await new UserAgent(server.issuer).open(authorizationUrl(server, changes));
      const html = withoutChance(page.html.replaceAll(name, 'NAME'));
      const { state: _, interaction: __, ...answer } = answerIn(page);
      return [page.status, page.url.pathname, html, answer];
    };
    const claims = (name: string) => JSON.stringify({ id_token: { sub: { value: `user_${name}` } } });
    for (const prompt of [undefined, 'none', 'login', 'select_account']) {
      for (const ask of [
        (name: string) => seen({ prompt, login_hint: name }, name),
        (name: string) => seen({ prompt, claims: claims(name) }, name),
      ]) {
        const [known, unknown] = [await ask('ada'), await ask('zoe')];
        assert.deepEqual(known, unknown, prompt);
      }
    }
  });
});
