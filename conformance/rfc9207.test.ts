/** RFC 9207, Authorization Server Issuer Identification: every answer says whose it is. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { answerIn, authorizationUrl, authorized, getJson } from './flow.ts';
import { hiddenFields, UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada'] });
after(() => server.close());

describe('RFC 9207, section 2: iss', () => {
  it('is in an answer that brings a code, and is exactly the issuer of the metadata', async () => {
    const { iss, code } = answerIn(await authorized(server, 'ada'));
    assert.ok(code);
    const { body } = await getJson(server.at('.well-known/oauth-authorization-server'));
    assert.equal(iss, body.issuer);
  });

  const errors: readonly (readonly [error: string, changes: Parameters<typeof authorizationUrl>[1]])[] = [
    ['login_required', { prompt: 'none' }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['invalid_scope', { scope: 'made:up' }],
    ['invalid_target', { audience: 'https://elsewhere.example/' }],
    ['unmet_authentication_requirements', { acr_values: 'phrh' }],
    ['request_not_supported', { request: 'a.b.c' }],
  ];
  for (const [error, changes] of errors) {
    it(`is in an answer that brings ${error}`, async () => {
      const answer = answerIn(await new UserAgent(server.issuer).open(authorizationUrl(server, changes)));
      assert.deepEqual([answer.error, answer.iss], [error, server.issuer]);
    });
  }

  it('is in an answer that the person gave: they cancelled', async () => {
    const agent = new UserAgent(server.issuer);
    const page = await agent.submit(await agent.open(authorizationUrl(server)), { cancel: '1' });
    assert.deepEqual([answerIn(page).error, answerIn(page).iss], ['access_denied', server.issuer]);
  });

  it('is there in every response mode', async () => {
    const open = (response_mode: string) =>
      new UserAgent(server.issuer).open(authorizationUrl(server, { response_mode, prompt: 'none' }));
    const { url } = await open('fragment');
    assert.equal(new URLSearchParams(url.hash.slice(1)).get('iss'), server.issuer);
    assert.equal(hiddenFields(await open('form_post')).iss, server.issuer);
    assert.ok((await open('web_message')).html.includes(`&quot;iss&quot;:&quot;${server.issuer}&quot;`));
  });
});
