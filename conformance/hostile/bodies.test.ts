/** Bodies that are not what they say, say nothing, or are something else: on every endpoint that takes one. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { jsonAttacks, newMarker } from './attacks.ts';
import type { Scenario } from './scenarios.ts';
import { scenarios } from './scenarios.ts';
import { encoded, requestOf, URLENCODED } from './sending.ts';
import { faultsOf } from './verdict.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

interface Spoilt {
  readonly type?: string;
  readonly body: string | Buffer;
  readonly headers?: readonly (readonly [string, string])[];
}

type Fields = Readonly<Record<string, string>>;

const boundary = 'a-boundary';

const multipart = (fields: Fields): string =>
  `${Object.entries(fields)
    .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')}--${boundary}--\r\n`;

const withMark = (fields: Fields, marker: string): string => `${encoded(fields)}&x=${marker}`;

/** A good body, as somebody would send it who does not mean well or does not know better. */
const BODIES: Readonly<Record<string, (fields: Fields, marker: string) => Spoilt>> = {
  'no body': () => ({ body: '' }),
  'no content type': (fields, marker) => ({ body: withMark(fields, marker), type: '' }),
  'text/plain': (fields, marker) => ({ body: withMark(fields, marker), type: 'text/plain' }),
  'text/plain with a form type as its parameter': (fields, marker) => ({
    body: withMark(fields, marker),
    type: `text/plain; ${URLENCODED}`,
  }),
  multipart: (fields) => ({ body: multipart(fields), type: `multipart/form-data; boundary=${boundary}` }),
  'multipart without an end': (_fields, marker) => ({
    body: `--${boundary}\r\n${marker}`,
    type: 'multipart/form-data',
  }),
  XML: (_fields, marker) => ({
    body: `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;${marker}</a>`,
    type: 'application/xml',
  }),
  'a type in capitals': (fields, marker) => ({ body: withMark(fields, marker), type: URLENCODED.toUpperCase() }),
  'a charset': (fields, marker) => ({ body: withMark(fields, marker), type: `${URLENCODED}; charset=UTF-8` }),
  'a charset that is none': (fields, marker) => ({ body: withMark(fields, marker), type: `${URLENCODED};charset=` }),
  'two types': (fields, marker) => ({
    body: withMark(fields, marker),
    headers: [['Content-Type', 'application/json']],
  }),
  'UTF-16': (fields) => ({ body: Buffer.from(encoded(fields), 'utf16le'), type: `${URLENCODED}; charset=utf-16` }),
  'a byte order mark': (fields) => ({
    body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(encoded(fields))]),
  }),
  'bytes of latin-1': (fields) => ({ body: Buffer.from(`${encoded(fields)}&x=\xe9\xff\xfe`, 'latin1') }),
  'every byte': (fields) => ({
    body: Buffer.concat([Buffer.from(`${encoded(fields)}&x=`), Buffer.from(Array.from({ length: 256 }, (_, i) => i))]),
  }),
  gzip: (fields) => ({ body: gzipSync(encoded(fields)), headers: [['Content-Encoding', 'gzip']] }),
  'gzip that only says so': (fields, marker) => ({
    body: withMark(fields, marker),
    headers: [['Content-Encoding', 'gzip']],
  }),
  'a megabyte that is small when packed': () => ({
    body: gzipSync(Buffer.alloc(1_048_576)),
    headers: [['Content-Encoding', 'gzip']],
  }),
  '64 KB': (fields, marker) => ({ body: `${encoded(fields)}&x=${marker.padEnd(65_536, 'a')}` }),
  '2 MB': (fields, marker) => ({ body: `${encoded(fields)}&x=${marker.padEnd(2_097_152, 'a')}` }),
  'ten thousand parameters': (fields) => ({ body: `${encoded(fields)}${'&a=1'.repeat(10_000)}` }),
  'nothing but ampersands': () => ({ body: '&'.repeat(60_000) }),
  'nothing but percent signs': () => ({ body: '%'.repeat(60_000) }),
  'names of the prototype': (fields, marker) => ({
    body: `${encoded(fields)}&__proto__=${marker}&constructor=${marker}&__proto__[a]=${marker}&toString=${marker}`,
  }),
  'a semicolon for an ampersand': (fields) => ({ body: encoded(fields).replaceAll('&', ';') }),
  'JSON that is a list': () => ({ body: '[]', type: 'application/json' }),
  'JSON that is null': () => ({ body: 'null', type: 'application/json' }),
  'JSON that is a text': (_fields, marker) => ({ body: JSON.stringify(marker), type: 'application/json' }),
  'JSON that goes deep': () => ({ body: '['.repeat(60_000), type: 'application/json' }),
  'JSON with a byte order mark': (fields) => ({ body: `\ufeff${JSON.stringify(fields)}`, type: 'application/json' }),
  'JSON in UTF-16': (fields) => ({ body: Buffer.from(JSON.stringify(fields), 'utf16le'), type: 'application/json' }),
  'JSON of another kind': (fields) => ({ body: JSON.stringify(fields), type: 'application/problem+json' }),
  'JSON where a form is due': (fields) => ({ body: JSON.stringify(fields), type: URLENCODED }),
  'a form where JSON is due': (fields) => ({ body: encoded(fields), type: 'application/json' }),
};

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

const faultsAfter = async (
  scenario: Scenario,
  spoil: (fields: Fields, marker: string) => Spoilt,
  more: Fields = {},
): Promise<readonly string[]> => {
  const good = await scenario.good(world);
  const marker = newMarker();
  const answer = await good.visitor.send(requestOf(scenario, good, spoil({ ...good.form, ...more }, marker)));
  return answer === undefined
    ? ['no answer']
    : faultsOf(answer, { marker, mayEcho: scenario.echoes?.includes('*') ?? false });
};

const faults = async (
  scenario: Scenario,
  all: Readonly<Record<string, (fields: Fields, marker: string) => Spoilt>>,
): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const [what, spoil] of Object.entries(all)) {
    const found = await faultsAfter(scenario, spoil);
    if (found.length > 0) wrong.push(`${what}: ${found.join('; ')}`);
  }
  return wrong;
};

for (const scenario of scenarios.filter(({ method }) => method === 'POST')) {
  describe(`${scenario.method} ${scenario.path}: ${scenario.name}`, () => {
    it('takes no harm from any body', async () => {
      assert.deepEqual(await faults(scenario, BODIES), []);
    });

    if (scenario.takesJson) {
      for (const name of scenario.form ?? []) {
        it(`takes no harm from any JSON in the place of ${name}`, async () => {
          const members = Object.entries(jsonAttacks).map(([what, member]) => {
            const spoil = (fields: Fields, marker: string): Spoilt => {
              const rest = Object.entries(fields).filter(([other]) => other !== name);
              const written = rest.map(([other, value]) => `${JSON.stringify(other)}:${JSON.stringify(value)}`);
              const body = `{${[...written, member(name, fields[name] ?? 'x', marker)].join(',')}}`;
              return { body, type: 'application/json' };
            };
            return [what, spoil] as const;
          });
          assert.deepEqual(await faults(scenario, Object.fromEntries(members)), []);
        });
      }
    }
  });
}

it('none of it was a failure of the server', () => {
  assert.deepEqual(world.failures(), []);
});
