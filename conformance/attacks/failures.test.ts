/**
 * T16: whatever breaks, wherever it breaks, the answer is no. Every request that could give something away is sent with each
 * call to a part of the server failing in turn: every operation of the store, the keys, the hasher, the clock, the randomness,
 * every reading of the configuration, which holds the policy. Once so that the call does nothing, and once so that it does its work
 * and its answer is lost.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import { SignJWT } from 'jose';
import { startAuthorizationServer } from '../authorization-server.ts';
import { API_SECRET, CALLBACK, NIGHTLY_SECRET, REPORTS, SIGNED_OUT, WEB_SECRET } from '../fabrikam.ts';
import { answerIn, authorizationUrl, authorized, basic, tokensFor, VERIFIER } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { formAction, hiddenFields, UserAgent } from '../user-agent.ts';
import type { Failing } from './broken-parts.ts';
import { BrokenParts } from './broken-parts.ts';
import { getsCode } from './signed-in.ts';

const parts = new BrokenParts();

/** The password is compared without the work, for it is not the work that is asked about. */
const withoutWork = (deps: Deps): Deps => ({
  ...deps,
  passwords: {
    ...deps.passwords,
    verify: async (phc, typed) => ({
      valid: phc !== undefined && typed === 'correct horse battery staple',
      needsRehash: false,
    }),
  },
});

const jobKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const server = await startAuthorizationServer({
  people: ['ada'],
  clients: [
    {
      id: 'job',
      name: 'A job with a key',
      authentication: ['private_key_jwt'],
      jwks: { keys: [{ ...jobKey.publicKey.export({ format: 'jwk' }), kty: 'EC' }] },
      grantTypes: ['client_credentials'],
      apis: { [REPORTS]: ['read:reports'] },
    },
  ],
  replace: (deps) => parts.replace(withoutWork(deps)),
});
after(() => server.close());

const ada = server.person('ada');

type Fields = Readonly<Record<string, string>>;

const posted = (path: string, fields: Fields, headers: Fields = {}): Promise<Response> =>
  fetch(server.at(path), { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });

const formSent = (agent: UserAgent, page: Page, typed: Fields): Promise<Response> =>
  agent.send(new URL(formAction(page), page.url), {
    method: 'POST',
    body: new URLSearchParams({ ...hiddenFields(page), ...typed }),
  });

