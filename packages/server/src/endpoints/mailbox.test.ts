/** The mailbox for trying out: on one's own machine, and nowhere else. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { mailedBy, startMailServer } from '../testing/mail-server.ts';
import { phonedBy, startPhoneService } from '../testing/phone-service.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const LOCAL = 'http://localhost:9000/';
const local: ConfigChange = (config) => ({ ...config, issuer: LOCAL });

const read = (server: TestServer, address = '127.0.0.1', headers: Readonly<Record<string, string>> = {}) =>
  server.send('/dev/mailbox', { headers }, address);

const begin = async (t: TestContext, change: ConfigChange = local) => {
  const server = await testServer(t, change);
  const robin = await server.store.users.find(ROBIN.id);
  assert.ok(robin);
  server.deps.notify.tell(robin, {
    kind: 'code',
    code: '482913',
    link: `${server.deps.config.issuer}challenge?interaction=x&code=482913`,
    validForSeconds: 300,
    application: '<script>alert(1)</script>',
  });
  server.deps.notify.phone('+4915112345623', 'sms', { kind: 'code', code: '739154' });
  return server;
};

describe('the mailbox', () => {
  it('shows what would have been sent, says what it is, and lets nothing in it become a part of the page', async (t) => {
    const response = await read(await begin(t));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const html = await response.text();
    assert.match(html, /No mail server and no phone provider is configured/);
    assert.match(html, /482913/);
    assert.match(html, /739154 is your code/);
    assert.match(html, /<a href="http:\/\/localhost:9000\/challenge\?interaction=x&amp;code=482913">/);
    assert.doesNotMatch(html, /<script>alert/);
  });

  for (const [what, address, headers] of [
    ['another machine', '192.0.2.1', {}],
    ['another machine on the same network', '192.168.0.9', {}],
    ['nobody knows whom', 'unknown', {}],
    ['whoever comes through a proxy', '127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }],
    ['a page of another site', '127.0.0.1', { 'sec-fetch-site': 'cross-site' }],
  ] as const) {
    it(`is not there for ${what}`, async (t) => {
      const response = await read(await begin(t), address, headers);
      assert.equal(response.status, 404);
      assert.doesNotMatch(await response.text(), /482913/);
    });
  }

  it('is not there under a name that was made to lead here', async (t) => {
    const { app } = await begin(t);
    const request = new Request('http://rebound.evil.example:9000/dev/mailbox');
    const response = await app(request, { address: '127.0.0.1', requestId: 'req_1' });
    assert.equal(response.status, 404);
  });

  it('is not there where people are to be reached, whoever asks', async (t) => {
    const server = await begin(t, (config) => config);
    assert.equal((await read(server)).status, 404);
  });

  it('is not there, and keeps nothing, where mail and phone are configured', async (t) => {
    const [mailServer, service] = [await startMailServer(t), await startPhoneService(t)];
    const server = await begin(t, (config) => local(phonedBy(service)(mailedBy(mailServer)(config))));
    await server.deps.notify.idle();
    assert.equal((await read(server)).status, 404);
    assert.equal(server.deps.notify.mailbox, undefined);
    assert.deepEqual([mailServer.mails.length, service.calls.length], [1, 1]);
  });
});
