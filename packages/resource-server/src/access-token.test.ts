import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { instant } from '@stile/core';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { base64url, CompactSign, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import type { FakeIssuer } from '../fixture/issuer.ts';
import { audience, goodClaims, now, startIssuer } from '../fixture/issuer.ts';
import type { ResourceServer } from './resource-server.ts';
import { createResourceServer } from './resource-server.ts';

/** What happens to a token: `allowed`, or the reason of the refusal with its status and error code. */
const outcomeOf = async (rs: ResourceServer, jwt: string): Promise<string> => {
  const result = await rs.verify(`Bearer ${jwt}`);
  if (result.ok) return 'allowed';
  const { reason, status, challenge } = result.error;
  return `${reason} ${status} ${challenge?.error}`;
};

const invalid = (reason: string): string => `${reason} 401 invalid_token`;

/** Claims of types that no honest issuer would sign. */
const claimed = (claims: Record<string, unknown>): JWTPayload => claims;

const encoded = (value: unknown): string => base64url.encode(JSON.stringify(value));

describe('an access token', () => {
  let as: FakeIssuer;
  let rs: ResourceServer;
  before(async () => {
    as = await startIssuer();
    rs = createResourceServer({ issuer: as.issuer, audience, now: () => now, clockToleranceSeconds: 10 });
  });
  after(() => as.close());

  it('that is good becomes a VerifiedToken, which does not hold the token', async () => {
    const jwt = await as.sign();
    const result = await rs.verify(`Bearer ${jwt}`);
    assert.ok(result.ok);
    assert.deepEqual(
      { ...result.value, claims: undefined },
      {
        subject: 'user-1',
        clientId: 'fabrikam-web',
        scopes: ['openid', 'read:accounts', 'transfer:funds'],
        jti: 'token-1',
        issuedAt: now - 10,
        expiresAt: now + 300,
        authTime: now - 20,
        acr: 'mfa',
        claims: undefined,
      },
    );
    assert.deepEqual(result.value.claims, { iss: as.issuer, ...goodClaims });
    assert.ok(!JSON.stringify(result.value).includes(jwt.split('.')[2] ?? '.'));
  });

  it('is good with any of its audiences, with either spelling of the type, and without a scope', async () => {
    assert.equal(await outcomeOf(rs, await as.sign({ aud: ['https://other.example', audience] })), 'allowed');
    assert.equal(await outcomeOf(rs, await as.sign({}, { typ: 'application/at+jwt' })), 'allowed');
    assert.equal(await outcomeOf(rs, await as.sign({}, { typ: 'AT+JWT' })), 'allowed');
    assert.equal(await outcomeOf(rs, await as.sign({ scope: undefined })), 'allowed');
  });

  it('of the wrong type is refused: an ID token is no access token', async () => {
    for (const typ of ['JWT', 'id+jwt', 'at+jwt2', 'xat+jwt', 'logout+jwt', 'dpop+jwt', '']) {
      assert.equal(await outcomeOf(rs, await as.sign({}, { typ })), invalid('wrong_type'), typ);
    }
    const untyped = await new CompactSign(new TextEncoder().encode(JSON.stringify({ iss: as.issuer, ...goodClaims })))
      .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
      .sign(as.keyPair().privateKey);
    assert.equal(await outcomeOf(rs, untyped), invalid('wrong_type'));
  });

  it('without a signature, or with a shared secret, is refused', async () => {
    const payload = encoded({ iss: as.issuer, ...goodClaims });
    const unsigned = `${encoded({ alg: 'none', typ: 'at+jwt', kid: 'key-1' })}.${payload}`;
    assert.equal(await outcomeOf(rs, `${unsigned}.`), invalid('malformed_token'));
    assert.equal(await outcomeOf(rs, unsigned), invalid('malformed_token'));
    assert.equal(await outcomeOf(rs, `${unsigned}.AAAA`), invalid('algorithm_not_allowed'));
    for (const secret of [
      await exportSPKI(as.keyPair().publicKey),
      JSON.stringify(await exportJWK(as.keyPair().publicKey)),
    ]) {
      const input = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })}.${payload}`;
      const mac = createHmac('sha256', secret).update(input).digest('base64url');
      assert.equal(await outcomeOf(rs, `${input}.${mac}`), invalid('algorithm_not_allowed'));
    }
    for (const alg of ['NONE', 'None', 'hs256', 'es256', 'ES256K', '', ['ES256'], null, 1, undefined]) {
      const jwt = `${encoded({ alg, typ: 'at+jwt', kid: 'key-1' })}.${payload}.AAAA`;
      assert.equal(await outcomeOf(rs, jwt), invalid('algorithm_not_allowed'), String(alg));
    }
  });

  it('of an algorithm that this API does not take is refused, though the issuer has such a key', async () => {
    const strict = createResourceServer({ issuer: as.issuer, audience, now: () => now, algorithms: ['RS256'] });
    assert.equal(await outcomeOf(strict, await as.sign()), invalid('algorithm_not_allowed'));
    const forged = await as.sign();
    const [, payload, signature] = forged.split('.');
    const header = encoded({ alg: 'RS256', typ: 'at+jwt', kid: 'key-1' });
    assert.equal(await outcomeOf(strict, `${header}.${payload}.${signature}`), invalid('unknown_key'));
  });

  it('signed by a key of its own choosing is refused', async () => {
    const thief = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(thief.publicKey);
    const claims = {};
    const headers: readonly Partial<JWTHeaderParameters>[] = [
      {},
      { jwk },
      { jku: `${as.origin}/thief` },
      { x5u: `${as.origin}/thief` },
      { x5c: ['MIIB'] },
    ];
    for (const header of headers) {
      assert.equal(await outcomeOf(rs, await as.sign(claims, header, thief.privateKey)), invalid('bad_signature'));
    }
    assert.equal(as.asked.get('/thief'), undefined);
  });

  it('with an extension that must be understood is refused, whether the library would know it or not', async () => {
    const [, payload] = (await as.sign()).split('.');
    for (const crit of [['exp'], ['b64'], [], 'x', null]) {
      const header = encoded({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1', crit, b64: true, exp: 1 });
      assert.equal(await outcomeOf(rs, `${header}.${payload}.AAAA`), invalid('critical_header'));
    }
  });

  it('with an unknown, missing or tricky key identifier is refused', async () => {
    for (const kid of ['key-2', '../key-1', '/jwks', 'key-1\u0000', '*', 'KEY-1', "' OR 1=1", '__proto__', '0']) {
      assert.equal(await outcomeOf(rs, await as.sign({}, { kid })), invalid('unknown_key'), kid);
    }
    assert.equal(await outcomeOf(rs, await as.sign({}, { kid: '' })), invalid('unknown_key'));
    const [, payload, signature] = (await as.sign()).split('.');
    for (const kid of [undefined, null, 1, ['key-1'], { toString: 'key-1' }]) {
      const header = encoded({ alg: 'ES256', typ: 'at+jwt', kid });
      assert.equal(await outcomeOf(rs, `${header}.${payload}.${signature}`), invalid('unknown_key'));
    }
  });

  it('of another issuer or for another audience is refused: both are compared exactly', async () => {
    const withoutSlash = as.issuer.slice(0, -1);
    for (const iss of [withoutSlash, `${as.issuer}/`, as.issuer.toUpperCase(), '', [as.issuer], null, undefined]) {
      assert.equal(await outcomeOf(rs, await as.sign(claimed({ iss }))), invalid('wrong_issuer'), JSON.stringify(iss));
    }
    for (const aud of [
      `${audience}/`,
      audience.toUpperCase(),
      '',
      [],
      [[audience]],
      { 0: audience },
      null,
      undefined,
    ]) {
      assert.equal(
        await outcomeOf(rs, await as.sign(claimed({ aud }))),
        invalid('wrong_audience'),
        JSON.stringify(aud),
      );
    }
  });

  it('T23: is valid from iat to exp, with a bounded skew', async () => {
    const cases: readonly [claims: JWTPayload, expected: string][] = [
      [{ exp: now - 9 }, 'allowed'],
      [{ exp: now - 10 }, invalid('expired')],
      [{ exp: 1 }, invalid('expired')],
      [{ iat: now + 10 }, 'allowed'],
      [{ iat: now + 11 }, invalid('not_yet_valid')],
      [{ nbf: now + 10 }, 'allowed'],
      [{ nbf: now + 11 }, invalid('not_yet_valid')],
    ];
    for (const [claims, expected] of cases) {
      assert.equal(await outcomeOf(rs, await as.sign(claims)), expected, JSON.stringify(claims));
    }
  });

  it('T23: with times in milliseconds, in fractions or of a wrong type is refused', async () => {
    const milliseconds = now * 1000;
    for (const name of ['exp', 'iat', 'nbf']) {
      for (const value of [milliseconds, `${now}`, null, now + 0.5, -1, [], {}, true]) {
        const outcome = await outcomeOf(rs, await as.sign({ [name]: value }));
        assert.match(outcome, /^(?:bad_claims|not_yet_valid|expired|malformed_token) 401 invalid_token$/);
      }
    }
    assert.equal(await outcomeOf(rs, await as.sign({ exp: milliseconds })), invalid('bad_claims'));
    const token = await rs.verify(`Bearer ${await as.sign({ auth_time: milliseconds })}`);
    assert.equal(token.ok && token.value.authTime, undefined);
  });

  it('that lacks what RFC 9068 requires, or has it of a wrong type, is refused', async () => {
    for (const name of ['exp', 'iat', 'sub', 'jti', 'client_id']) {
      assert.equal(await outcomeOf(rs, await as.sign({ [name]: undefined })), invalid('bad_claims'), name);
    }
    for (const name of ['sub', 'jti', 'client_id', 'scope']) {
      for (const value of [7, ['x'], null, {}]) {
        assert.equal(await outcomeOf(rs, await as.sign({ [name]: value })), invalid('bad_claims'), name);
      }
    }
    for (const name of ['sub', 'jti', 'client_id']) {
      assert.equal(await outcomeOf(rs, await as.sign({ [name]: '' })), invalid('bad_claims'), name);
    }
  });

  it('that is bound to a key is refused under Bearer, whatever binds it', async () => {
    for (const cnf of [{ jkt: 'x' }, { 'x5t#S256': 'x' }, {}, null, 'x']) {
      assert.equal(await outcomeOf(rs, await as.sign({ cnf })), invalid('sender_constrained'));
    }
  });

  it('T29: that is padded, re-encoded or garbage is refused', async () => {
    const good = await as.sign();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const garbage = [
      `${header}.${payload}.${signature}=`,
      `${header}=.${payload}.${signature}`,
      `${header}.${payload}`,
      `${good}.${signature}`,
      `${good}.`,
      `.${payload}.${signature}`,
      `${header}..${signature}`,
      `${header}.${payload}.+/+/`,
      'abc',
      '...',
      `AAAA.${payload}.${signature}`,
      `${encoded([])}.${payload}.${signature}`,
      `${encoded(null)}.${payload}.${signature}`,
      `${encoded('at+jwt')}.${payload}.${signature}`,
      `A.${payload}.${signature}`,
    ];
    for (const jwt of garbage) {
      assert.match(
        await outcomeOf(rs, jwt),
        /^(?:malformed_token 401 invalid_token|malformed_credentials 400 invalid_request)$/,
        jwt,
      );
    }
    assert.equal(await outcomeOf(rs, `${header}.${payload}x.${signature}`), invalid('malformed_token'));
    const other = encoded({ iss: as.issuer, ...goodClaims, sub: 'user-2' });
    assert.equal(await outcomeOf(rs, `${header}.${other}.${signature}`), invalid('bad_signature'));
    assert.equal(await outcomeOf(rs, `${header}.${payload}.${signature}A`), invalid('bad_signature'));
    assert.equal(await outcomeOf(rs, `${header}.${payload}.${signature}AAAA`), invalid('bad_signature'));
    assert.equal(await outcomeOf(rs, `${header}.${payload}.AAAA`), invalid('bad_signature'));
  });

  it('T29: has one spelling: the unused bits of its last character are zero', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const good = await as.sign();
    const last = alphabet.indexOf(good.at(-1) ?? '');
    assert.equal(last % 16, 0);
    for (let bits = 1; bits < 16; bits += 1) {
      const jwt = `${good.slice(0, -1)}${alphabet[last + bits]}`;
      assert.equal(await outcomeOf(rs, jwt), invalid('malformed_token'));
    }
  });

  it('whose payload is signed but no set of claims is refused', async () => {
    for (const text of ['null', '[]', '"x"', '{', '', '\u00ff', '{"iss":1}']) {
      const jwt = await new CompactSign(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'ES256', kid: 'key-1', typ: 'at+jwt' })
        .sign(as.keyPair().privateKey);
      assert.match(await outcomeOf(rs, jwt), / 401 invalid_token$/);
    }
  });

  it('of any length is answered: the huge one unread', async () => {
    assert.equal(
      await outcomeOf(rs, await as.sign({ huge: 'x'.repeat(16_384) })),
      'malformed_credentials 400 invalid_request',
    );
    assert.equal(await outcomeOf(rs, await as.sign({ large: 'x'.repeat(8000) })), 'allowed');
  });

  it('says nothing about itself in the refusal, beyond that it is invalid or expired', async () => {
    const jwt = await as.sign({ aud: 'https://other.example' });
    const result = await rs.verify(`Bearer ${jwt}`);
    assert.ok(!result.ok);
    assert.ok(!JSON.stringify(result.error).includes(jwt));
    assert.equal(result.error.challenge?.errorDescription, 'The access token is not valid here.');
    const expired = await rs.verify(`Bearer ${await as.sign({ exp: now - 100 })}`);
    assert.equal(!expired.ok && expired.error.challenge?.errorDescription, 'The access token has expired.');
  });

  it('of each algorithm that is taken by default is verified', async () => {
    for (const [i, alg] of ['RS256', 'PS256', 'EdDSA', 'Ed25519', 'ES256'].entries()) {
      const other = await startIssuer();
      await other.rotate(`key-${i}`, alg);
      const server = createResourceServer({ issuer: other.issuer, audience, now: () => instant(now + i) });
      assert.equal(await outcomeOf(server, await other.sign()), 'allowed', alg);
      await other.close();
    }
  });
});
