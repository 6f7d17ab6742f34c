import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseClaims } from './claims.ts';

const malformed = 'claims_malformed';

describe('the claims parameter', () => {
  const table: readonly (readonly [text: string, expected: unknown])[] = [
    ['{}', {}],
    ['{"userinfo":{"acr":{"essential":true,"values":["mfa"]}}}', {}],
    ['{"id_token":null,"userinfo":null}', {}],
    [
      '{"id_token":{"email":null,"given_name":{"essential":true}}}',
      { requestedClaims: { idToken: ['given_name', 'email'], userinfo: [] } },
    ],
    [
      '{"userinfo":{"name":{"value":"Ada"},"picture":{"values":[1]}},"id_token":{"address":{}}}',
      { requestedClaims: { idToken: ['address'], userinfo: ['name', 'picture'] } },
    ],
    ['{"userinfo":{"auth_time":null,"nickname#de":null,"is_admin":7,"phone":null}}', {}],
    ['{"userinfo":{"sub":{"value":"alice"}}}', { subClaim: 'alice' }],
    ['{"id_token":{"sub":{"value":"alice"}},"userinfo":{"sub":{"values":["alice"]}}}', { subClaim: 'alice' }],
    ['{"id_token":{"sub":null},"userinfo":{"sub":{"value":"alice"}}}', { subClaim: 'alice' }],
    ['{"id_token":{"acr":null}}', { acrClaim: { essential: false, values: [] } }],
    ['{"id_token":{"acr":{}}}', { acrClaim: { essential: false, values: [] } }],
    ['{"id_token":{"acr":{"essential":true}}}', { acrClaim: { essential: true, values: [] } }],
    ['{"id_token":{"acr":{"value":"mfa"}}}', { acrClaim: { essential: false, values: ['mfa'] } }],
    [
      '{"id_token":{"acr":{"values":["phr","mfa"],"more":1}}}',
      { acrClaim: { essential: false, values: ['phr', 'mfa'] } },
    ],
    [
      '{"id_token":{"acr":{"essential":true,"value":"a","values":["b"]}}}',
      { acrClaim: { essential: true, values: ['a', 'b'] } },
    ],
    ['{"id_token":{"acr":{"essential":null,"values":null}}}', { acrClaim: { essential: false, values: [] } }],
    ['{"id_token":{"sub":{"value":"alice"}}}', { subClaim: 'alice' }],
    ['{"id_token":{"sub":{"values":["alice"]}}}', { subClaim: 'alice' }],
    ['{"id_token":{"sub":null}}', {}],
    ['{"id_token":{"sub":{"essential":true}}}', {}],

    ['', malformed],
    ['null', malformed],
    ['true', malformed],
    ['7', malformed],
    ['"{}"', malformed],
    ['[]', malformed],
    ['[{"id_token":{}}]', malformed],
    ['{', malformed],
    ['{} {}', malformed],
    ["{'id_token':{}}", malformed],
    ['{"id_token":[]}', malformed],
    ['{"id_token":"acr"}', malformed],
    ['{"id_token":7}', malformed],
    ['{"userinfo":[]}', malformed],
    ['{"id_token":{"acr":true}}', malformed],
    ['{"id_token":{"acr":"mfa"}}', malformed],
    ['{"id_token":{"acr":["mfa"]}}', malformed],
    ['{"id_token":{"acr":{"essential":"true"}}}', malformed],
    ['{"id_token":{"acr":{"essential":1}}}', malformed],
    ['{"id_token":{"acr":{"values":"mfa"}}}', malformed],
    ['{"id_token":{"acr":{"values":{"0":"mfa","length":1}}}}', malformed],
    ['{"id_token":{"acr":{"values":["mfa",7]}}}', malformed],
    ['{"id_token":{"acr":{"values":[["mfa"]]}}}', malformed],
    ['{"id_token":{"acr":{"values":[null]}}}', malformed],
    ['{"id_token":{"acr":{"value":null}}}', malformed],
    ['{"id_token":{"acr":{"value":{"toString":"mfa"}}}}', malformed],
    ['{"id_token":{"sub":{"values":["alice","bob"]}}}', malformed],
    ['{"id_token":{"sub":{"value":"alice","values":["bob"]}}}', malformed],
    ['{"id_token":{"sub":{"value":7}}}', malformed],
    ['{"id_token":{"sub":"alice"}}', malformed],
    ['{"userinfo":{"sub":"alice"}}', malformed],
    ['{"id_token":{"sub":{"value":"alice"}},"userinfo":{"sub":{"value":"bob"}}}', malformed],
    ['{"id_token":{"email":true}}', malformed],
    ['{"userinfo":{"email":["x"]}}', malformed],
    ['{"userinfo":{"name":"Ada"}}', malformed],
  ];
  for (const [text, expected] of table) {
    it(text || '(empty)', () => {
      const claims = parseClaims(text);
      if (expected === malformed) assert.equal(!claims.ok && claims.error.reason, malformed);
      else assert.deepEqual(claims, { ok: true, value: expected });
    });
  }

  it('is none when there is none', () => assert.deepEqual(parseClaims(undefined), { ok: true, value: {} }));

  it('T3: an essential acr that cannot be read is an error, not no demand', () => {
    for (const acr of ['{"essential":true,"values":["mfa",null]}', '{"essential":true,"values":7}', '[]', '0', '""']) {
      assert.equal(parseClaims(`{"id_token":{"acr":${acr}}}`).ok, false);
    }
  });
});

