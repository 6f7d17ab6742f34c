/** What stands beside the server: an API behind the SDK, and the applications of the example, each over a socket of its own. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseChallenges } from '@stile/core';
import { createResourceServer } from '@stile/resource-server';
import { toNodeHandler } from '@stile/resource-server/node';
import { createAccountsApi } from '../../examples/fabrikam/src/accounts-api/accounts-api.ts';
import { createLedger } from '../../examples/fabrikam/src/accounts-api/ledger.ts';
import { createIntranet } from '../../examples/fabrikam/src/intranet/intranet.ts';
import { listenAnywhere } from '../api.ts';
import { ACCOUNTS, API_SECRET, WEB_SECRET } from '../fabrikam.ts';
import { attacks, hostileAuthorization, hostileTexts, newMarker, tag } from './attacks.ts';
import type { Answer, WireRequest } from './wire.ts';
import { bytesOf, converse } from './wire.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

const failures: unknown[] = [];

/** Each is served by the SDK's own bridge to Node. */
const serve = async (handle: (request: Request) => Response | Promise<Response>) => {
  const listening = await listenAnywhere();
  listening.serve(toNodeHandler(handle, (error) => failures.push(error)));
  return { ...listening, port: Number(new URL(listening.origin).port) };
};

let world: World;
let api: Awaited<ReturnType<typeof serve>>;
let accounts: Awaited<ReturnType<typeof serve>>;
let intranet: Awaited<ReturnType<typeof serve>>;

before(async () => {
  world = await startWorld();
  const { issuer } = world;
  const guarded = createResourceServer({ issuer, audience: ACCOUNTS }).protect({ scopes: ['read:accounts'] }, () =>
    Response.json({ done: true }),
  );
  api = await serve(guarded);
  const account = createAccountsApi({
    address: 'http://localhost:9003',
    issuer,
    audience: ACCOUNTS,
    clientId: 'accounts-api',
    clientSecret: API_SECRET,
    webOrigin: 'http://localhost:9002',
    ledger: createLedger(),
  });
  accounts = await serve((request) => account.fetch(request));
  const pages = createIntranet({
    address: 'http://localhost:9001',
    issuer,
    clientId: 'web',
    clientSecret: WEB_SECRET,
  });
  intranet = await serve((request) => pages.fetch(request));
});
after(() => Promise.all([world, api, accounts, intranet].map((one) => one.close())));

const ask = async (port: number, request: WireRequest): Promise<Answer | undefined> => {
  const headers = [...(request.headers ?? []), ['Connection', 'close'] as const];
  const [answer] = await converse(port, bytesOf({ ...request, headers }), { isHead: request.method === 'HEAD' });
  return answer;
};

