/** What is global in the sandbox does what it does in Node, compared with Node itself. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import type { HostAnswer, Json } from '../call.ts';
import { openTrial } from './testing/trial.ts';

const trial = openTrial();

/** The same expression here and there. */
const sameAsNode = (expression: string, globals: object): void => {
  it(expression, async () => {
    const expected: unknown = runInNewContext(`JSON.stringify(${expression})`, globals);
    const [given] = await trial.said(`api.say(JSON.stringify(${expression}) ?? null)`);
    assert.equal(given, expected ?? null);
  });
};

describe('URL', () => {
  for (const expression of [
    "new URL('HTTPS://user:pa%20ss@EXAMPLE.com:443/a/../b?x=1#h').href",
    "[...new URL('https://a.example/?b=1&b=2&c=%20+').searchParams]",
    "(() => { const u = new URL('/p?q=1', 'https://a.example'); u.searchParams.append('ü', 'a b'); u.hash = 'x'; u.port = '81'; return [u, u.search, u.origin]; })()",
    "(() => { const u = new URL('https://a.example/?q=1'); u.search = '?z=2'; return [u.searchParams.get('z'), u.searchParams.has('q')]; })()",
    "new URL('https://0x7f.1/').hostname",
    "[URL.canParse('nonsense'), URL.canParse('a', 'https://b')]",
    "new URLSearchParams({ a: '1', b: 'ä&=' }).toString()",
    "(() => { const p = new URLSearchParams('b=2&a=1&b=3'); p.sort(); p.set('b', '9'); p.delete('a'); return [p.toString(), p.size, p.getAll('b')]; })()",
    "(() => { try { new URL('nonsense'); } catch (error) { return [error.name, error.message]; } })()",
  ]) {
    sameAsNode(expression, { URL, URLSearchParams });
  }
});

describe('text', () => {
  for (const expression of [
    "[...new TextEncoder().encode('aé€😀\\ud800')]",
    'new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff, 0xe2, 0x82, 0xac, 0]))',
    "new TextDecoder('utf-16le').decode(new Uint8Array([0x61, 0, 0xac, 0x20]))",
    "(() => { try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])); } catch (error) { return error.name; } })()",
    "(() => { try { new TextDecoder('no-such'); } catch (error) { return error.name; } })()",
    "[btoa('a\\u00ff\\0'), atob(' YQ = = '), atob('YWI')]",
    "(() => { try { return atob('a'); } catch (error) { return error.name; } })()",
    "(() => { try { return btoa('€'); } catch (error) { return error.name; } })()",
  ]) {
    sameAsNode(expression, { TextEncoder, TextDecoder, btoa, atob });
  }
});

describe('Buffer', () => {
  for (const expression of [
    "Buffer.from('aé€').toString('hex')",
    "Buffer.from('YWI-_w', 'base64url').toString('base64')",
    "Buffer.from('00ff10', 'hex')",
    "Buffer.concat([Buffer.from('a'), Buffer.from([1, 2])]).toString('latin1')",
    "[Buffer.byteLength('€'), Buffer.isBuffer(Buffer.alloc(1)), Buffer.isBuffer(new Uint8Array(1)), Buffer.compare(Buffer.from('a'), Buffer.from('b'))]",
    "(() => { const b = Buffer.alloc(8); b.writeUInt32BE(0xdeadbeef, 0); b.writeInt16LE(-2, 4); return [b.toString('hex'), b.readUInt32BE(0), b.readInt16LE(4)]; })()",
    "(() => { const b = Buffer.from('abcdef'); b.slice(1, 3)[0] = 0x7a; return [b.toString(), b.subarray(2).toString('utf8', 1, 3), b.indexOf('cd'), b.includes('zz')]; })()",
    "Buffer.from(JSON.parse(JSON.stringify(Buffer.from('x')))).equals(Buffer.from('x'))",
    "Buffer.alloc(5, 'ab').toString()",
  ]) {
    sameAsNode(expression, { Buffer });
  }
});

describe('structuredClone', () => {
  for (const expression of [
    'structuredClone({ a: [1, { b: new Date(5) }], c: null, d: undefined, e: NaN })',
    '[...structuredClone(new Map([[{ k: 1 }, new Set([1])]]))].map(([k, v]) => [k, [...v]])',
    '(() => { const a = { n: 1 }; a.self = a; const b = structuredClone(a); return [b.self === b, b !== a, b.n]; })()',
    '[...structuredClone(new Uint8Array([1, 2]))]',
    '(() => { try { structuredClone(() => 1); } catch (error) { return error.name; } })()',
    "structuredClone(new RangeError('r')).message",
  ]) {
    sameAsNode(expression, { structuredClone, Uint8Array, Date, Map, Set, RangeError });
  }
});

