/** Law 5 for approvals on two processes: one answer is kept, one proof is made of it, whoever asks where. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { isJsonObject } from '@stile/core';
import type { ConfigInput } from '@stile/server';
import { DeviceSide } from '../../packages/server/src/push/device-side.ts';
import { startReplicas } from '../attacks/replicas.ts';
import { sendForm, signedIn } from '../attacks/signed-in.ts';
import { answerIn, authorizationUrl, post } from '../flow.ts';
import { proofsOnRecord, ROUNDS, withoutLimits } from '../races/rounds.ts';
import { UserAgent } from '../user-agent.ts';

const AT_ONCE = 8;
let config: ConfigInput | undefined;
const server = await startReplicas(['ada'], (usual) => {
  config = { ...withoutLimits(usual), push: { services: [] } };
  return config;
});
after(() => server.close());

const device = DeviceSide.make(server.issuer);

/** Connects the device on the pages of the account, which ask for a proof first. */
const connect = async (): Promise<void> => {
  const ada = server.person('ada');
  const { username, password } = ada;
  const agent = new UserAgent(server.issuer);
  let page = await agent.submit(await agent.open(server.at('account/add')), { username, password });
  page = await agent.submit(page, { code: ada.code() });
  page = await agent.submit(page, { factor: 'push' });
  const [, registration = ''] = /approve#enrol=([\w.-]+)/.exec(page.html) ?? [];
  await post(server.at('push/enrol'), { message: device.registration(registration, 'Phone') });
  assert.match((await agent.submit(page, {})).url.search, /done=added/);
};

const question = async () => {
  const { questions } = (await post(server.at('push/poll'), { message: device.poll(server.now()) })).body;
  const [first]: readonly unknown[] = Array.isArray(questions) ? questions : [];
  assert.ok(isJsonObject(first), 'nothing is asked');
  return { ceremony: String(first.ceremony), answerBy: Number(first.answer_by) };
};

it(`T14: an approval is raced at both replicas: one is kept, and its page leads to one code, in each of ${ROUNDS} rounds`, async () => {
  await connect();
  for (let round = 0; round < ROUNDS; round += 1) {
    const agent = await signedIn(server, 'ada');
    const url = authorizationUrl(server, { scope: 'openid transfer:funds', state: `round ${round}` });
    const page = await agent.submit(await agent.open(url), { open: '1' });
    const [, number = ''] = /<dd translate="no">(\d\d)</.exec(page.html) ?? [];
    const asked = await question();
    const message = device.answer(asked, 'approve', number);
    const addresses = server.atEach('push/answer');
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => post(addresses[index % addresses.length] ?? '', { message })),
    );
    const statuses = answers.map(({ status }) => status);
    assert.deepEqual(statuses.filter((status) => status === 200).length, 1, statuses.join(' '));
    assert.ok(statuses.every((status) => status === 200 || status === 410));
    // The page is answered by several copies of this browser at once, each at another replica.
    const copies = await Promise.all(Array.from({ length: 4 }, () => sendForm(agent, page, {})));
    const locations = copies.map(({ headers }) => headers.get('location') ?? '');
    assert.ok(locations.some((location) => location.startsWith('/authorize?')));
    const end = await agent.open(url);
    assert.ok(answerIn(end).code, end.url.href);
  }
  assert.ok(config);
  assert.equal(await proofsOnRecord(config, 'push'), ROUNDS);
});
