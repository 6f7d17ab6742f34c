/** Addresses that are nearly those of the server, and addresses that are none. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { newMarker } from './attacks.ts';
import { scenarios } from './scenarios.ts';
import { faultsOf } from './verdict.ts';
import type { Answer } from './wire.ts';
import { bytesOf, converse } from './wire.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

const ask = async (target: string, version?: string): Promise<Answer | undefined> => {
  const headers = [['Connection', 'close']] as const;
  const [answer] = await converse(
    world.port,
    bytesOf({ method: 'GET', target, headers, ...(version !== undefined && { version }) }),
  );
  return answer;
};

/** Spellings of a path that a router, a proxy or a file system may take for it, or for something else. */
const NEARLY: Readonly<Record<string, (path: string, marker: string) => string>> = {
  'a slash behind it': (path) => `${path}/`,
  'two slashes before it': (path) => `/${path}`,
  'in capitals': (path) => path.toUpperCase(),
  'a letter encoded': (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  'a slash encoded': (path) => path.replace(/^\/(.)/, '%2f$1'),
  'encoded twice': (path) => path.replace(/[a-z]/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
  'a parameter of the path': (path, marker) => `${path};jsessionid=${marker}`,
  'a step that goes nowhere': (path) => `/.${path}`,
  'a step back': (path) => `/x/..${path}`,
  'a step back, encoded': (path) => `/x/%2e%2e${path}`,
  'a step back as some servers read it': (path) => `/..;${path}`,
  'a step back behind it': (path) => `${path}/..`,
  'far back': (path) => `/../../../..${path}`,
  'a backslash': (path) => `\\${path}`,
  'a NUL': (path) => `${path}%00`,
  'a line break': (path, marker) => `${path}%0d%0aX-Injected:%20${marker}`,
  'a question mark, encoded': (path) => `${path}%3fa=b`,
  'two question marks': (path, marker) => `${path}??${marker}?`,
  'a fragment': (path, marker) => `${path}#${marker}`,
  'an ending': (path) => `${path}.json`,
  'a tag': (path, marker) => `${path}<img%20src=x%20onerror=${marker}>`,
  'a dot': (path) => `${path}.`,
  'an overlong dot': (path) => `${path}/%c0%ae%c0%ae/`,
  'no percent-encoding': (path) => `${path}%zz%`,
  'the prototype': (path) => `${path}/__proto__/constructor`,
  'a whole address': (path) => `http://localhost${path}`,
  'a whole address elsewhere': (path, marker) => `https://${marker}.example${path}`,
  'a whole address with a name and a password': (path, marker) => `http://${marker}:x@evil.example${path}`,
};

/** What is no address of any server. */
const NONE = [
  '*',
  '',
  '?',
  '#',
  'authorize',
  '..',
  '//',
  '///',
  '//evil.example/authorize',
  '//evil.example\\@localhost/authorize',
  'http://',
  'http:///authorize',
  'http://[/authorize',
  'http://a b/authorize',
  'http://evil.example:99999/',
  'ftp://localhost/authorize',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '/\x80\xff',
  '/caf\xe9',
  '/%',
  '/%ff%fe',
  `/${'a'.repeat(15_000)}`,
  `/${'a/'.repeat(7_000)}`,
  `/${'../'.repeat(4_000)}`,
  `/${'%2e%2e/'.repeat(2_000)}`,
  `/assets/${'../'.repeat(10)}etc/passwd`,
  '/assets/..%2f..%2fpackage.json',
  '/assets/__proto__',
  '/assets/accent-__proto__.css',
  '/assets/accent-00000g.css',
  '/assets/',
  '/assets',
  '/.well-known/',
  '/.well-known/openid-configuration/x',
  '/.git/config',
  '/.env',
  '/metrics',
  '/server-status',
];

const paths = [...new Set(scenarios.map(({ path }) => path))].filter((path) => path !== '/');

describe('an address that is nearly one of ours', () => {
  for (const [what, spell] of Object.entries(NEARLY)) {
    it(`${what}: is answered with a page, a refusal, or as what it means`, async () => {
      const wrong: string[] = [];
      for (const path of paths) {
        const marker = newMarker();
        const answer = await ask(spell(path, marker));
        const faults = answer === undefined ? ['no answer'] : faultsOf(answer, { marker });
        if (faults.length > 0) wrong.push(`${spell(path, marker)}: ${faults.join('; ')} (${answer?.status})`);
      }
      assert.deepEqual(wrong, []);
    });
  }
});

it('an address that is none is refused', async () => {
  const wrong: string[] = [];
  for (const target of NONE) {
    const answer = await ask(target);
    const faults = answer === undefined ? ['no answer'] : faultsOf(answer);
    const isFront = answer?.status === 200 && answer.body.includes('<!doctype html>');
    if (faults.length > 0) wrong.push(`${target.slice(0, 80)}: ${faults.join('; ')} (${answer?.status})`);
    else if (!isFront && ![400, 404, 405, 431].includes(answer?.status ?? 0)) {
      wrong.push(`${target.slice(0, 80)}: ${answer?.status}`);
    }
  }
  assert.deepEqual(wrong, []);
});

it('no answer sends anybody to a host of the request', async () => {
  for (const target of ['//evil.example/login', 'https://evil.example/', '/\\evil.example', '/%5cevil.example']) {
    const answer = await ask(target);
    assert.equal(answer?.headers.has('location'), false, target);
  }
});

it('HTTP/1.0, with a host and without one, is answered like HTTP/1.1; other versions are not', async () => {
  for (const path of ['/', '/authorize', '/healthz', '/.well-known/openid-configuration']) {
    const usual = await ask(path);
    const old = await ask(path, 'HTTP/1.0');
    const [bare] = await converse(
      world.port,
      bytesOf({ method: 'GET', target: path, version: 'HTTP/1.0', bare: true }),
    );
    assert.deepEqual([old?.status, bare?.status], [usual?.status, usual?.status], path);
    assert.deepEqual(
      [old, bare].flatMap((answer) => (answer ? faultsOf(answer) : ['no answer'])),
      [],
    );
  }
  for (const version of ['HTTP/9.9', 'HTTP/1', 'http/1.1', 'ICY/1.1', '']) {
    const answer = await ask('/', version);
    assert.ok(answer === undefined || answer.status === 400 || answer.status === 505, `${version}: ${answer?.status}`);
  }
});

it('none of it was a failure of the server', () => {
  assert.deepEqual(world.failures(), []);
});