describe('crypto', () => {
  it('digests and signs as Node does, in the way of the web and in that of Node', async () => {
    const [web, node, signature, verified, hmac, md5] = await trial.said(`
      const hex = (buffer) => Buffer.from(buffer).toString('hex');
      const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
      const data = new TextEncoder().encode('data');
      const signature = await crypto.subtle.sign('HMAC', key, data);
      const { createHash, createHmac } = require('node:crypto');
      api.say(
        hex(await crypto.subtle.digest('SHA-512', data)),
        createHash('sha1').update('da').update('ta').digest('base64'),
        hex(signature),
        [await crypto.subtle.verify('HMAC', key, signature, data), await crypto.subtle.verify('HMAC', key, signature, new Uint8Array(4))],
        createHmac('sha256', Buffer.from('key')).update('data').digest('hex'),
        createHash('md5').update('data').digest().toString('hex'),
      );`);
    assert.equal(web, createHash('sha512').update('data').digest('hex'));
    assert.equal(node, createHash('sha1').update('data').digest('base64'));
    assert.equal(signature, createHmac('sha256', 'key').update('data').digest('hex'));
    assert.deepEqual(verified, [true, false]);
    assert.equal(hmac, signature);
    assert.equal(md5, createHash('md5').update('data').digest('hex'));
  });

  it('compares in constant time, gives random values in their form, and says what it has not', async () => {
    const [equal, uuid, bytes, integer, error, missing] = await trial.said(`
      const crypto2 = require('crypto');
      const thrown = (call) => { try { call(); } catch (error) { return error.name; } };
      api.say(
        [crypto2.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), crypto2.timingSafeEqual(Buffer.from('a'), Buffer.from('b'))],
        crypto2.randomUUID(), crypto2.randomBytes(8).length, crypto2.randomInt(5) < 5,
        thrown(() => crypto2.timingSafeEqual(Buffer.from('a'), Buffer.from('ab'))),
        thrown(() => crypto.subtle.encrypt({}, 1, 2)),
      );`);
    assert.deepEqual(equal, [true, false]);
    assert.match(JSON.stringify(uuid), /^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$/);
    assert.deepEqual([bytes, integer, error, missing], [8, true, 'RangeError', 'Unsupported']);
  });
});

describe('fetch', () => {
  const echo = (given: Json) => (): Promise<HostAnswer> => Promise.resolve({ answer: given });
  const good = {
    status: 200,
    statusText: 'OK',
    headers: [['content-type', 'application/json']],
    url: 'https://api.example.com/x',
    redirected: false,
    text: '{"a":[1]}',
  };

  it('asks with method, headers and body, as they are written in different ways', async () => {
    const asked: Json[] = [];
    const code = `
      await fetch('https://api.example.com/a#frag');
      await fetch(new URL('https://api.example.com/b'), { method: 'post', headers: { 'X-One': ' 1 ' }, body: JSON.stringify({ a: 1 }) });
      await fetch(new Request('https://api.example.com/c', { method: 'PUT', headers: [['x-a', '1'], ['X-A', '2']], body: new URLSearchParams({ q: 'ä' }), redirect: 'manual' }));
      await fetch('https://api.example.com/d', { method: 'POST', headers: new Headers({ a: 'b' }), body: new Uint8Array([0, 255]) });`;
    const ask = async (question: { readonly ask: string; readonly request?: Json }): Promise<HostAnswer> => {
      asked.push(question.request ?? null);
      return { answer: good };
    };
    await trial.said(code, { ask });
    assert.deepEqual(asked, [
      { url: 'https://api.example.com/a#frag', method: 'GET', headers: [], redirect: 'follow' },
      {
        url: 'https://api.example.com/b',
        method: 'POST',
        headers: [
          ['content-type', 'text/plain;charset=UTF-8'],
          ['x-one', '1'],
        ],
        redirect: 'follow',
        text: '{"a":1}',
      },
      {
        url: 'https://api.example.com/c',
        method: 'PUT',
        headers: [
          ['content-type', 'application/x-www-form-urlencoded;charset=UTF-8'],
          ['x-a', '1, 2'],
        ],
        redirect: 'manual',
        text: 'q=%C3%A4',
      },
      { url: 'https://api.example.com/d', method: 'POST', headers: [['a', 'b']], redirect: 'follow', base64: 'AP8=' },
    ]);
  });

  it('answers with all that code reads of an answer', async () => {
    const code = `
      const r = await fetch('https://api.example.com/x');
      const copy = r.clone();
      const twice = await r.json().then(() => r.text()).catch((error) => error.name);
      api.say([r.ok, r.status, r.statusText, r.url, r.redirected, r.headers.get('Content-Type'), r.bodyUsed], await copy.json(), twice);`;
    assert.deepEqual(await trial.said(code, { ask: echo(good) }), [
      [true, 200, 'OK', 'https://api.example.com/x', false, 'application/json', true],
      { a: [1] },
      'TypeError',
    ]);
    const { text: _, ...head } = good;
    const bytes = "const r = await fetch('https://a.example'); api.say([...new Uint8Array(await r.arrayBuffer())])";
    assert.deepEqual(await trial.said(bytes, { ask: echo({ ...head, base64: 'AP8=' }) }), [[0, 255]]);
    const missing = "const r = await fetch('https://a.example'); api.say(r.ok, await r.text())";
    assert.deepEqual(await trial.said(missing, { ask: echo({ ...head, status: 404 }) }), [false, '']);
  });

  it('fails as in Node, and says why', async () => {
    const code = "await fetch('https://a.example').catch((error) => api.say(error.name, error.message))";
    const failed = await trial.said(code, { ask: echo({ error: { message: 'the host is closed' } }) });
    assert.deepEqual(failed, ['TypeError', 'fetch failed: the host is closed']);
    const refused = `
      const name = (promise) => promise.then(() => 'fine', (error) => error.name);
      const controller = new AbortController();
      controller.abort();
      api.say(
        await name(fetch('nonsense')),
        await name(fetch('https://a.example', { method: 'GET', body: 'x' })),
        await name(fetch('https://a.example', { headers: { 'a b': 'c' } })),
        await name(fetch('https://a.example', { headers: { a: 'b\\nc' } })),
        await name(fetch('https://a.example', { signal: controller.signal })),
        await name(fetch('https://a.example', { method: 'CONNECT' })),
        await name(fetch('https://a.example', { method: 'POST', body: { not: 'text' } })),
      );`;
    const names = ['TypeError', 'TypeError', 'TypeError', 'TypeError', 'AbortError', 'Unsupported', 'Unsupported'];
    assert.deepEqual(await trial.said(refused), names);
  });
});

