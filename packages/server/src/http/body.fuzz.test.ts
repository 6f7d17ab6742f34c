import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { formOrJsonParameters, formParameters, jsonBody, queryParameters } from './body.ts';

const MOST = 65_536;

const pairs = fc.array(fc.tuple(nearly(fc.constantFrom('client_id', 'scope')), nearly(fc.constant('openid'))), {
  maxLength: 4,
});
/** A byte order mark in front is taken away by whoever decodes the body, once or twice. */
const isPlain = (text: string): boolean => !text.startsWith('\ufeff');
const form = nearly(pairs.map((all) => new URLSearchParams(all).toString())).filter(isPlain);

const TYPES = [
  'application/x-www-form-urlencoded',
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  '',
];
const type = nearly(fc.constantFrom(...TYPES, 'Application/X-WWW-Form-Urlencoded ; charset=utf-8')).filter((value) =>
  /^[\t -~\x80-\xff]*$/.test(value),
);

const request = (body: string, contentType: string): Request =>
  new Request('https://login.example/', { method: 'POST', body, headers: { 'content-type': contentType } });

const asMap = (sent: URLSearchParams): ReadonlyMap<string, readonly string[]> =>
  new Map([...new Set(sent.keys())].map((name) => [name, sent.getAll(name)]));

it('a form is what URLSearchParams says that it is', async () => {
  await fuzzAsync(
    fc.asyncProperty(form, async (body) => {
      const read = await formParameters(request(body, 'application/x-www-form-urlencoded'));
      // A body is UTF-8: what is none of it has been replaced before anybody reads the parameters.
      assert.deepEqual(read.ok && read.value, asMap(new URLSearchParams(body.toWellFormed())));
    }),
    4_000,
  );
});

it('a query is what URLSearchParams says that it is', () => {
  fuzz(
    fc.property(form, (query) => {
      const { href, searchParams } = new URL(`https://login.example/?${query}`);
      assert.deepEqual(queryParameters(new Request(href)), asMap(searchParams));
    }),
  );
});

it('JSON is a flat object of texts, or refused', async () => {
  const json = nearly(fc.oneof(fc.dictionary(garbage, garbage), anyJson).map((value) => JSON.stringify(value))).filter(
    isPlain,
  );
  await fuzzAsync(
    fc.asyncProperty(json, async (body) => {
      const read = await formOrJsonParameters(request(body, 'application/json'));
      if (!read.ok) {
        assert.equal(read.error.code, 'invalid_request');
        return;
      }
      const value: unknown = JSON.parse(body.toWellFormed());
      assert.deepEqual(
        read.value,
        new Map(Object.entries({ ...(value as object) }).map(([name, one]) => [name, [one]])),
      );
    }),
    7_000,
  );
});

it('a body of any type is read or refused, never a failure', async () => {
  await fuzzAsync(
    fc.asyncProperty(fc.oneof(form, garbage), type, async (body, contentType) => {
      for (const read of [
        await formParameters(request(body, contentType)),
        await formOrJsonParameters(request(body, contentType)),
      ]) {
        assert.ok(read.ok || read.error.code === 'invalid_request');
      }
    }),
    3_000,
  );
});

/** A body in pieces, which tells how many of them were asked for. */
const inPieces = (
  pieces: readonly Uint8Array[],
  breaksOff: boolean,
): { readonly request: Request; readonly asked: () => number } => {
  let asked = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = pieces[asked];
        asked += 1;
        if (piece) controller.enqueue(piece);
        else if (breaksOff) controller.error(new Error('aborted'));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' };
  return {
    request: new Request(
      'https://login.example/',
      Object.assign({ method: 'POST', body, headers }, { duplex: 'half' }),
    ),
    asked: () => asked,
  };
};

it('a body in pieces is given up as soon as it is too large, and refused when it breaks off', async () => {
  const piece = fc
    .oneof(fc.nat(40_000), fc.constantFrom(0, 1, MOST - 1, MOST, MOST + 1))
    .map((size) => new Uint8Array(size).fill(97));
  await fuzzAsync(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), async (pieces, breaksOff) => {
      const sent = inPieces(pieces, breaksOff);
      const read = await formParameters(sent.request);
      let [size, fits] = [0, 0];
      for (const { length } of pieces) {
        size += length;
        if (size <= MOST) fits += 1;
      }
      assert.equal(read.ok, size <= MOST && !breaksOff);
      assert.ok(sent.asked() <= fits + 1, `${sent.asked()} pieces were read and ${fits} fit`);
      if (!read.ok) assert.equal(read.error.reason, size > MOST ? 'body_too_large' : 'body_broken_off');
    }),
    3_000,
  );
});

it('a JSON body is an object whatever is sent, or refused in words of ours', async () => {
  const text = fc.oneof(
    fc.json(),
    fc.constantFrom('{}', '{"a":1}', '[]', 'null', '"text"', '{"__proto__":{"a":1}}', '{"a":'),
    fc.string(),
  );
  const type = fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', '');
  await fuzzAsync(
    fc.asyncProperty(text, type, async (body, contentType) => {
      const headers = { 'content-type': contentType };
      const read = await jsonBody(new Request('https://login.example/', { method: 'POST', body, headers }));
      if (read.ok) assert.ok(typeof read.value === 'object' && !Array.isArray(read.value));
      else assert.match(read.error.reason, /^(?:content_type|json_malformed)$/);
      if (!contentType.startsWith('application/json')) assert.equal(read.ok, false);
    }),
    3_000,
  );
});
