import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { authorizeUrl } from '../testing/flow.ts';
import { START, startTestServer } from '../testing/test-server.ts';
import { fromStored, hintedIdentity, storedParameters, toStored, validateRequest } from './validated-request.ts';

const server = await startTestServer();
after(() => server.close());
const { deps } = server;

const parameters = Object.fromEntries(new URL(authorizeUrl(), deps.config.issuer).searchParams);

const stored = nearlyRecord(
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      fc.oneof(
        { weight: 19, arbitrary: fc.constant<unknown>([value]) },
        { weight: 1, arbitrary: fc.array(nearly(fc.constant(value)), { maxLength: 2 }) },
      ),
    ]),
  ),
);

const interaction = {
  id: 'int',
  browserHash: null,
  clientId: 'web',
  requestedAt: START,
  asked: null,
  expiresAt: START,
  userId: null,
  accountSelectedAt: null,
  consentedAt: null,
  progress: {},
  actions: null,
  finishedAt: null,
};

it('a request that was kept is read as it was sent, whatever else stands in its place', () => {
  let good = 0;
  fuzz(
    fc.property(stored, (request) => {
      const kept = { ...interaction, request };
      const found = fromStored(kept, deps);
      if (!found.ok) return;
      good += 1;
      assert.equal(found.value.client.id, 'web');
      assert.deepEqual(fromStored({ ...kept, request: toStored(storedParameters(kept)) }, deps), found);
      assert.deepEqual(validateRequest(storedParameters(kept), deps), found);
    }),
    7_000,
  );
  enough(good, 200, 'were good');
});

it('a hint names a person only if it is an ID token of ours with every claim in its type', () => {
  const hint = { iss: deps.config.issuer, sub: 'user_robin', aud: 'web', exp: START, sid: 'ses' };
  const claims = nearlyRecord(
    Object.fromEntries(Object.entries(hint).map(([name, value]) => [name, fc.constant<unknown>(value)])),
  );
  fuzz(
    fc.property(claims, fc.constantFrom('JWT', 'at+jwt'), anyJson, (given, typ, noise) => {
      const found = hintedIdentity(deps.keys.sign('ES256', typ, given), deps);
      if (found) {
        assert.deepEqual([typ, given.iss], ['JWT', hint.iss]);
        assert.deepEqual([typeof found.subject, typeof found.clientId], ['string', 'string']);
      }
      assert.equal(hintedIdentity(JSON.stringify(noise), deps), undefined);
    }),
    3_000,
  );
});