/** What is wrong with an answer of anybody. */
const faultsOf = (answer: Answer | undefined, marker: string, most = 499): readonly string[] => {
  if (!answer) return ['no answer'];
  const { status, head, body, headers } = answer;
  return [
    ...(status > most ? [`the status is ${status}`] : []),
    ...(/\bat [\w.<>]+ \(|node:internal|node_modules|\w+Error:/.test(head + body) ? ['it shows its insides'] : []),
    ...(headers.has('x-injected') || head.includes(marker) || body.includes(marker) ? ['what was sent came back'] : []),
  ];
};

describe('an API behind the SDK', () => {
  it('answers whatever stands in the place of a token with a challenge that can be read', async () => {
    const wrong: string[] = [];
    for (const [index] of hostileAuthorization('').entries()) {
      const marker = newMarker();
      const value = hostileAuthorization(marker)[index] ?? '';
      const answer = await ask(api.port, { method: 'GET', target: '/accounts', headers: [['Authorization', value]] });
      const faults = [...faultsOf(answer, marker)];
      const challenges = parseChallenges(answer?.headers.get('www-authenticate')?.[0] ?? '');
      if (challenges.length !== 1) faults.push('there is not one challenge');
      if (![400, 401, 403].includes(answer?.status ?? 0)) faults.push(`the status is ${answer?.status}`);
      if (answer?.headers.get('cache-control')?.[0] !== 'no-store') faults.push('it may be kept');
      if (faults.length > 0) wrong.push(`${value.slice(0, 60)}: ${faults.join('; ')}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('takes no harm from any address, method or host', async () => {
    const wrong: string[] = [];
    const marker = newMarker();
    const targets = [
      '/',
      '//evil.example/',
      '/..;/',
      '/%2e%2e',
      '*',
      '',
      'http://evil.example/',
      '/%zz',
      '/\xff',
      `/${tag(marker)}`,
    ];
    const hosts = ['', 'a b', '[', `${marker}.example`, tag(marker), 'localhost:99999', 'a/b'];
    const requests: readonly WireRequest[] = [
      ...targets.map((target) => ({ method: 'GET', target })),
      ...hosts.map((host) => ({ method: 'GET', target: '/', headers: [['Host', host]] as const })),
      ...['HEAD', 'OPTIONS', 'TRACE', 'DELETE', 'QUERY', 'PROPFIND'].map((method) => ({ method, target: '/' })),
      { method: 'POST', target: '/', headers: [['Content-Type', 'x']], body: 'a'.repeat(200_000) },
    ];
    for (const request of requests) {
      const faults = faultsOf(await ask(api.port, request), marker);
      if (faults.length > 0)
        wrong.push(`${request.method} ${request.target} ${request.headers?.join() ?? ''}: ${faults.join('; ')}`);
    }
    assert.deepEqual(wrong, []);
  });
});

describe('the accounts API of the example', () => {
  it('answers any order with what is wrong with it', async () => {
    const order = { amount: 2500, payee: { name: 'Maria Keller', iban: 'DE02120300000000202051' }, reference: 'Rent' };
    const wrong: string[] = [];
    const send = async (what: string, body: string, marker: string): Promise<void> => {
      const headers = [['Content-Type', 'application/json']] as const;
      const answer = await ask(accounts.port, { method: 'POST', target: '/transfers', headers, body });
      const faults = faultsOf(answer, marker);
      if (faults.length > 0) wrong.push(`${what}: ${faults.join('; ')}`);
      if (![401, 413, 422].includes(answer?.status ?? 0)) wrong.push(`${what}: ${answer?.status}`);
    };
    for (const [what, text] of Object.entries(hostileTexts)) {
      const marker = newMarker();
      const value = text('x', marker);
      await send(what, JSON.stringify({ ...order, reference: value }), marker);
      await send(what, JSON.stringify({ ...order, payee: { name: value, iban: value } }), marker);
      await send(what, JSON.stringify({ ...order, amount: value }), marker);
      await send(what, value, marker);
    }
    assert.deepEqual(wrong, []);
  });
});

describe('the intranet of the example', () => {
  it('takes no harm from any cookie, nor from any answer that it did not wait for', async () => {
    const [, begun = ''] =
      /intranet=([^;]+)/.exec((await ask(intranet.port, { method: 'GET', target: '/sign-in' }))?.head ?? '') ?? [];
    const wrong: string[] = [];
    for (const name of ['code', 'state', 'iss', 'error', 'error_description']) {
      for (const attack of attacks.filter(({ isHuge }) => !isHuge)) {
        const marker = newMarker();
        const query = `code=c&state=s&${attack.encoded(name, 'x', marker)}`;
        const cookie = attack.what.length % 2 === 0 ? begun : `${marker}${attack.what.length}`;
        const headers = [['Cookie', `intranet=${cookie}`]] as const;
        const answer = await ask(intranet.port, { method: 'GET', target: `/callback?${query}`, headers });
        const faults = faultsOf(answer, marker);
        if (faults.length > 0) wrong.push(`${name}, ${attack.what}: ${faults.join('; ')}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
});

it('none of it was a failure', () => {
  assert.deepEqual([...failures, ...world.failures()], []);
});
