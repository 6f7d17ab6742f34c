import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StepUpError } from '../error.ts';
import { code } from '../testing/errors.ts';
import { requestTokens } from './token-endpoint.ts';

describe('a token request', () => {
  const ask = (answer: Response | Error) =>
    requestTokens('https://a.example/token', { grant_type: 'x' }, () =>
      answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer),
    );

  it('reads the answer', async () => {
    const body = {
      access_token: 'a',
      token_type: 'bearer',
      expires_in: 60,
      scope: 'a  b',
      refresh_token: 'r',
      id_token: 'i',
    };
    assert.deepEqual(await ask(Response.json(body)), {
      accessToken: 'a',
      expiresInSeconds: 60,
      scope: ['a', 'b'],
      refreshToken: 'r',
      idToken: 'i',
    });
  });

  it('assumes a short life where none is told', async () => {
    assert.equal((await ask(Response.json({ access_token: 'a', token_type: 'Bearer' }))).expiresInSeconds, 60);
  });

  it('reports the error of the server', async () => {
    await assert.rejects(ask(Response.json({ error: 'invalid_grant' }, { status: 400 })), (error) => {
      code('token_request_refused')(error);
      return error instanceof StepUpError && error.oauthError === 'invalid_grant';
    });
  });

  it('refuses what is not a token response', async () => {
    const answers = [
      new TypeError('offline'),
      new Response('<html>'),
      Response.json('a'),
      Response.json({ token_type: 'Bearer' }),
      Response.json({ access_token: '', token_type: 'Bearer' }),
      Response.json({ access_token: 'a', token_type: 'DPoP' }),
      Response.json({ access_token: 'a' }),
    ];
    for (const answer of answers) await assert.rejects(ask(answer), code('server_unusable'));
  });
});
