import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Instant } from '@stile/core';
import { instant, secondsAfter } from '@stile/core';
import type { FakeIssuer } from '../fixture/issuer.ts';
import { audience, now, startIssuer } from '../fixture/issuer.ts';
import type { Demand } from './demand.ts';
import type { ResourceServer } from './resource-server.ts';
import { createResourceServer } from './resource-server.ts';
import type { ResourceServerOptions } from './settings.ts';

let as: FakeIssuer;
let moment: Instant;
beforeEach(async () => {
  as = await startIssuer();
  moment = now;
});
afterEach(() => as.close());

const server = (options: Partial<ResourceServerOptions> = {}): ResourceServer =>
  createResourceServer({ issuer: as.issuer, audience, now: () => moment, keyCooldownSeconds: 0, ...options });

const outcomeOf = async (rs: ResourceServer, jwt: string, demand?: Demand): Promise<string> => {
  const result = await rs.verify(`Bearer ${jwt}`, demand);
  return result.ok ? 'allowed' : result.error.reason;
};

/** Has the keys fetched and the token verified by them, so that it is remembered. */
const remember = async (rs: ResourceServer, ...jwts: readonly string[]): Promise<void> => {
  for (const jwt of [jwts[0] ?? '', ...jwts]) assert.equal(await outcomeOf(rs, jwt), 'allowed');
};

/** Counts the signatures that are checked from now on. */
const signatures = (t: TestContext): { readonly count: () => number } => {
  const { mock } = t.mock.method(globalThis.crypto.subtle, 'verify');
  return { count: () => mock.callCount() };
};

describe('a token that was verified', () => {
  it('is not verified again when it comes again, and says the same', async (t) => {
    const [rs, jwt] = [server(), await as.sign()];
    await remember(rs, jwt);
    const checked = signatures(t);
    const again = await rs.verify(`Bearer ${jwt}`, { scopes: ['read:accounts'] });
    assert.equal(again.ok && again.value.subject, 'user-1');
    assert.equal(checked.count(), 0);
  });

  it('is asked for what the route demands at every call', async () => {
    const [rs, jwt] = [server(), await as.sign()];
    await remember(rs, jwt);
    assert.equal(await outcomeOf(rs, jwt, { scopes: ['delete:everything'] }), 'insufficient_scope');
    assert.equal(await outcomeOf(rs, jwt, { acr: 'phr' }), 'insufficient_authentication');
    moment = secondsAfter(now, 100);
    assert.equal(await outcomeOf(rs, jwt, { acr: 'mfa', maxAge: '1m' }), 'insufficient_authentication');
  });

  it('expires all the same, to the second', async () => {
    const [rs, jwt] = [server(), await as.sign({ exp: now + 300 })];
    await remember(rs, jwt);
    moment = secondsAfter(now, 304);
    assert.equal(await outcomeOf(rs, jwt), 'allowed');
    moment = secondsAfter(now, 305);
    assert.equal(await outcomeOf(rs, jwt), 'expired');
  });

  it('is not yet valid by a clock that was set back', async () => {
    const [rs, jwt] = [server(), await as.sign({ nbf: now - 10 })];
    await remember(rs, jwt);
    moment = instant(now - 100);
    assert.equal(await outcomeOf(rs, jwt), 'not_yet_valid');
  });

  it('dies with its key: keys that were fetched anew verify everything anew', async (t) => {
    const [rs, jwt] = [server(), await as.sign()];
    await remember(rs, jwt);
    await as.rotate('key-2');
    assert.equal(await outcomeOf(rs, await as.sign({ jti: 'token-2' })), 'allowed');
    const checked = signatures(t);
    assert.equal(await outcomeOf(rs, jwt), 'unknown_key');
    assert.equal(checked.count(), 0);
  });

  it('is one spelling: with another signature, header or claim it is another token', async () => {
    const [rs, jwt] = [server(), await as.sign()];
    await remember(rs, jwt);
    const [head = '', body = '', signature = ''] = jwt.split('.');
    const [, otherBody = ''] = (await as.sign({ scope: 'delete:everything' })).split('.');
    const other = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    assert.equal(await outcomeOf(rs, `${head}.${body}.${other}`), 'bad_signature');
    assert.equal(await outcomeOf(rs, `${head}.${otherBody}.${signature}`), 'bad_signature');
    assert.equal(await outcomeOf(rs, `${head}.${body}.`), 'malformed_token');
  });

  it('is used up all the same', async () => {
    const used = new Set<string>();
    const store = {
      consume: async (jti: string) => {
        const isFirst = !used.has(jti);
        used.add(jti);
        return isFirst;
      },
    };
    const [rs, jwt] = [server({ singleUse: { store } }), await as.sign()];
    await remember(rs, jwt);
    assert.equal(await outcomeOf(rs, jwt, { singleUse: true }), 'allowed');
    assert.equal(await outcomeOf(rs, jwt, { singleUse: true }), 'already_used');
  });

  it('cannot be changed by one call for the next', async () => {
    const [rs, jwt] = [server(), await as.sign()];
    await remember(rs, jwt);
    const first = await rs.verify(`Bearer ${jwt}`);
    assert.ok(first.ok);
    assert.throws(() => Object.assign(first.value, { subject: 'somebody-else' }), TypeError);
    assert.throws(() => Object.assign(first.value.claims, { acr: 'phr' }), TypeError);
    assert.throws(() => Object.assign(first.value.scopes, ['delete:everything']), TypeError);
  });
});

describe('the memory of tokens', () => {
  it('keeps no refusal', async () => {
    const [rs, jwt] = [server(), await as.sign({ nbf: now + 60 })];
    await remember(rs, await as.sign({ jti: 'another' }));
    assert.equal(await outcomeOf(rs, jwt), 'not_yet_valid');
    moment = secondsAfter(now, 60);
    assert.equal(await outcomeOf(rs, jwt), 'allowed');
  });

  it('keeps as many tokens as it may, the latest', async (t) => {
    const rs = server({ tokensRemembered: 2 });
    const jwts = await Promise.all(['a', 'b', 'c'].map((jti) => as.sign({ jti })));
    await remember(rs, ...jwts);
    const checked = signatures(t);
    for (const jwt of jwts.slice(1)) assert.equal(await outcomeOf(rs, jwt), 'allowed');
    assert.equal(checked.count(), 0);
    assert.equal(await outcomeOf(rs, jwts[0] ?? ''), 'allowed');
    assert.equal(checked.count(), 1);
  });

  it('can be done without', async (t) => {
    const [rs, jwt] = [server({ tokensRemembered: 0 }), await as.sign()];
    await remember(rs, jwt);
    const checked = signatures(t);
    assert.equal(await outcomeOf(rs, jwt), 'allowed');
    assert.equal(checked.count(), 1);
    assert.throws(() => server({ tokensRemembered: -1 }), TypeError);
  });
});