describe('the rest', () => {
  it('console formats like Node', async () => {
    const values =
      "['a', 1, -0, 5n, null, undefined, true, { a: { b: { c: { d: 1 } } } }, [1, [2]], new Map([['k', { v: 1 }]]), new Set([1]), function named() {}, /x/g, Symbol('s'), new Date(0), [new Uint8Array(2)], Object.create(null)]";
    const list: unknown = runInNewContext(values);
    assert.ok(Array.isArray(list));
    const outcome = await trial.body(`for (const value of ${values}) console.log([value])`);
    const expected = Array.from(list, (value) => inspect([value]));
    assert.deepEqual(
      outcome.console.map(({ text }) => text),
      expected,
    );
    const marks = await trial.body(
      "console.log('%s is %d years, %j %% %o', 'Robin', '42', { a: 1 }, [1], 'rest', { b: 2 })",
    );
    assert.equal(marks.console[0]?.text, 'Robin is 42 years, {"a":1} % [ 1 ] rest { b: 2 }');
  });

  it('util, querystring and url of Node', async () => {
    const said = await trial.said(`
      const { promisify, format, isDeepStrictEqual, inspect } = require('util');
      const delayed = promisify((value, done) => setTimeout(() => done(null, value), 1));
      const { parse, stringify } = require('querystring');
      api.say(await delayed(3), format('%s!', 'a'), isDeepStrictEqual({ a: [1, new Date(1)] }, { a: [1, new Date(1)] }), isDeepStrictEqual([1], [2]),
        parse('a=1&b=2&a=3'), stringify({ a: [1, 2] }), require('url').parse('https://a.example/p?q=1', true).query);`);
    assert.deepEqual(said, [3, 'a!', true, false, { a: ['1', '3'], b: '2' }, 'a=1&a=2', { q: '1' }]);
  });

  it('dates are in UTC, wherever the server is', async () => {
    const said = await trial.said(
      'api.say(new Date(2026, 6, 1, 12).toISOString(), new Date(0).getHours(), String(new Date(0)))',
    );
    assert.deepEqual(said, ['2026-07-01T12:00:00.000Z', 0, 'Thu Jan 01 1970 00:00:00 GMT+0000']);
  });

  it('timers, in the order of their times', async () => {
    const said = await trial.said(`
      const seen = [];
      const never = setTimeout(() => seen.push('never'), 1);
      clearTimeout(never);
      setTimeout((value) => seen.push(value), 6, 'six');
      setTimeout(() => seen.push('two'), 2).unref();
      setImmediate(() => seen.push('now'));
      queueMicrotask(() => seen.push('microtask'));
      process.nextTick(() => seen.push('tick'));
      let count = 0;
      await new Promise((resolve) => { const every = setInterval(() => { if (++count === 3) { clearInterval(every); resolve(); } }, 3); });
      api.say(...seen, count);`);
    assert.deepEqual(said, ['microtask', 'tick', 'now', 'two', 'six', 3]);
  });

  it('AbortSignal.any, listeners and reasons', async () => {
    const said = await trial.said(`
      const one = new AbortController();
      const any = AbortSignal.any([one.signal, AbortSignal.timeout(1000)]);
      let heard = 0;
      any.addEventListener('abort', () => { heard += 1; });
      one.abort(new Error('why'));
      one.abort(new Error('again'));
      let thrown; try { any.throwIfAborted(); } catch (error) { thrown = error.message; }
      api.say(any.aborted, heard, thrown);`);
    assert.deepEqual(said, [true, 1, 'why']);
  });
});
