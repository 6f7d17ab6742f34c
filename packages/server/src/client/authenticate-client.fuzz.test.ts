import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import fc from 'fast-check';
import { ClientSecretBasic } from 'oauth4webapi';
import { fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { resolveConfig } from '../config/config.ts';
import { testConfig, WEB_SECRET } from '../testing/test-config.ts';
import { startTestServer } from '../testing/test-server.ts';
import { authenticateClient, authenticateConfidentialClient } from './authenticate-client.ts';

const server = await startTestServer();
after(() => server.close());

let came = 0;
/** Another one each time, so that nobody is refused for having tried too often. */
const someone = () => {
  came += 1;
  return { address: `caller ${came}` };
};

const isHeader = (text: string): boolean => /^[\t -~\x80-\xff]*$/.test(text);
const request = (authorization: string | undefined): Request =>
  new Request('https://login.example/', authorization === undefined ? {} : { headers: { authorization } });

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const basic = nearly(fc.constantFrom(`web:${WEB_SECRET}`, 'web:', 'spa:', 'nobody:x', '__proto__:x')).map(
  (pair) => `Basic ${base64(pair)}`,
);
const header = fc.option(
  fc.oneof(basic, nearly(basic), nearly(fc.constantFrom('Bearer a.b.c', 'Basic'))).filter(isHeader),
  { nil: undefined },
);

const texts = (...valid: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.oneof(fc.constant([]), fc.array(nearly(fc.constantFrom(...valid)), { maxLength: 2 }));
const form = fc
  .record({
    client_id: texts('web', 'spa', 'nightly', 'nobody', 'constructor'),
    client_secret: texts(WEB_SECRET),
    client_assertion: texts('e30.eyJzdWIiOiJ3ZWIifQ.AA', 'a.b.c'),
    client_assertion_type: texts('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  })
  .map((fields) => new Map(Object.entries(fields)));

const owns = (
  clientId: string,
  authorization: string | undefined,
  fields: ReadonlyMap<string, readonly string[]>,
): boolean =>
  clientId === 'spa' ||
  fields.get('client_secret')?.[0] === WEB_SECRET ||
  Buffer.from(/^basic (.*)$/i.exec(authorization ?? '')?.[1] ?? '', 'base64')
    .toString()
    .includes(':secret');

it('a client is who it proves that it is; everything else is refused with one of two errors', async () => {
  await fuzzAsync(
    fc.asyncProperty(header, form, async (authorization, fields) => {
      const found = await authenticateClient(request(authorization), fields, server.deps, someone());
      if (found.ok) {
        assert.ok(owns(found.value.client.id, authorization, fields), JSON.stringify([authorization, ...fields]));
        const confidential = await authenticateConfidentialClient(
          request(authorization),
          fields,
          server.deps,
          someone(),
        );
        assert.equal(confidential.ok, found.value.client.id !== 'spa');
      } else {
        assert.ok(['invalid_client', 'invalid_request'].includes(found.error.error.code));
      }
    }),
    7_000,
  );
});

it('any id and any secret come through Basic as another library writes them', async () => {
  const identifier = fc.stringMatching(/^[!-~]{1,20}$/);
  await fuzzAsync(
    fc.asyncProperty(
      identifier,
      garbage.filter((text) => text.isWellFormed()),
      async (id, more) => {
        const secret = `at least sixteen ${more}`;
        const client = {
          ...testConfig.clients?.[0],
          id,
          secret,
          name: 'A client',
          authentication: ['client_secret_basic'],
        };
        const config = resolveConfig({ clients: [{ ...client, apis: {} }] });
        const headers = new Headers();
        await ClientSecretBasic(secret)(
          { issuer: 'https://as.example' },
          { client_id: id },
          new URLSearchParams(),
          headers,
        );
        const request = new Request('https://login.example/', { headers });
        const found = await authenticateClient(request, new Map(), { ...server.deps, config }, someone());
        assert.equal(found.ok && found.value.client.id, id);
      },
    ),
    3_000,
  );
});