describe('hostile claims', () => {
  it('what an object inherits, and what is named like it, demands nothing', () => {
    const harmless = [
      '{"__proto__":{"id_token":{"acr":{"value":"mfa"}}}}',
      '{"id_token":{"__proto__":{"acr":{"essential":true,"values":["mfa"]}}}}',
      '{"constructor":{"prototype":{"acr":1}},"id_token":{"constructor":null,"hasOwnProperty":null}}',
    ];
    for (const text of harmless) assert.deepEqual(parseClaims(text), { ok: true, value: {} });
    assert.deepEqual(parseClaims('{"id_token":{"acr":{"__proto__":{"essential":true,"value":"mfa"}}}}'), {
      ok: true,
      value: { acrClaim: { essential: false, values: [] } },
    });
    assert.equal(Reflect.get({}, 'acr'), undefined);
  });
  it('however deep they are, and however long', () => {
    const deep = (open: string, close: string): string => open.repeat(4000) + close.repeat(4000);
    for (const text of [deep('[', ']'), `{"id_token":${deep('{"a":[', ']}').slice(0, 8000)}`, '{"a":'.repeat(4000)]) {
      assert.equal(parseClaims(text).ok, false);
    }
    assert.deepEqual(parseClaims(`{"userinfo":{"a":${deep('[', ']')}}}`), { ok: true, value: {} });
    const many = JSON.stringify({ id_token: { acr: { values: Array.from({ length: 4000 }, () => 'x') } } });
    assert.ok(parseClaims(many).ok);
  });
  it('of any JSON and any text: an answer, and only strings in it', () => {
    const name = fc.constantFrom(
      'id_token',
      'userinfo',
      'acr',
      'sub',
      'value',
      'values',
      'essential',
      '__proto__',
      'x',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom(null, true, false, 0, -1.5, 'mfa', 'alice', ''),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(name, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    const likely = fc.record({ id_token: fc.dictionary(fc.constantFrom('acr', 'sub'), tree, { maxKeys: 2 }) });
    const text = fc.oneof(
      fc.oneof(tree, likely, fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.string(),
    );
    let good = 0;
    fc.assert(
      fc.property(text, (given) => {
        const claims = parseClaims(given);
        if (!claims.ok) return;
        good += 1;
        const { acrClaim, subClaim } = claims.value;
        assert.ok(acrClaim?.values.every((value) => typeof value === 'string') ?? true);
        assert.equal(typeof (acrClaim?.essential ?? false), 'boolean');
        assert.ok(subClaim === undefined || typeof subClaim === 'string');
      }),
      { numRuns: 10_000 },
    );
    assert.ok(good > 500, `only ${good} were good`);
  });
});
