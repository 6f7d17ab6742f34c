import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { StepUpChallenge } from './www-authenticate.ts';
import { formatChallenge, parseChallenges, stepUpChallengeOf } from './www-authenticate.ts';

const bearer = (rest: Partial<StepUpChallenge>): StepUpChallenge => ({ scheme: 'Bearer', ...rest });

describe('the published examples', () => {
  it('reads the first example of RFC 9470, section 3', () => {
    const header =
      'Bearer error="insufficient_user_authentication",\n' +
      '  error_description="A different authentication level is required",\n' +
      '  acr_values="myACR"';
    assert.deepEqual(parseChallenges(header), [
      bearer({
        error: 'insufficient_user_authentication',
        errorDescription: 'A different authentication level is required',
        acrValues: ['myACR'],
      }),
    ]);
  });

  it('reads the second example of RFC 9470, section 3', () => {
    const header =
      'Bearer error="insufficient_user_authentication",\n' +
      '  error_description="More recent authentication is required",\n' +
      '  max_age="5"';
    assert.deepEqual(parseChallenges(header), [
      bearer({
        error: 'insufficient_user_authentication',
        errorDescription: 'More recent authentication is required',
        maxAgeSeconds: 5,
      }),
    ]);
  });

  it('reads the examples of RFC 6750, section 3 and RFC 9728, section 5.1', () => {
    assert.deepEqual(parseChallenges('Bearer realm="example"'), [bearer({ realm: 'example' })]);
    assert.deepEqual(
      parseChallenges('Bearer resource_metadata="https://resource.example.com/.well-known/oauth-protected-resource"'),
      [bearer({ resourceMetadata: 'https://resource.example.com/.well-known/oauth-protected-resource' })],
    );
  });

  it('reads the example of RFC 9110, section 11.6.1: two schemes, and a quoted string that looks like a third', () => {
    const header = 'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\", Bearer error=x"';
    assert.deepEqual(parseChallenges(header), []);
  });

  it('writes what it read', () => {
    const header =
      'Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", ' +
      'acr_values="phr mfa", max_age="5"';
    assert.deepEqual(parseChallenges(header).map(formatChallenge), [header]);
  });
});

