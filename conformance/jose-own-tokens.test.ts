/**
 * The hostile tokens, as access tokens at the endpoints that take their own server's, and as `id_token_hint`. They are signed by the
 * server's real keys, so that nothing but the fault under test can refuse them.
 */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { after, describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import { listenAnywhere } from './api.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import { ACCOUNTS, API_SECRET, REPORTS, WEB_SECRET } from './fabrikam.ts';
import { answerIn, authorizationUrl, basic, claimsOf, headerOf, post, tokensFor } from './flow.ts';
import { algorithmVectors } from './jose-algorithms.ts';
import { audienceVectors, expiredVectors, expiryVectors, issuerVectors, subjectVectors } from './jose-claims.ts';
import { headerVectors } from './jose-headers.ts';
import { signatureVectors } from './jose-signatures.ts';
import { spellingVectors } from './jose-spellings.ts';
import type { Genuine, Signer, Vector } from './jose-token.ts';
import { signed } from './jose-token.ts';
import { UserAgent } from './user-agent.ts';

const inside: { deps?: Deps } = {};
const server = await startAuthorizationServer({
  people: ['ada'],
  replace: (deps) => {
    inside.deps = deps;
    return deps;
  },
});

const trap = await listenAnywhere();
const fetched: string[] = [];
trap.serve((request, response) => {
  fetched.push(request.url ?? '');
  response.end('{"keys":[]}');
});
after(async () => {
  await trap.close();
  await server.close();
});

const keys = (await inside.deps?.store.keys.all()) ?? [];

/** The server's own key, as nobody outside has it. */
const signerOf = (token: string | undefined): Signer => {
  const key = keys.find(({ kid }) => kid === headerOf(token).kid);
  if (!key) throw new Error('No key of the server has signed this.');
  const privateKey = createPrivateKey({ key: { ...key.privateJwk }, format: 'jwk' });
  return { alg: key.alg, kid: key.kid, privateKey, publicKey: createPublicKey(privateKey) };
};

/** A token of this server, in parts that can be changed and signed again. */
const genuine = (token: string | undefined): Genuine => ({
  signer: signerOf(token),
  header: headerOf(token),
  claims: claimsOf(token),
  trap: trap.origin,
});

const browser = new UserAgent(server.issuer);
const accounts = await tokensFor(server, 'ada', { scope: 'openid read:accounts' }, browser);
const reports = await tokensFor(server, 'ada', { scope: 'openid read:reports', audience: REPORTS }, browser);

const rs256 = genuine(accounts.access_token);
const es256 = genuine(reports.access_token);
const idToken = genuine(accounts.id_token);
/** An ID token by the server's other key; a client may have them signed by that. */
const otherIdToken = {
  ...idToken,
  signer: es256.signer,
  header: { ...idToken.header, alg: 'ES256', kid: es256.signer.kid },
};

const tampered: readonly Vector[] = [...algorithmVectors, ...headerVectors, ...signatureVectors, ...spellingVectors];
const believed: readonly Vector[] = [...expiryVectors, ...expiredVectors, ...issuerVectors, ...subjectVectors];

/** A parameter with a control character, or beyond all measure, is refused before anybody reads it. */
const isUnreadable = (token: string): boolean => /\p{Cc}/u.test(token) || token.length > 8192;

const errorIn = (headers: Headers): string =>
  /error="([a-z_]+)"/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? 'no error';

const atUserinfo = async (access_token: string): Promise<string> => {
  const response = await fetch(server.at('userinfo'), { method: 'POST', body: new URLSearchParams({ access_token }) });
  await response.body?.cancel();
  return response.status === 200 ? 'accepted' : `${response.status} ${errorIn(response.headers)}`;
};

const refusalAtUserinfo = (token: string): string => {
  if (token === '') return '401 no error';
  // RFC 6750, section 2.1, says of which characters a token is.
  const isToken = /^[A-Za-z0-9._~+/-]+=*$/.test(token) && !isUnreadable(token);
  return isToken ? '401 invalid_token' : '400 invalid_request';
};

const atIntrospection = async (token: string): Promise<string> => {
  const { status, body } = await post(server.at('oauth/introspect'), { token }, basic('web', WEB_SECRET));
  if (status !== 200) return `${status} ${String(body.error)}`;
  return body.active === true ? 'accepted' : JSON.stringify(body);
};

const atConsumption = async (token: string): Promise<string> => {
  const { status, body } = await post(server.at('oauth/consume'), { token }, basic('accounts-api', API_SECRET));
  if (status !== 200) return `${status} ${String(body.error)}`;
  return body.consumed === true ? 'accepted' : JSON.stringify(body);
};

const refusalWith =
  (answer: string) =>
  (token: string): string =>
    token === '' || isUnreadable(token) ? '400 invalid_request' : answer;

/** In the browser where the person is signed in; what is too long for an address goes by POST. */
const asHint = async (id_token_hint: string): Promise<string> => {
  const url = authorizationUrl(server, { id_token_hint, prompt: 'none' });
  const page =
    id_token_hint.length < 8000
      ? await browser.open(url)
      : await browser.open('/authorize', { method: 'POST', body: url.searchParams });
  const { code, error } = answerIn(page);
  return code === undefined ? String(error) : 'accepted';
};

const asHintAtLogout = async (id_token_hint: string): Promise<string> => {
  const body = new URLSearchParams({ id_token_hint });
  const page =
    id_token_hint.length < 8000
      ? await browser.open(`/oidc/logout?${body}`)
      : await browser.open('/oidc/logout', { method: 'POST', body });
  if (page.status !== 200) return String(page.status);
  return page.html.includes('name="confirm"') ? 'the person is asked' : 'accepted';
};

interface Verifier {
  readonly name: string;
  readonly present: (token: string) => Promise<string>;
  readonly refusal: (token: string) => string;
  readonly tokens: readonly Genuine[];
  readonly vectors: readonly Vector[];
}

const verifiers: readonly Verifier[] = [
  {
    name: 'userinfo (OpenID Connect Core 1.0, section 5.3)',
    present: atUserinfo,
    refusal: refusalAtUserinfo,
    tokens: [rs256, es256],
    vectors: [...tampered, ...believed, ...audienceVectors],
  },
  {
    name: 'introspection (RFC 7662)',
    present: atIntrospection,
    refusal: refusalWith('{"active":false}'),
    tokens: [rs256, es256],
    vectors: [...tampered, ...believed],
  },
  {
    name: 'token consumption',
    present: atConsumption,
    refusal: refusalWith('{"consumed":false}'),
    tokens: [rs256],
    vectors: [...tampered, ...believed, ...audienceVectors],
  },
  {
    // One that has expired will do, and it need not be for this server (OpenID Connect Core 1.0, section 3.1.2.1).
    name: 'id_token_hint at the authorization endpoint',
    present: asHint,
    refusal: () => 'invalid_request',
    tokens: [idToken, otherIdToken],
    vectors: [...tampered, ...expiryVectors, ...issuerVectors, ...subjectVectors],
  },
  {
    name: 'id_token_hint at the logout endpoint',
    present: asHintAtLogout,
    refusal: (token) => (isUnreadable(token) ? '400' : 'the person is asked'),
    tokens: [idToken],
    vectors: [...tampered, ...expiryVectors, ...issuerVectors, ...subjectVectors],
  },
];

for (const { name, present, refusal, tokens, vectors } of verifiers) {
  describe(`T29: ${name} refuses`, () => {
    for (const vector of vectors) {
      it(vector.name, async () => {
        for (const token of tokens.filter(({ signer }) => vector.alg === undefined || vector.alg === signer.alg)) {
          const hostile = vector.make(token);
          // An empty parameter counts as left out, and without a hint there is nothing to refuse.
          if (hostile === '' && present === asHint) continue;
          assert.equal(await present(hostile), refusal(hostile), token.signer.alg);
        }
      });
    }
  });
}

describe('T29: each of them refuses what is rightly signed, and something else', () => {
  const wrongTypes = [
    undefined,
    null,
    '',
    'JOSE',
    'jwt',
    'logout+jwt',
    'dpop+jwt',
    'AT+JWT',
    'at+jwt\0',
    ['at+jwt'],
    7,
  ];

  for (const { name, present, refusal, tokens } of verifiers) {
    const isHint = present === asHint || present === asHintAtLogout;
    it(`${name}: of another type`, async () => {
      const others = isHint ? [...wrongTypes, 'at+jwt'] : [...wrongTypes, 'JWT'];
      for (const typ of others) {
        for (const token of tokens) {
          const hostile = signed(token, { typ });
          assert.equal(await present(hostile), refusal(hostile), JSON.stringify(typ));
        }
      }
    });

    it(`${name}: an ID token for an access token, and the other way round`, async () => {
      const other = isHint ? accounts.access_token : accounts.id_token;
      assert.equal(await present(String(other)), refusal(String(other)));
    });
  }

  it('an access token is of its own grant, client and person', async () => {
    const others = [{ grant_id: claimsOf(reports.access_token).grant_id, client_id: 'budget' }, { sub: 'user_ben' }];
    for (const change of [...others, { grant_id: 'grant_unheard_of' }, { client_id: 'nobody', grant_id: undefined }]) {
      assert.equal(await atUserinfo(signed(rs256, {}, change)), '401 invalid_token');
    }
  });
});

describe('T29: revocation (RFC 7009)', () => {
  it('answers 200 to all of them, and revokes nothing', async () => {
    for (const vector of tampered) {
      const hostile = vector.make(rs256);
      if (hostile === '' || isUnreadable(hostile)) continue;
      const { status } = await post(server.at('oauth/revoke'), { token: hostile }, basic('web', WEB_SECRET));
      assert.equal(status, 200, vector.name);
    }
    assert.equal(await atUserinfo(signed(rs256)), 'accepted');
  });
});

describe('what is right is let pass, after all of that', () => {
  it('the tokens as they were issued, and signed again by hand', async () => {
    for (const [issued, made] of [
      [accounts.access_token, rs256],
      [reports.access_token, es256],
    ] as const) {
      for (const token of [String(issued), signed(made), signed(made, { x: 'é' })]) {
        assert.equal(await atUserinfo(token), 'accepted');
        assert.equal(await atIntrospection(token), 'accepted');
      }
    }
    assert.equal(claimsOf(accounts.access_token).client_id, 'web');
    assert.deepEqual([claimsOf(accounts.access_token).aud].flat()[0], ACCOUNTS);
    assert.equal(await atConsumption(signed(rs256)), 'accepted');
  });

  it('the hints, and at last the browser is signed out by one', async () => {
    for (const token of [idToken, otherIdToken]) assert.equal(await asHint(signed(token)), 'accepted');
    assert.equal(await asHintAtLogout(signed(idToken)), 'accepted');
    assert.equal(await asHint(signed(idToken)), 'login_required');
  });

  it('no address in a header was fetched', () => assert.deepEqual(fetched, []));
});
