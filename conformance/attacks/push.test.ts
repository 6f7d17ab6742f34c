/** Attacks on approvals: somebody knows the password, and wants the owner's phone to say yes. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import type { Decision } from '../../packages/server/src/push/answer.ts';
import { DeviceSide } from '../../packages/server/src/push/device-side.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { answerIn, authorizationUrl, post } from '../flow.ts';
import { invite } from '../push/devices.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';
import { sendForm } from './signed-in.ts';

let captured: Deps | undefined;
const people = ['ada', 'ben', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'mallory'];
const server = await startAuthorizationServer({
  people,
  replace: (deps) => {
    captured = deps;
    return deps;
  },
});
after(() => server.close());

const TRANSFER = { scope: 'openid transfer:funds' } as const;

const invitation = async (username: string) => {
  assert.ok(captured);
  const invited = await invite(captured, server.person(username).id);
  return { ...invited, code: invited.address.split('=')[1] ?? '' };
};

interface Question {
  readonly ceremony: string;
  readonly answerBy: number;
}

class Phone {
  readonly device = DeviceSide.make(server.issuer);

  send(path: string, message: string) {
    return post(server.at(path), { message });
  }

  poll() {
    return this.send('push/poll', this.device.poll(server.now()));
  }

  async question(): Promise<Question> {
    const { questions } = (await this.poll()).body;
    const [first]: readonly unknown[] = Array.isArray(questions) ? questions : [];
    const { ceremony, answer_by: answerBy } = {
      ceremony: '',
      answer_by: 0,
      ...(typeof first === 'object' ? first : {}),
    };
    assert.ok(ceremony !== '', 'nothing is asked');
    return { ceremony, answerBy };
  }

  answer(question: Question, decision: Decision, number?: string) {
    return this.send('push/answer', this.device.answer(question, decision, number));
  }
}

/** Somebody's phone, connected with their consent. */
const phoneOf = async (username: string): Promise<Phone> => {
  const invited = await invitation(username);
  const { code } = invited;
  const phone = new Phone();
  assert.equal((await phone.send('push/enrol', phone.device.registration(code, 'Phone'))).status, 200);
  await invited.connect();
  return phone;
};

/** A browser in which somebody signed in with the password, at the page that asks for a second proof. */
const challenged = async (username: string): Promise<{ readonly agent: UserAgent; readonly page: Page }> => {
  const agent = new UserAgent(server.issuer);
  const login = await agent.open(authorizationUrl(server, TRANSFER));
  const { password } = server.person(username);
  return { agent, page: await agent.submit(login, { username, password }) };
};

const numberOn = ({ html }: Page): string => /<dd translate="no">(\d\d)</.exec(html)?.[1] ?? '';

const asking = async (username: string) => {
  const { agent, page } = await challenged(username);
  const asked = await agent.submit(page, { open: '1' });
  return { agent, page: asked, number: numberOn(asked) };
};

const hasCode = (page: Page): boolean => 'code' in answerIn(page);