describe('reading', () => {
  const cases: readonly [header: string, expected: readonly StepUpChallenge[]][] = [
    ['', []],
    ['Bearer', [bearer({})]],
    ['bEaReR ERROR="x"', [bearer({ error: 'x' })]],
    ['DPoP error="x", algs="ES256 EdDSA"', [{ scheme: 'DPoP', error: 'x', algs: ['ES256', 'EdDSA'] }]],
    ['Basic realm="x", Bearer error="e", max_age=60', [bearer({ error: 'e', maxAgeSeconds: 60 })]],
    ['Negotiate YWJj==, Bearer error="e"', [bearer({ error: 'e' })]],
    ['Bearer error="e", Negotiate YWJj==, DPoP error="f"', [bearer({ error: 'e' }), { scheme: 'DPoP', error: 'f' }]],
    ['Bearer error="e",, , max_age=1,', [bearer({ error: 'e', maxAgeSeconds: 1 })]],
    ['Bearer error = "e" , max_age\t=\t1', [bearer({ error: 'e', maxAgeSeconds: 1 })]],
    ['Bearer realm="a\\"b\\\\c\\d, e"', [bearer({ realm: 'a"b\\cd, e' })]],
    ['Bearer max_age="007"', [bearer({ maxAgeSeconds: 7 })]],
    ['Bearer acr_values="  phr   mfa "', [bearer({ acrValues: ['phr', 'mfa'] })]],
    ['Bearer unknown="x", error="e"', [bearer({ error: 'e' })]],
    ['Bearer \t  error="e"', [bearer({ error: 'e' })]],
  ];
  for (const [header, expected] of cases) {
    it(header || '(nothing)', () => assert.deepEqual(parseChallenges(header), expected));
  }

  it('ignores an age that is not a number of at most nine digits', () => {
    for (const age of ['-1', '1.5', '1e3', '0x10', '1000000000', '" 5"', '""', '"5s"', 'Infinity', '٥']) {
      assert.deepEqual(parseChallenges(`Bearer error="e", max_age=${age}`).at(0)?.maxAgeSeconds, undefined, age);
    }
  });

  it('drops the challenge that is malformed and keeps the others', () => {
    const spoilt = [
      'Bearer error="e", error="e"',
      'Bearer error="e", Error=f',
      'Bearer max_age=5, max_age="5"',
      'Bearer foo=1, foo=2',
      'Bearer abc',
      'Bearer abc==',
      'Bearer error="e" max_age=5',
      'Bearer error="e"x',
      'Bearer max_age=5 scope',
      'Bearer max_age=5""',
      'Bearer abc error="e"',
      'Bearer error="e", stray"x"',
      'Bearer error=',
      'Bearer error="e", =x',
      'Bearer error="e", "stray"',
      'Bearer error="\u0000"',
      'Bearer error="\u20ac"',
    ];
    for (const header of spoilt) {
      assert.deepEqual(parseChallenges(header), [], header);
      assert.deepEqual(parseChallenges(`DPoP error="d", ${header}, DPoP error="f"`), [
        { scheme: 'DPoP', error: 'd' },
        { scheme: 'DPoP', error: 'f' },
      ]);
    }
    assert.deepEqual(parseChallenges('DPoP error="d", Bearer error="e'), [{ scheme: 'DPoP', error: 'd' }]);
    assert.deepEqual(parseChallenges('error="e", Bearer error="f"'), [bearer({ error: 'f' })]);
  });

  it('reads nothing from what is no text, as a caller in JavaScript may pass', () => {
    for (const header of ['null', '["Bearer"]', '7', '{"length":1}'])
      assert.deepEqual(parseChallenges(JSON.parse(header)), []);
  });

  it('leaves out what a parameter cannot hold', () => {
    assert.deepEqual(parseChallenges('Bearer error="a\\"b", scope="a\\"b c", resource_metadata="no address"'), [
      bearer({ scope: ['c'] }),
    ]);
    assert.deepEqual(parseChallenges('Bearer error_description="say \\"hi\\""'), [
      bearer({ errorDescription: "say 'hi'" }),
    ]);
  });

  it('reads no header longer than 8192 characters, and a hostile one in linear time', () => {
    assert.equal(parseChallenges(`Bearer realm="${'x'.repeat(8177)}"`).length, 1);
    assert.deepEqual(parseChallenges(`Bearer realm="${'x'.repeat(8178)}"`), []);
    for (const part of ['a', ' ', '\t', '"', '\\', ',', 'a=', 'a="', '\\"', ', a', 'Bearer ', '="', 'a ']) {
      parseChallenges(part.repeat(8192 / part.length));
      parseChallenges(`Bearer error="${part.repeat(8000 / part.length)}`);
    }
  });
});

describe('writing', () => {
  it('writes every parameter once, in a quoted string', () => {
    assert.equal(
      formatChallenge({
        scheme: 'DPoP',
        realm: 'a "quoted" \\ realm',
        error: 'insufficient_user_authentication',
        errorDescription: 'More recent authentication is required',
        scope: ['transfer:funds', 'read:accounts'],
        acrValues: ['phr', 'mfa'],
        maxAgeSeconds: 0,
        resourceMetadata: 'https://api.example/.well-known/oauth-protected-resource',
        algs: ['ES256'],
      }),
      'DPoP realm="a \\"quoted\\" \\\\ realm", error="insufficient_user_authentication", ' +
        'error_description="More recent authentication is required", scope="transfer:funds read:accounts", ' +
        'acr_values="phr mfa", max_age="0", ' +
        'resource_metadata="https://api.example/.well-known/oauth-protected-resource", algs="ES256"',
    );
    assert.equal(formatChallenge(bearer({})), 'Bearer');
    assert.equal(
      formatChallenge(bearer({ scope: [], acrValues: [], algs: [], error: '', errorDescription: '' })),
      'Bearer',
    );
  });

  it('replaces what the header cannot carry, so that no second header or parameter can be smuggled in', () => {
    const evil = 'x"\r\nSet-Cookie: a=b\r\n\r\n", max_age="9\\é\u{1f600}';
    assert.equal(
      formatChallenge(bearer({ error: evil, errorDescription: evil })),
      `Bearer error="x'??Set-Cookie: a=b????', max_age='9/???", error_description="x'??Set-Cookie: a=b????', max_age='9/???"`,
    );
    assert.deepEqual(parseChallenges(formatChallenge(bearer({ realm: evil }))), [
      bearer({ realm: 'x"??Set-Cookie: a=b????", max_age="9\\???' }),
    ]);
  });

  it('refuses to write a demand that cannot be written', () => {
    const refused = (challenge: Partial<StepUpChallenge>, parameter: string): void =>
      assert.throws(() => formatChallenge(bearer(challenge)), {
        name: 'TypeError',
        message: new RegExp(`\\b${parameter}\\b`),
      });
    for (const token of ['', 'a b', 'a"b', 'a\\b', 'a\nb', 'é']) {
      refused({ scope: ['ok', token] }, 'scope');
      refused({ acrValues: [token] }, 'acr_values');
      refused({ algs: [token] }, 'algs');
      if (token) refused({ resourceMetadata: token }, 'resource_metadata');
    }
    for (const maxAgeSeconds of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9]) {
      refused({ maxAgeSeconds }, 'max_age');
    }
    assert.equal(formatChallenge(bearer({ maxAgeSeconds: 999_999_999 })), 'Bearer max_age="999999999"');
  });
});