/** What an answer gives away, in words; nothing, if it is a no. */
const given = async (response: Response): Promise<readonly string[]> => {
  const text = await response.text();
  const location = response.headers.get('location') ?? '';
  const signs = ['access_token', 'id_token', 'refresh_token', '"consumed":true', '"active":true', '"sub"'];
  return [
    ...signs.filter((sign) => text.includes(sign)),
    ...(/[?&#]code=/.test(location) ? ['a code'] : []),
    ...(response.headers.getSetCookie().some((line) => /^stile_session=[^;]/.test(line)) ? ['a session'] : []),
    ...(location.startsWith(SIGNED_OUT) ? ['signed out'] : []),
    ...(response.headers.getSetCookie().some((line) => line.startsWith('stile_session=;'))
      ? ['no session any more']
      : []),
  ];
};

interface Attempt {
  readonly send: () => Promise<Response>;
  /** What must be so after a failure, beyond the answer. */
  readonly afterwards?: () => Promise<void>;
}

interface Scenario {
  readonly what: string;
  /** What the answer gives away when nothing breaks. */
  readonly gives: string;
  /** Makes everything ready, anew for each try. */
  readonly ready: () => Promise<Attempt>;
}

const OFFLINE = 'openid read:accounts offline_access';
const asApi = basic('accounts-api', API_SECRET);
const asWeb = basic('web', WEB_SECRET);

const present = async (agent: UserAgent, mfa = false): Promise<void> => {
  const changes = mfa ? { acr_values: 'mfa' } : {};
  await agent.authorize(authorizationUrl(server, changes), ada);
};

const scenarios: readonly Scenario[] = [
  {
    what: 'a password is given',
    gives: 'a session',
    ready: async () => {
      const agent = new UserAgent(server.issuer);
      const page = await agent.open(authorizationUrl(server));
      return {
        send: () => formSent(agent, page, { username: ada.username, password: ada.password }),
        afterwards: async () => assert.equal(await getsCode(server, agent), false),
      };
    },
  },
  {
    what: 'a code of an authenticator app is given',
    gives: 'a session',
    ready: async () => {
      const agent = new UserAgent(server.issuer);
      await present(agent);
      const page = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
      return {
        send: () => formSent(agent, page, { code: ada.code() }),
        afterwards: async () => assert.equal(await getsCode(server, agent, { acr_values: 'mfa' }), false),
      };
    },
  },
  {
    what: 'an elevated scope is asked for by somebody who has proven it',
    gives: 'a code',
    ready: async () => {
      const agent = new UserAgent(server.issuer);
      await present(agent, true);
      return { send: () => agent.send(authorizationUrl(server, { scope: 'openid transfer:funds' })) };
    },
  },
  {
    what: 'a request comes home after its last page',
    gives: 'a code',
    ready: async () => {
      const agent = new UserAgent(server.issuer);
      const page = await agent.open(authorizationUrl(server));
      const answered = await formSent(agent, page, { username: ada.username, password: ada.password });
      return { send: () => agent.send(answered.headers.get('location') ?? '') };
    },
  },
  {
    what: 'a code is redeemed',
    gives: 'access_token',
    ready: async () => {
      const { code = '' } = answerIn(await authorized(server, 'ada', { scope: OFFLINE }));
      const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER };
      return { send: () => posted('oauth/token', fields, asWeb) };
    },
  },
  {
    what: 'tokens are refreshed',
    gives: 'access_token',
    ready: async () => {
      const { refresh_token = '' } = await tokensFor(server, 'ada', { scope: OFFLINE });
      return { send: () => posted('oauth/token', { grant_type: 'refresh_token', refresh_token }, asWeb) };
    },
  },
  {
    what: 'a client acts for itself',
    gives: 'access_token',
    ready: async () => {
      const fields = { grant_type: 'client_credentials', audience: REPORTS };
      return { send: () => posted('oauth/token', fields, basic('nightly', NIGHTLY_SECRET)) };
    },
  },
  {
    what: 'a client authenticates with a key',
    gives: 'access_token',
    ready: async () => {
      const client_assertion = await new SignJWT({ jti: String(Math.random()) })
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer('job')
        .setSubject('job')
        .setAudience(server.issuer)
        .setExpirationTime(server.now() + 60)
        .sign(jobKey.privateKey);
      const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      const fields = { grant_type: 'client_credentials', audience: REPORTS, client_assertion_type, client_assertion };
      return { send: () => posted('oauth/token', fields) };
    },
  },
  {
    what: 'an API uses a token up',
    gives: '"consumed":true',
    ready: async () => {
      const { access_token: token = '' } = await tokensFor(server, 'ada', { scope: 'openid transfer:funds' });
      return { send: () => posted('oauth/consume', { token }, asApi) };
    },
  },
  {
    what: 'an API asks about a token',
    gives: '"active":true',
    ready: async () => {
      const { access_token: token = '' } = await tokensFor(server, 'ada');
      return { send: () => posted('oauth/introspect', { token }, asApi) };
    },
  },
  {
    what: 'an application asks who somebody is',
    gives: '"sub"',
    ready: async () => {
      const { access_token } = await tokensFor(server, 'ada');
      return { send: () => fetch(server.at('userinfo'), { headers: { authorization: `Bearer ${access_token}` } }) };
    },
  },
  {
    what: 'somebody signs out',
    gives: 'signed out',
    ready: async () => {
      const agent = new UserAgent(server.issuer);
      await present(agent);
      return { send: () => agent.send(`/v2/logout?${new URLSearchParams({ returnTo: SIGNED_OUT })}`) };
    },
  },
];

/** The others have nothing to lose between their work and their answer. */
const hasAnAnswer = (place: string): boolean => !/^(clock|random|config|keys)\./.test(place);

/** Everything that is limited is free again, and every authenticator app shows another code. */
const rested = (): void => server.advance(400);

for (const { what, gives, ready } of scenarios) {
  describe(what, () => {
    const breakEach = async (failing: Failing): Promise<void> => {
      rested();
      const { send } = await ready();
      let places: readonly string[] = [];
      let whole: Response | undefined;
      places = await parts.watch(async () => {
        whole = await send();
      });
      assert.ok(whole && (await given(whole)).includes(gives));
      assert.ok(places.length > 0);
      for (const [index, place] of places.entries()) {
        if (failing === 'afterwards' && !hasAnAnswer(place)) continue;
        rested();
        const attempt = await ready();
        parts.errors();
        const { did: response, broke } = await parts.breaking(index, failing, attempt.send);
        const where = `${place}, call ${index + 1} of ${places.length}`;
        assert.ok(broke !== undefined, where);
        assert.deepEqual(await given(response), [], where);
        // Where not even a number could be made for the request the trace has none.
        const requestId = response.headers.get('x-request-id') ?? '';
        assert.ok(
          parts.errors().some((line) => line.includes(requestId)),
          `${where} left no trace`,
        );
        await attempt.afterwards?.();
      }
    };

    it(`T16: when ${what}, a part that fails gives nothing away, and leaves a trace`, () => breakEach('instead'));

    it(`T16: when ${what}, a part whose answer is lost gives nothing away, and leaves a trace`, () =>
      breakEach('afterwards'));
  });
}
