/**
 * Signing keys change while tokens are alive and others keep the published keys: openid-client, `createRemoteJWKSet` of jose,
 * and an API on @stile/resource-server. None of them is told.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { startApi } from '../api.ts';
import { ACCOUNTS, CALLBACK, NIGHTLY_SECRET, REPORTS, WEB_SECRET } from '../fabrikam.ts';
import { basic, headerOf, post, tokenRequest, tokensFor } from '../flow.ts';
import { allowInsecureRequests } from '../plain-http.ts';
import { UserAgent } from '../user-agent.ts';
import { startOperatedServer } from './operated-server.ts';

const { server, stile, noticeKeys } = await startOperatedServer(['ada', 'ben', 'cleo', 'dan']);
const api = await startApi(server);
after(async () => {
  await api.close();
  await server.close();
});

/** How long a key must have been published before it signs. */
const KNOWN_SECONDS = 660;

const jwksUri = new URL(server.at('.well-known/jwks.json'));

/** Keys that are fetched once and never again: the most patient cache there could be. */
const frozenKeys = async () => {
  const keys = createRemoteJWKSet(jwksUri, {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
  });
  await keys.reload();
  return keys;
};

const accepts = async (keys: Parameters<typeof jwtVerify>[1], token: string | undefined): Promise<boolean> =>
  jwtVerify(token ?? '', keys, { issuer: server.issuer, currentDate: new Date(server.now() * 1000) }).then(
    () => true,
    () => false,
  );

const apiStatus = async (token: string | undefined): Promise<number> =>
  (await fetch(`${api.origin}/accounts`, { headers: { authorization: `Bearer ${token}` } })).status;

const isActive = async (token: string | undefined): Promise<unknown> =>
  (await post(server.at('oauth/introspect'), { token }, basic('web', WEB_SECRET))).body.active;

/** A token of the other algorithm, for an API that ES256 is signed for. */
const reportsToken = async (): Promise<string> => {
  const asNightly = basic('nightly', NIGHTLY_SECRET);
  const { body } = await tokenRequest(server, { grant_type: 'client_credentials', audience: REPORTS }, asNightly);
  return String(body.access_token);
};

/** openid-client, told to check the signature of every ID token by keys that it keeps. */
const openidClient = () =>
  client.discovery(new URL(server.issuer), 'web', undefined, client.ClientSecretBasic(WEB_SECRET), {
    execute: [allowInsecureRequests, client.enableNonRepudiationChecks],
  });

