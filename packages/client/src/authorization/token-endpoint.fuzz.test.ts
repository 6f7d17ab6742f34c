import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { StepUpError } from '../error.ts';
import { requestTokens } from './token-endpoint.ts';

it('whatever a token endpoint answers, it is tokens in their types, or an error of ours without them', async () => {
  const answer = nearlyRecord({
    access_token: fc.constant('the access token'),
    token_type: fc.constantFrom('Bearer', 'bearer', 'DPoP'),
    expires_in: fc.nat(),
    scope: fc.constant('openid read:accounts'),
    refresh_token: fc.constant('the refresh token'),
    id_token: fc.constant('a.b.c'),
    error: fc.constantFrom('invalid_grant', undefined),
  });
  let read = 0;
  await fuzzAsync(
    fc.asyncProperty(
      nearly(answer.map((value) => JSON.stringify(value))),
      fc.constantFrom(200, 200, 400, 500),
      async (body, status) => {
        const fetch = (): Promise<Response> => Promise.resolve(new Response(body, { status }));
        try {
          const tokens = await requestTokens('https://login.example/oauth/token', { grant_type: 'x' }, fetch);
          read += 1;
          assert.equal(status, 200);
          const { accessToken, expiresInSeconds, scope = [], refreshToken = '', idToken = '' } = tokens;
          assert.ok(accessToken !== '' && Number.isSafeInteger(expiresInSeconds) && expiresInSeconds >= 0);
          for (const text of [accessToken, refreshToken, idToken, ...scope]) assert.equal(typeof text, 'string');
          assert.ok(scope.every((value) => value !== '' && !value.includes(' ')));
        } catch (error) {
          assert.ok(
            error instanceof StepUpError && ['server_unusable', 'token_request_refused'].includes(error.code),
            String(error),
          );
          assert.doesNotMatch(error.message, /the access token|the refresh token/);
        }
      },
    ),
  );
  enough(read, 300, 'were read');
});
