/** Who adds an address or a number that is somebody else's, or knows a password, keeps nobody from the codes of theirs; and costs no more. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { translate } from '../pages/messages.ts';
import type { User } from '../store/records.ts';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import { mailedBy, startMailServer } from '../testing/mail-server.ts';
import { phonedBy, startPhoneService } from '../testing/phone-service.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import { emailFactor } from './email-factor.ts';
import { phoneFactor } from './phone-factor.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const ADDRESS = 'robin@fabrikam.example';
const NUMBER = '+4915112345623';

const factors = { email: emailFactor, phone: phoneFactor } as const;
type Sent = keyof typeof factors;

const give = async ({ store, deps }: TestServer, factor: Sent, id: string, material: Record<string, unknown>) => {
  const rest = { lookup: null, createdAt: deps.now(), lastUsedAt: null, preferredAt: null };
  const authenticators = [{ id, userId: ROBIN.id, factor, name: `${factor} of Robin`, material, ...rest }];
  await store.authenticators.enrol({ userId: ROBIN.id, guard: null, authenticators, consume: [], audit: [] });
  return id;
};

/** Robin, who has both, and everything that was sent. */
const begin = async (t: TestContext, more: Readonly<Record<string, unknown>> = {}) => {
  const [mailServer, service] = [await startMailServer(t), await startPhoneService(t)];
  const server = await testServer(t, (config) => phonedBy(service, more)(mailedBy(mailServer)(config)));
  const ids = {
    email: await give(server, 'email', 'auth_mail', { address: ADDRESS }),
    phone: await give(server, 'phone', 'auth_phone', { number: NUMBER, channel: 'sms' }),
  };
  const robin = await server.store.users.find(ROBIN.id);
  assert.ok(robin);
  return { server, ids, robin, mailServer, service, owner: new TestBrowser(server) };
};

const ask = async (server: TestServer, browser: TestBrowser, id: string): Promise<Stop> => {
  const page = await browser.go(authorizeUrl(TRANSFER));
  const challenge = page.url.startsWith('/login') ? await browser.signIn(page) : page;
  const asked = await browser.submit(challenge, { authenticator: id, open: '1' });
  await server.deps.notify.idle();
  return asked;
};

/** Somebody on the way to add what they say is theirs. */
const add = async (server: TestServer, factor: Sent, user: User, to: string, address = '198.51.100.1') => {
  const somebody = {
    user,
    request: new Request('https://login.fabrikam.example/account/add'),
    caller: { address, requestId: 'req' },
    t: translate('en'),
  };
  const answer = (name: string) => (name === 'email' || name === 'phone_number' ? to : undefined);
  const id = `cer_${Buffer.from(server.deps.randomBytes(18)).toString('base64url')}`;
  const { ok } = await factors[factor].enrolment.begin(somebody, answer, id, server.deps);
  await server.deps.notify.idle();
  return ok;
};

const strangers = (robin: User, many: number): readonly User[] =>
  Array.from({ length: many }, (_, n) => ({ ...robin, id: `stranger_${n}`, username: `stranger${n}` }));

describe('adding what is somebody else’s', () => {
  for (const [factor, to] of [
    ['email', ADDRESS],
    ['phone', NUMBER],
  ] as const) {
    it(`sends three codes to it, however many do so, and its owner is sent theirs: ${factor}`, async (t) => {
      const { server, ids, robin, owner } = await begin(t);
      const begun: boolean[] = [];
      for (const [n, user] of strangers(robin, 20).entries()) {
        begun.push(await add(server, factor, user, to.toUpperCase(), `198.51.100.${n}`));
      }
      assert.equal(begun.filter(Boolean).length, 3);
      for (let times = 0; times < 5; times += 1) assert.equal((await ask(server, owner, ids[factor])).status, 200);
    });
  }

  it('spends no more than half of what a range of numbers may cost, and both together no more than all', async (t) => {
    const { server, ids, robin, owner, service } = await begin(t);
    const begun: boolean[] = [];
    for (const [n, user] of strangers(robin, 12).entries()) {
      begun.push(await add(server, 'phone', user, `+49151123456${30 + n}`, `198.51.100.${n}`));
    }
    assert.equal(begun.filter(Boolean).length, 5);
    for (let times = 0; times < 5; times += 1) assert.equal((await ask(server, owner, ids.phone)).status, 200);
    const another = await give(server, 'phone', 'auth_other', { number: '+4915112345699', channel: 'sms' });
    assert.equal((await ask(server, owner, another)).status, 429);
    assert.equal(service.calls.length, 10);
  });

  it('leaves half of what a network and everybody may cost as well', async (t) => {
    for (const budget of ['network', 'everybody'] as const) {
      const { server, ids, robin, owner } = await begin(t, { budgets: { [budget]: { burst: 4 } } });
      const begun: boolean[] = [];
      for (const [n, user] of strangers(robin, 6).entries()) {
        // The network of the owner's browser.
        begun.push(await add(server, 'phone', user, `+49170${n}234567`, '192.0.2.10'));
      }
      assert.equal(begun.filter(Boolean).length, 2);
      assert.deepEqual(
        [(await ask(server, owner, ids.phone)).status, (await ask(server, owner, ids.phone)).status],
        [200, 200],
      );
    }
  });

  it('is slow for one person, whatever they add, and takes nothing of their own codes', async (t) => {
    const { server, ids, robin, owner } = await begin(t);
    const begun: boolean[] = [];
    for (let n = 0; n < 4; n += 1) begun.push(await add(server, 'email', robin, `a${n}@b.example`));
    for (let n = 0; n < 4; n += 1) begun.push(await add(server, 'phone', robin, `+49170${n}234567`));
    assert.equal(begun.filter(Boolean).length, 5);
    for (const factor of ['email', 'phone'] as const) {
      assert.equal((await ask(server, owner, ids[factor])).status, 200);
    }
  });
});

describe('whoever knows the password', () => {
  for (const factor of ['email', 'phone'] as const) {
    it(`keeps nobody from a code where theirs was proven before, in that session and that browser: ${factor}`, async (t) => {
      const { server, ids, owner, mailServer, service } = await begin(t);
      const asked = await ask(server, owner, ids[factor]);
      const code = factor === 'email' ? mailServer.code() : service.code();
      assert.ok(answerOf(await owner.submit(asked, { code })).code);
      server.advance(301);
      const thief = new TestBrowser(server, '198.51.100.66');
      const statuses: number[] = [];
      for (let presses = 0; presses < 12; presses += 1) statuses.push((await ask(server, thief, ids[factor])).status);
      assert.equal(statuses.at(-1), 429);
      assert.equal((await ask(server, owner, ids[factor])).status, 200);
      owner.cookies.delete('__Host-stile_session');
      assert.equal((await ask(server, owner, ids[factor])).status, 200);
      owner.cookies.delete('__Host-stile_session');
      owner.cookies.delete('__Host-stile_proven');
      assert.equal((await ask(server, owner, ids[factor])).status, 429);
    });
  }
});
