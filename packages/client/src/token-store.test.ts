import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ElevatedToken } from './token-store.ts';
import { createTokenStore, memoryStorage } from './token-store.ts';

const audience = 'https://api.example';
let now = 1_000_000;
beforeEach(() => {
  now = 1_000_000;
});

function elevated(changes: Partial<ElevatedToken> = {}): ElevatedToken {
  const token = {
    accessToken: 'e',
    expiresAt: now + 300,
    audience,
    scope: ['read', 'transfer'],
    acr: 'mfa',
    authTime: now,
  };
  return { ...token, singleUse: false, ...changes };
}

const store = () => createTokenStore({ now: () => now });

describe('elevated tokens', () => {
  const cases: readonly [string, Partial<ElevatedToken>, object, boolean][] = [
    ['scope covered', {}, { scope: ['transfer'] }, true],
    ['scope not covered', {}, { scope: ['transfer', 'admin'] }, false],
    ['acr among those asked for', {}, { acrValues: ['phr', 'mfa'] }, true],
    ['another acr, though it may be stronger', { acr: 'phr' }, { acrValues: ['mfa'] }, false],
    ['an acr among those the proofs earn besides', { acr: 'phr', acrs: ['phr', 'mfa'] }, { acrValues: ['mfa'] }, true],
    ['no acr among those the proofs earn', { acr: 'phr', acrs: ['phr', '1fa'] }, { acrValues: ['mfa'] }, false],
    ['another audience', {}, { audience: 'https://other.example' }, false],
    ['about to expire', { expiresAt: 1_000_004 }, {}, false],
    ['fresh enough', { authTime: 999_900 }, { maxAgeSeconds: 300 }, true],
    ['too old', { authTime: 999_600 }, { maxAgeSeconds: 300 }, false],
    ['about to be too old', { authTime: 999_704 }, { maxAgeSeconds: 300 }, false],
    ['just not about to be too old', { authTime: 999_705 }, { maxAgeSeconds: 300 }, true],
    ['this second', {}, { maxAgeSeconds: 0 }, true],
    ['T23: a second ahead, by the clock of the server', { authTime: 1_000_001 }, { maxAgeSeconds: 0 }, true],
    ['T23: a minute ahead', { authTime: 1_000_060 }, { maxAgeSeconds: 300 }, true],
    ['T23: more than a minute ahead', { authTime: 1_000_061 }, { maxAgeSeconds: 300 }, false],
    ['T23: in milliseconds', { authTime: 1_000_000_000_000 }, { maxAgeSeconds: 300 }, false],
  ];
  for (const [name, changes, need, expected] of cases) {
    it(`serve a need or not: ${name}`, () => {
      const tokens = store();
      tokens.saveElevated(elevated(changes));
      assert.equal(tokens.takeElevated({ audience, ...need }) !== undefined, expected);
    });
  }

  it('T25: do not serve a need about which they say nothing', () => {
    const tokens = store();
    const { acr: _acr, authTime: _authTime, ...silent } = elevated();
    tokens.saveElevated(silent);
    assert.equal(tokens.takeElevated({ audience, acrValues: ['mfa'] }), undefined);
    assert.equal(tokens.takeElevated({ audience, maxAgeSeconds: 300 }), undefined);
    assert.ok(tokens.takeElevated({ audience, scope: ['transfer'] }));
  });

  it('T23: serve no need by a clock in milliseconds or fractions', () => {
    for (const clock of [() => now * 1_000_000, () => now + 0.5, () => Number.NaN]) {
      const tokens = createTokenStore({ now: clock });
      tokens.saveElevated(elevated({ expiresAt: Number.MAX_SAFE_INTEGER }));
      assert.equal(tokens.takeElevated({ audience, acrValues: ['mfa'], maxAgeSeconds: 300 }), undefined);
    }
  });

  it('T14: leave the store with the first taker when they are single-use', () => {
    const tokens = store();
    tokens.saveElevated(elevated({ singleUse: true }));
    assert.ok(tokens.takeElevated({ audience }));
    assert.equal(tokens.takeElevated({ audience }), undefined);
    tokens.saveElevated(elevated());
    assert.ok(tokens.takeElevated({ audience }));
    assert.ok(tokens.takeElevated({ audience }));
  });

  it('T21: end by age', () => {
    const tokens = store();
    tokens.saveElevated(elevated());
    now += 296;
    assert.equal(tokens.takeElevated({ audience }), undefined);
    now -= 296;
    assert.ok(tokens.takeElevated({ audience }));
    now += 300;
    tokens.takeElevated({ audience });
    now -= 300;
    assert.equal(tokens.takeElevated({ audience }), undefined, 'an expired token does not come back with the clock');
  });

  it('T21: end when the user drops the elevation; the everyday tokens stay', () => {
    const tokens = store();
    tokens.saveEveryday(audience, { accessToken: 'a', expiresAt: now + 300, scope: ['read'] });
    tokens.saveElevated(elevated());
    tokens.saveElevated(elevated({ audience: 'https://other.example' }));
    tokens.dropElevation(audience);
    assert.equal(tokens.takeElevated({ audience }), undefined);
    assert.ok(tokens.takeElevated({ audience: 'https://other.example' }));
    tokens.dropElevation();
    assert.equal(tokens.takeElevated({ audience: 'https://other.example' }), undefined);
    assert.equal(tokens.everyday(audience)?.accessToken, 'a');
  });

  it('T21: end by logout, with everything else', () => {
    const tokens = store();
    tokens.saveEveryday(audience, { accessToken: 'a', expiresAt: now + 300, scope: ['read'], refreshToken: 'r' });
    tokens.saveElevated(elevated());
    tokens.clear();
    assert.equal(tokens.everyday(audience), undefined);
    assert.equal(tokens.takeElevated({ audience }), undefined);
  });

  it('are discarded one by one: a newer token under the same key stays', () => {
    const tokens = store();
    const old = elevated();
    tokens.saveElevated(old);
    tokens.saveElevated(elevated({ accessToken: 'newer' }));
    tokens.discard(old);
    assert.equal(tokens.takeElevated({ audience })?.accessToken, 'newer');
  });

  it('are told apart by what their proofs earn', () => {
    const tokens = store();
    tokens.saveElevated(elevated({ accessToken: 'both', acr: 'phr', acrs: ['phr', 'mfa'] }));
    tokens.saveElevated(elevated({ accessToken: 'one', acr: 'phr', acrs: ['phr'] }));
    assert.equal(tokens.takeElevated({ audience, acrValues: ['mfa'] })?.accessToken, 'both');
  });

  it('do not pile up', () => {
    const tokens = store();
    for (let i = 0; i < 40; i += 1) tokens.saveElevated(elevated({ accessToken: `e${i}`, scope: [`s${i}`] }));
    assert.equal(tokens.takeElevated({ audience, scope: ['s0'] }), undefined);
    assert.ok(tokens.takeElevated({ audience, scope: ['s39'] }));
  });
});