const signIn = async (web: client.Configuration, username: string, agent = new UserAgent(server.issuer)) => {
  const [state, verifier] = [client.randomState(), client.randomPKCECodeVerifier()];
  const url = client.buildAuthorizationUrl(web, {
    redirect_uri: CALLBACK,
    scope: 'openid read:accounts offline_access',
    audience: ACCOUNTS,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const { end, pages } = await agent.authorize(url, server.person(username));
  const tokens = await client.authorizationCodeGrant(web, end.url, {
    expectedState: state,
    pkceCodeVerifier: verifier,
  });
  return { agent, pages, tokens };
};

const kidOf = (token: string | undefined): unknown => headerOf(token).kid;

describe('a rotation of the signing keys', () => {
  it('breaks no live token and no cache, before, during and after it', async () => {
    const [keys, web] = [await frozenKeys(), await openidClient()];
    const { agent, tokens: old } = await signIn(web, 'ada');
    const oldReports = await reportsToken();
    assert.equal(await apiStatus(old.access_token), 200);
    server.advance(KNOWN_SECONDS);
    const everythingHolds = async (): Promise<void> => {
      for (const token of [old.access_token, old.id_token, oldReports]) assert.ok(await accepts(keys, token));
      assert.equal(await apiStatus(old.access_token), 200);
      assert.equal(await isActive(old.access_token), true);
    };
    await everythingHolds();

    assert.equal((await stile('keys', 'rotate')).status, 0);
    // The running server has not noticed yet.
    const between = await reportsToken();
    assert.equal(kidOf(between), kidOf(oldReports));
    assert.ok(await accepts(keys, between));
    await everythingHolds();

    await noticeKeys();
    await everythingHolds();
    const { tokens: renewed } = await signIn(web, 'ada', agent);
    assert.notEqual(kidOf(renewed.access_token), kidOf(old.access_token));
    for (const token of [renewed.access_token, renewed.id_token, await reportsToken()])
      assert.ok(await accepts(keys, token));
    assert.equal(await apiStatus(renewed.access_token), 200);
    const refreshed = await client.refreshTokenGrant(web, old.refresh_token ?? '');
    assert.equal(kidOf(refreshed.access_token), kidOf(renewed.access_token));
    assert.ok(await accepts(keys, refreshed.access_token));
  });

  it('happens under load without one token that a cache refuses', async () => {
    server.advance(KNOWN_SECONDS);
    const keys = await frozenKeys();
    const issued: Promise<string>[] = [];
    for (let round = 0; round < 6; round += 1) {
      for (let each = 0; each < 4; each += 1) issued.push(reportsToken());
      if (round === 2) assert.equal((await stile('keys', 'rotate')).status, 0);
      if (round === 4) await noticeKeys();
      await issued.at(-1);
    }
    const tokens = await Promise.all(issued);
    assert.equal(new Set(tokens.map(kidOf)).size, 2);
    for (const token of tokens) assert.ok(await accepts(keys, token));
  });

  it('is refused while the next keys are too young, and what that saves is seen when it is forced', async () => {
    const [keys, web] = [await frozenKeys(), await openidClient()];
    await signIn(web, 'dan');
    server.advance(KNOWN_SECONDS);
    assert.equal((await stile('keys', 'rotate')).status, 0);
    await noticeKeys();
    server.advance(120);
    const { status, text } = await stile('keys', 'rotate');
    assert.equal(status, 1);
    assert.match(text, /in 540 seconds/);
    await noticeKeys();
    assert.ok(await accepts(keys, await reportsToken()), 'nothing was changed');

    assert.equal((await stile('keys', 'rotate', '--now')).status, 0);
    await noticeKeys();
    assert.equal(
      await accepts(keys, await reportsToken()),
      false,
      'a cache does not know a key that was never published',
    );
    await assert.rejects(signIn(web, 'dan'), { code: 'OAUTH_KEY_SELECTION_FAILED' });
    assert.ok(await accepts(await frozenKeys(), await reportsToken()));
  });
});

describe('a signing key that is in the wrong hands', () => {
  it('is withdrawn: its tokens are refused, by the server within seconds and by APIs with their next look', async () => {
    server.advance(KNOWN_SECONDS);
    const web = await openidClient();
    const { agent, tokens: stolen } = await signIn(web, 'ben');
    const reports = await reportsToken();
    const keys = await frozenKeys();
    assert.equal((await stile('keys', 'withdraw', String(kidOf(stolen.access_token)))).status, 0);
    await noticeKeys();

    assert.equal(await isActive(stolen.access_token), false);
    assert.equal(
      (await fetch(server.at('userinfo'), { headers: { authorization: `Bearer ${stolen.access_token}` } })).status,
      401,
    );
    assert.ok(
      await accepts(keys, stolen.access_token),
      'whoever keeps the old keys believes it still: the guide says so',
    );
    assert.equal(await accepts(await frozenKeys(), stolen.access_token), false);
    const restarted = await startApi(server);
    const asked = await fetch(`${restarted.origin}/accounts`, {
      headers: { authorization: `Bearer ${stolen.access_token}` },
    });
    assert.equal(asked.status, 401);
    await restarted.close();

    assert.ok(await accepts(keys, reports), 'the other algorithm has keys of its own');
    const refreshed = await client.refreshTokenGrant(web, stolen.refresh_token ?? '');
    assert.ok(await accepts(await frozenKeys(), refreshed.access_token));
    const { pages } = await signIn(web, 'ben', agent);
    assert.deepEqual(pages, [], 'people stay signed in');
  });

  it('signs nothing that anybody believes, though the thief has it', async () => {
    const tokens = await tokensFor(server, 'cleo');
    const kid = String(kidOf(tokens.access_token));
    const { text } = await stile('keys', 'list');
    assert.ok(text.includes(kid));
    await stile('keys', 'withdraw', kid);
    await noticeKeys();
    assert.ok(!(await stile('keys', 'list')).text.includes(kid));
    assert.equal(await isActive(tokens.access_token), false);
  });
});
