/**
 * Where deployed Actions may call: hosts that are on the list of those that are allowed, and lead inside all the same, by name, by
 * address or by a redirect. Each refusal says which check it comes from, so that none stands in for another.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { onPostLogin, startActionsServer } from '../actions/actions-server.ts';
import { listenAnywhere } from '../api.ts';
import { authorizationUrl, claimsOf, redeem } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';

const SEEN = 'https://fabrikam.example/seen';

const NOT_PUBLIC = 'fetch failed: the host is not on the public internet';
const NOT_LISTED = /^fetch failed: .+ is not among the hosts that are allowed$/;

/** A service inside, which says what it was asked for, and sends on whoever asks for that. */
const heard: string[] = [];
const intranet = await listenAnywhere();
const { port } = new URL(intranet.origin);
intranet.serve((request, response) => {
  const url = new URL(request.url ?? '', intranet.origin);
  heard.push(`${request.headers.host}${url.pathname}`);
  const to = url.searchParams.get('to');
  if (to === null) response.end('inside');
  else response.writeHead(307, { location: to }).end();
});

/** Names on the list, and where they lead. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'loopback.example': ['127.0.0.1'],
  'loopback-of-ipv6.example': ['::1'],
  'mapped-loopback.example': ['::ffff:127.0.0.1'],
  'mapped-metadata.example': ['::ffff:a9fe:a9fe'],
  'private-10.example': ['10.0.0.1'],
  'private-172.example': ['172.16.0.1'],
  'private-192.example': ['192.168.1.1'],
  'unique-local.example': ['fd00:ec2::254'],
  'link-local.example': ['169.254.169.254'],
  'link-local-of-ipv6.example': ['fe80::1'],
  'unspecified.example': ['0.0.0.0'],
  'translated.example': ['64:ff9b::7f00:1'],
  'carrier.example': ['100.64.0.1'],
  'one-of-two.example': ['93.184.216.34', '127.0.0.1'],
};

/** Addresses on the list, which nobody has to look up. */
const ADDRESSES = [
  '127.0.0.1',
  '169.254.169.254',
  '10.0.0.1',
  '0.0.0.0',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[fe80::1]',
  '[fd00:ec2::254]',
];

const OWN = `http://own.example:${port}`;
const LISTED = [...Object.keys(NAMES), ...ADDRESSES].map((host) => `http://${host}:${port}`);

const lookedUp: string[] = [];
const server = await startActionsServer({
  people: ['ada'],
  change: (config) => ({ ...config, actions: { egress: { allow: [OWN, ...LISTED], allowPrivate: [OWN] } } }),
  resolve: (hostname) => {
    lookedUp.push(hostname);
    return Promise.resolve(NAMES[hostname] ?? ['127.0.0.1']);
  },
  actions: [
    onPostLogin(
      'calling',
      `const said = await fetch(event.request.query['ext-address']).then((it) => it.text(), (error) => error.message);
       api.idToken.setCustomClaim('${SEEN}', said);`,
    ),
  ],
});
after(async () => {
  await server.close();
  await intranet.close();
});

/** What an Action that fetches this address is told, and what was heard inside meanwhile. */
const fetched = async (address: string) => {
  heard.length = 0;
  lookedUp.length = 0;
  const url = authorizationUrl(server, { 'ext-address': address });
  const { end } = await new UserAgent(server.issuer).authorize(url, server.person('ada'));
  const { body } = await redeem(server, end);
  return { said: String(claimsOf(String(body.id_token))[SEEN]), heard: [...heard] };
};

const sentOn = (to: string): string => `${OWN}/on?to=${encodeURIComponent(to)}`;

describe('a host that an Action may call', () => {
  it('in the own network is reached where the configuration says that it is there, so nothing else keeps the others out', async () => {
    assert.deepEqual(await fetched(`${OWN}/x`), { said: 'inside', heard: [`own.example:${port}/x`] });
    const { said, heard: requests } = await fetched(sentOn(`${OWN}/y`));
    assert.deepEqual([said, requests], ['inside', [`own.example:${port}/on`, `own.example:${port}/y`]]);
  });

  it('that is on no list is not looked up, and is refused for that', async () => {
    const { said, heard: requests } = await fetched(`http://other.example:${port}/`);
    assert.match(said, NOT_LISTED);
    assert.deepEqual([requests, lookedUp], [[], []]);
    const redirected = await fetched(sentOn(`http://other.example:${port}/`));
    assert.match(redirected.said, NOT_LISTED);
    assert.deepEqual([redirected.heard, lookedUp], [[`own.example:${port}/on`], ['own.example']]);
  });

  for (const [name, addresses] of Object.entries(NAMES)) {
    it(`by a name on the list leads to ${addresses.join(' and ')}: it is looked up, and refused for its address`, async () => {
      assert.deepEqual(await fetched(`http://${name}:${port}/`), { said: NOT_PUBLIC, heard: [] });
      assert.deepEqual(lookedUp, [name]);
    });

    it(`redirects to a name on the list that leads to ${addresses.join(' and ')}: the second is refused for its address`, async () => {
      const outcome = await fetched(sentOn(`http://${name}:${port}/`));
      assert.deepEqual(outcome, { said: NOT_PUBLIC, heard: [`own.example:${port}/on`] });
      assert.deepEqual(lookedUp, ['own.example', name]);
    });
  }

  for (const address of ADDRESSES) {
    it(`is the address ${address} on the list, or redirects to it: it is refused for itself`, async () => {
      const there = `http://${address}:${port}/`;
      assert.deepEqual(await fetched(there), { said: NOT_PUBLIC, heard: [] });
      assert.deepEqual(await fetched(sentOn(there)), { said: NOT_PUBLIC, heard: [`own.example:${port}/on`] });
    });
  }
});
