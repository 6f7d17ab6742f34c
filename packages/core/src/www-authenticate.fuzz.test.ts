import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { WWWAuthenticateChallenge } from 'oauth4webapi';
import { processUserInfoResponse, WWWAuthenticateChallengeError } from 'oauth4webapi';
import { enough, fuzz, fuzzAsync } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import type { StepUpChallenge } from './www-authenticate.ts';
import { formatChallenge, parseChallenges, stepUpChallengeOf } from './www-authenticate.ts';

const token = fc.stringMatching(/^[!#-[\]-~]{1,8}$/);
const tokens = fc.array(token, { minLength: 1, maxLength: 3 });
const text = fc.stringMatching(/^[ !#-[\]-~]{1,12}$/);

const challenge: fc.Arbitrary<StepUpChallenge> = fc.record(
  {
    scheme: fc.constantFrom('Bearer', 'DPoP'),
    error: fc.oneof(fc.constantFrom('insufficient_user_authentication', 'insufficient_scope', 'invalid_token'), text),
    errorDescription: text,
    scope: tokens,
    acrValues: tokens,
    maxAgeSeconds: fc.nat(999_999_999),
    resourceMetadata: token,
    realm: fc.stringMatching(/^[ -~]{0,10}$/),
    algs: tokens,
  },
  { requiredKeys: ['scheme'], noNullPrototype: true },
);

const header = fc.array(challenge, { minLength: 1, maxLength: 3 }).map((all) => all.map(formatChallenge).join(', '));
const others = fc.constantFrom('Negotiate YWJj==', 'Digest realm="a, b", qop=auth', 'Basic', 'x="', ',', 'Bearer');

/** A realm is read with what bytes it has, and written in ASCII. */
const inAscii = ({ realm, ...rest }: StepUpChallenge): StepUpChallenge => ({
  ...rest,
  ...(realm !== undefined && { realm: realm.replaceAll(/[^ -~]/g, '?') }),
});

it('challenges: what is read can be written, and is then read the same', () => {
  let good = 0;
  fuzz(
    fc.property(
      nearly(
        fc.oneof(
          header,
          fc.tuple(header, others, header).map((parts) => parts.join(', ')),
        ),
      ),
      (sent) => {
        const found = parseChallenges(sent);
        good += found.length;
        assert.deepEqual(parseChallenges(found.map(formatChallenge).join(', ')), found.map(inAscii));
        const stepUp = stepUpChallengeOf(sent);
        assert.ok(
          stepUp === undefined ||
            ['insufficient_user_authentication', 'insufficient_scope'].includes(stepUp.error ?? ''),
        );
      },
    ),
  );
  enough(good, 5000, 'were read');
});

/** How another library reads the header of a refusal. */
const asOthersRead = async (sent: string): Promise<readonly WWWAuthenticateChallenge[]> => {
  const response = new Response(null, { status: 401, headers: { 'www-authenticate': sent } });
  try {
    await processUserInfoResponse({ issuer: 'https://as.example' }, { client_id: 'app' }, 'sub', response);
  } catch (error) {
    if (error instanceof WWWAuthenticateChallengeError) return error.cause;
    throw error;
  }
  throw new Error('A refusal was taken for an answer.');
};

it('challenges: what is written is read by another library as it is read here', async () => {
  await fuzzAsync(
    fc.asyncProperty(fc.array(challenge, { minLength: 1, maxLength: 3 }), async (written) => {
      const named = written.map((one) => ({ ...one, realm: (one.realm ?? 'x').replaceAll(/["\\]/g, '') }));
      const sent = named.map(formatChallenge).join(', ');
      const theirs = await asOthersRead(sent);
      const ours = parseChallenges(sent);
      assert.equal(theirs.length, ours.length);
      for (const [i, one] of ours.entries()) {
        const parameters = theirs[i]?.parameters;
        assert.equal(theirs[i]?.scheme, one.scheme.toLowerCase());
        assert.equal(parameters?.error, one.error);
        assert.equal(parameters?.error_description, one.errorDescription);
        assert.equal(parameters?.scope, one.scope?.join(' '));
        assert.equal(parameters?.acr_values, one.acrValues?.join(' '));
        assert.equal(parameters?.max_age, one.maxAgeSeconds === undefined ? undefined : String(one.maxAgeSeconds));
        assert.equal(parameters?.resource_metadata, one.resourceMetadata);
        assert.equal(parameters?.realm, one.realm);
      }
    }),
    3_000,
  );
});
