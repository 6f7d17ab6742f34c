/** Headers of every shape on every route, while the request itself is good. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { base64, hostileAuthorization, newMarker, tag } from './attacks.ts';
import type { Scenario } from './scenarios.ts';
import { scenarios } from './scenarios.ts';
import { requestOf } from './sending.ts';
import { faultsOf } from './verdict.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

type Headers = readonly (readonly [name: string, value: string])[];

const twice = (name: string, one: string, other: string): Headers => [
  [name, one],
  [name, other],
];

const COOKIE = (marker: string): readonly string[] => [
  '',
  ';',
  ';;;;=;=;',
  `stile_session=${marker}`,
  `stile_session=${'A'.repeat(43)}`,
  `stile_session=${'A'.repeat(43)}; stile_session=${'B'.repeat(43)}`,
  `__Host-stile_session=${'A'.repeat(43)}; stile_browser=${'B'.repeat(43)}; stile_known=${'C'.repeat(43)}`,
  `stile_session="${'A'.repeat(43)}"`,
  `stile_session=${tag(marker)}`,
  `stile_session=${'A'.repeat(42)}\xe9`,
  `stile_browser=${'%41'.repeat(43)}`,
  `__proto__=${marker}; constructor=${marker}`,
  `a=${'b'.repeat(12_000)}`,
  Array.from({ length: 2000 }, (_, i) => `c${i}=1`)
    .join('; ')
    .slice(0, 12_000),
];

const LANGUAGE = (marker: string): readonly string[] => [
  '',
  '*',
  ',,,;;;,',
  'de;q=NaN',
  'de;q=-1, en;q=1e999',
  'de;q=',
  `${tag(marker)}, de`,
  '__proto__, constructor;q=2',
  'de;'.repeat(4000),
  'de,'.repeat(4000),
  'x'.repeat(12_000),
];

const ADDRESSES = (marker: string): readonly string[] => [
  '',
  ',',
  tag(marker),
  '127.0.0.1, ::1',
  '[::1]:80',
  '999.999.999.999',
  '::ffff:192.0.2.1',
  'fe80::1%25eth0',
  '1,'.repeat(6000),
  `192.0.2.1:${'9'.repeat(5000)}`,
  '__proto__',
];

/** Headers that a server may act upon, each with values that nobody means well with. */
const HEADERS: Readonly<Record<string, (marker: string) => readonly Headers[]>> = {
  Authorization: (marker) => [
    ...hostileAuthorization(marker).map((value): Headers => [['Authorization', value]]),
    twice('Authorization', `Bearer ${marker}`, `Basic ${base64('web:x')}`),
  ],
  Cookie: (marker) => [
    ...COOKIE(marker).map((value): Headers => [['Cookie', value]]),
    twice('Cookie', `stile_session=${'A'.repeat(43)}`, `stile_session=${'B'.repeat(43)}`),
  ],
  'Accept-Language': (marker) => LANGUAGE(marker).map((value): Headers => [['Accept-Language', value]]),
  'X-Forwarded-For': (marker) => [
    ...ADDRESSES(marker).map((value): Headers => [['X-Forwarded-For', value]]),
    twice('X-Forwarded-For', '192.0.2.1', tag(marker)),
  ],
  Origin: (marker) =>
    [
      '',
      'null',
      `https://${marker}.example`,
      tag(marker),
      'https://bank.fabrikam.example.evil.example',
      '__proto__',
    ].map((value): Headers => [['Origin', value]]),
  Host: (marker) => [
    ...[
      '',
      `${marker}.example`,
      tag(marker),
      `localhost/${marker}`,
      `localhost?${marker}`,
      `localhost#${marker}`,
      `evil@localhost`,
      `localhost:${marker}`,
      'localhost:99999',
      '[::1',
      '[]',
      'a b',
      '%6cocalhost',
      'ex\xe4mple',
      'a'.repeat(12_000),
    ].map((value): Headers => [['Host', value]]),
    twice('Host', 'localhost', `${marker}.example`),
  ],
  'what proxies tell': (marker) =>
    ['X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-Port', 'X-Forwarded-Prefix', 'Forwarded', 'X-Real-IP'].map(
      (name): Headers => [[name, `${tag(marker)}, https`]],
    ),
  'what asks for another request': (marker) => [
    [['X-HTTP-Method-Override', 'DELETE']],
    [['X-Original-URL', `/${marker}`]],
    [['X-Rewrite-URL', `/${marker}`]],
    [
      ['Upgrade', 'h2c'],
      ['Connection', 'Upgrade, HTTP2-Settings'],
      ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
    ],
    [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Key', marker],
    ],
  ],
  'what asks for another answer': (marker) =>
    (
      [
        ['Range', 'bytes=0-0,-1'],
        ['If-None-Match', `"${marker}", *`],
        ['If-Modified-Since', marker],
        ['If-Match', marker],
        ['Accept', `${tag(marker)};q=9`],
        ['Accept-Encoding', `gzip;q=${marker}`],
        ['TE', 'trailers, chunked'],
        ['Prefer', marker],
        ['Max-Forwards', '0'],
        ['Expect', marker],
        ['Expect', '100-continue'],
        ['Sec-Fetch-Site', tag(marker)],
        ['Referer', tag(marker)],
        ['User-Agent', tag(marker)],
      ] as const
    ).map((header): Headers => [header]),
  'names that are none of ours': (marker) => [
    [
      ['__proto__', marker],
      ['constructor', marker],
      ['hasOwnProperty', marker],
    ],
    Array.from({ length: 1500 }, (_, i) => [`X-${i}`, '1'] as const).slice(0, 900),
    [['X-Big', 'a'.repeat(20_000)]],
    [['X-Folded', `a\r\n ${marker}`]],
    [['X-Control', 'a\x01b']],
    [['X Space', marker]],
    [['X-Empty', '']],
    [['', marker]],
    [['Content-Length ', '0']],
  ],
};

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

/** Sends a good request with these headers in the place of those of the same name. */
const faultsAfter = async (scenario: Scenario, headers: Headers, marker: string): Promise<readonly string[]> => {
  const good = await scenario.good(world);
  const replaced = new Set(headers.map(([name]) => name.toLowerCase()));
  const own = Object.entries(good.headers ?? {}).filter(([name]) => !replaced.has(name.toLowerCase()));
  const answer = await good.visitor.send(
    requestOf(scenario, { ...good, headers: Object.fromEntries(own) }, { headers }),
  );
  return answer === undefined ? ['no answer'] : faultsOf(answer, { marker });
};

/** One scenario for each route: what a header does it does before it matters how far the request has come. */
const routes = [...new Map(scenarios.map((scenario) => [`${scenario.method} ${scenario.path}`, scenario])).values()];

for (const scenario of routes) {
  describe(`${scenario.method} ${scenario.path}`, () => {
    for (const [name, values] of Object.entries(HEADERS)) {
      it(`${name}`, async () => {
        const wrong: string[] = [];
        for (const [index] of values('').entries()) {
          const marker = newMarker();
          const headers = values(marker)[index] ?? [];
          const faults = await faultsAfter(scenario, headers, marker);
          if (faults.length > 0) wrong.push(`${JSON.stringify(headers).slice(0, 120)}: ${faults.join('; ')}`);
        }
        assert.deepEqual(wrong, []);
      });
    }
  });
}

it('none of it was a failure of the server', () => {
  assert.deepEqual(world.failures(), []);
});