describe('everyday tokens', () => {
  it('are kept in the storage of choice, elevated ones never', () => {
    const written: string[] = [];
    const storage = memoryStorage();
    const watched = {
      ...storage,
      setItem: (key: string, value: string) => written.push(value) && storage.setItem(key, value),
    };
    const tokens = createTokenStore({ storage: watched, now: () => now });
    tokens.saveEveryday(audience, {
      accessToken: 'everyday',
      expiresAt: now + 300,
      scope: ['read'],
      refreshToken: 'r',
      idToken: 'i',
      subject: 's',
    });
    tokens.saveElevated(elevated({ accessToken: 'elevated' }));
    assert.equal(written.length, 1);
    assert.ok(!written.join('').includes('elevated'));
    const reloaded = createTokenStore({ storage, now: () => now });
    assert.deepEqual(reloaded.everyday(audience), tokens.everyday(audience));
    reloaded.clear();
    assert.equal(tokens.everyday(audience), undefined);
  });

  it('are read with suspicion', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '{',
      '{"accessToken":1}',
      '{"accessToken":"a","expiresAt":"soon","scope":[]}',
      '{"accessToken":"a","expiresAt":1,"scope":[1]}',
    ]) {
      const tokens = createTokenStore({ storage: { ...memoryStorage(), getItem: () => text } });
      assert.equal(tokens.everyday(audience), undefined, text);
    }
  });
});