describe('the challenge that can be answered', () => {
  it('is the first that asks for authentication, else the first that asks for scopes', () => {
    const authentication = 'Bearer error="insufficient_user_authentication", acr_values="mfa"';
    const scope = 'Bearer error="insufficient_scope", scope="transfer:funds"';
    assert.deepEqual(stepUpChallengeOf(authentication), {
      scheme: 'Bearer',
      error: 'insufficient_user_authentication',
      acrValues: ['mfa'],
      kind: 'authentication',
    });
    assert.equal(stepUpChallengeOf(`Basic realm="x", ${scope}`)?.kind, 'scope');
    assert.equal(stepUpChallengeOf(`${scope}, ${authentication}`)?.kind, 'authentication');
  });

  it('is none where a new authorization would not help', () => {
    for (const header of [null, '', 'Bearer', 'Bearer error="invalid_token"', 'Bearer error="Insufficient_Scope"']) {
      assert.equal(stepUpChallengeOf(header), undefined);
    }
    assert.equal(stepUpChallengeOf('Basic error="insufficient_user_authentication"'), undefined);
  });
});

describe('properties', () => {
  const errorCharacter = fc.constantFrom(...' !#$%&()*+,-./09:;<=>?@AZ[]^_`az{|}~'.split(''));
  const tokenCharacter = fc.constantFrom(..."!#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~".split(''));
  const text = fc.string({ unit: errorCharacter, minLength: 1, maxLength: 20 });
  const token = fc.string({ unit: tokenCharacter, minLength: 1, maxLength: 12 });
  const tokens = fc.array(token, { minLength: 1, maxLength: 4 });
  const challenge: fc.Arbitrary<StepUpChallenge> = fc.record(
    {
      scheme: fc.constantFrom('Bearer' as const, 'DPoP' as const),
      error: text,
      errorDescription: text,
      scope: tokens,
      acrValues: tokens,
      maxAgeSeconds: fc.nat(999_999_999),
      resourceMetadata: token,
      realm: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
      algs: tokens,
    },
    { requiredKeys: ['scheme'], noNullPrototype: true },
  );

  it('what is written is read again, alone and among others', () => {
    fc.assert(
      fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (challenges) => {
        const header = challenges.map(formatChallenge).join(', ');
        assert.deepEqual(parseChallenges(header), challenges);
      }),
      { numRuns: 3000 },
    );
  });

  it('whatever the text, one line of printable ASCII is written, and one challenge is read from it', () => {
    const any = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(any, any, any, (realm, error, errorDescription) => {
        const header = formatChallenge(bearer({ realm, error, errorDescription, maxAgeSeconds: 7 }));
        assert.match(header, /^[\x20-\x7e]*$/);
        assert.equal(parseChallenges(header).length, 1);
        assert.equal(parseChallenges(header)[0]?.maxAgeSeconds, 7);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever comes in, and reads nothing that it could not write', () => {
    const piece = fc.constantFrom(
      'Bearer',
      'DPoP',
      'Basic',
      ' ',
      '=',
      '"',
      '\\',
      ',',
      'error',
      'max_age',
      'scope',
      '9',
      '\t',
      'é',
    );
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(noise, (header) => {
        stepUpChallengeOf(header);
        for (const read of parseChallenges(header)) assert.doesNotThrow(() => formatChallenge(read));
      }),
      { numRuns: 5000 },
    );
  });
});