describe('approvals', () => {
  it('an approval by tapping: without the number of the page, or with a guess, it is a denial, and there is no second guess', async () => {
    const phone = await phoneOf('ada');
    const { agent, page, number } = await asking('ada');
    const question = await phone.question();
    const guess = number === '10' ? '11' : '10';
    assert.equal((await phone.answer(question, 'approve', guess)).body.decision, 'mismatch');
    assert.equal((await phone.answer(question, 'approve', number)).status, 410);
    assert.equal(hasCode(await agent.submit(page, {})), false);
  });

  it('MFA fatigue: a second question beside an open one, and questions after a denial, are not asked', async () => {
    const phone = await phoneOf('ben');
    const first = await asking('ben');
    const question = await phone.question();
    const second = await challenged('ben');
    const beside = await second.agent.submit(second.page, { open: '1' });
    assert.match(beside.html, /asked something already/);
    assert.equal((await phone.question()).ceremony, question.ceremony);
    await phone.answer(question, 'deny');
    for (const { agent, page } of [first, second]) {
      assert.equal((await sendForm(agent, page, { open: '1' })).status, 429);
    }
    assert.deepEqual((await phone.poll()).body.questions, []);
    // The owner has their other ways all the same.
    const owner = new UserAgent(server.issuer);
    const login = await owner.open(authorizationUrl(server, TRANSFER));
    const page = await owner.submit(login, { username: 'ben', password: server.person('ben').password });
    const [, totp = ''] = /name="use" value="([^"]+)"/.exec(page.html) ?? [];
    const code = await owner.submit(await owner.submit(page, { use: totp }), { code: server.person('ben').code() });
    assert.ok(hasCode(code));
  });

  it('keeping the owner from being asked: with the password alone, nobody holds up a session in which the device approved before', async () => {
    const phone = await phoneOf('ida');
    const owner = await asking('ida');
    await phone.answer(await phone.question(), 'approve', owner.number);
    assert.ok(hasCode(await owner.agent.submit(owner.page, {})));
    server.advance(301);
    const ask = async (agent: UserAgent) => {
      const page = await agent.submit(await agent.open(authorizationUrl(server, TRANSFER)), { open: '1' });
      return { page, number: numberOn(page) };
    };
    // An open question, a spent budget and provoked denials, each as far as it goes.
    for (let questions = 0; questions < 7; questions += 1) {
      const thief = await asking('ida');
      if (thief.number !== '') await phone.answer(await phone.question(), 'report');
      const strange = await asking('ida');
      assert.equal(strange.number, '', 'the pause of strangers');
      const { page, number } = await ask(owner.agent);
      assert.notEqual(number, '', `question ${questions}`);
      const beside = await asking('ida');
      assert.equal(beside.number, '', 'nobody asks beside the owner');
      await phone.answer(await phone.question(), 'approve', number);
      assert.ok(hasCode(await owner.agent.submit(page, {})));
      server.advance(601);
    }
  });

  it('somebody else’s device, and a device of the attacker’s, answer nothing that it was not asked', async () => {
    const [phone, other] = [await phoneOf('cleo'), await phoneOf('mallory')];
    const { agent, page, number } = await asking('cleo');
    const question = await phone.question();
    assert.equal((await other.answer(question, 'approve', number)).status, 410);
    assert.equal((await new Phone().answer(question, 'approve', number)).status, 401);
    assert.equal(hasCode(await agent.submit(page, {})), false);
    assert.equal((await phone.answer(question, 'approve', number)).status, 200);
    assert.ok(hasCode(await agent.submit(page, {})));
  });

  it('an answer is replayed, moved to another question, or turned from no into yes: nothing comes of it', async () => {
    const phone = await phoneOf('dan');
    const first = await asking('dan');
    const question = await phone.question();
    const approval = phone.device.answer(question, 'approve', first.number);
    assert.equal((await phone.send('push/answer', approval)).status, 200);
    assert.equal((await phone.send('push/answer', approval)).status, 410);
    assert.ok(hasCode(await first.agent.submit(first.page, {})));
    const second = await asking('dan');
    const [head = '', , signature = ''] = phone.device.answer(await phone.question(), 'deny').split('.');
    const claims = {
      aud: server.issuer,
      ceremony: (await phone.question()).ceremony,
      decision: 'approve',
      number: second.number,
    };
    const turned = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    assert.equal((await phone.send('push/answer', approval)).status, 410);
    assert.notEqual((await phone.send('push/answer', turned)).status, 200);
    assert.equal(hasCode(await second.agent.submit(second.page, {})), false);
  });

  it('an approval that the owner gave in their own session is not taken up by the session of a thief', async () => {
    const phone = await phoneOf('eve');
    const thief = await challenged('eve');
    const owner = await asking('eve');
    await phone.answer(await phone.question(), 'approve', owner.number);
    assert.equal(hasCode(await thief.agent.submit(thief.page, {})), false);
    assert.ok(hasCode(await owner.agent.submit(owner.page, {})));
  });

  it('an approval that comes too late is none', async () => {
    const phone = await phoneOf('fay');
    const { agent, page, number } = await asking('fay');
    const question = await phone.question();
    server.advance(91);
    assert.equal((await phone.answer(question, 'approve', number)).status, 410);
    assert.equal(hasCode(await agent.submit(page, {})), false);
  });

  it('a device with a code that is guessed or used is not connected', async () => {
    const { code } = await invitation('gus');
    const [attacker, phone] = [new Phone(), new Phone()];
    const [id = ''] = code.split('.');
    for (const wrong of [id, `${id}.${'A'.repeat(27)}`, code.slice(0, -1), '']) {
      const registration = attacker.device.registration(wrong, 'Attacker');
      assert.equal((await attacker.send('push/enrol', registration)).status, 410);
    }
    assert.equal((await phone.send('push/enrol', phone.device.registration(code, 'Phone'))).status, 200);
    assert.equal((await attacker.send('push/enrol', attacker.device.registration(code, 'Attacker'))).status, 410);
    // Whatever was sent, nothing is connected before its owner says so.
    assert.equal((await phone.poll()).status, 401);
  });

  it('a device names the server’s own neighbours as its push service: it is not called there', async () => {
    const { code } = await invitation('hal');
    const phone = new Phone();
    const keys = { p256dh: `B${'a'.repeat(86)}`, auth: 'a'.repeat(22) };
    const endpoint = 'http://169.254.169.254/latest/meta-data/';
    const answer = await phone.send('push/enrol', phone.device.registration(code, 'Phone', { endpoint, keys }));
    assert.deepEqual([answer.status, answer.body.callable], [200, false]);
  });

  it('a poll is heard by somebody on the way, who sends it again: it is not answered', async () => {
    const phone = await phoneOf('mallory');
    const message = phone.device.poll(server.now());
    assert.equal((await phone.send('push/poll', message)).status, 200);
    assert.equal((await phone.send('push/poll', message)).status, 401);
  });
});
