/** Every method on every route. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { newMarker } from './attacks.ts';
import { scenarios } from './scenarios.ts';
import { faultsOf } from './verdict.ts';
import type { Answer } from './wire.ts';
import { bytesOf, converse } from './wire.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

const METHODS =
  'GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT PROPFIND MKCOL LOCK PURGE QUERY SEARCH M-SEARCH LINK'.split(
    ' ',
  );

/** What HTTP has no such method for, or writes otherwise; Node refuses them before anything of ours sees them. */
const NO_METHODS = ['get', 'Post', 'BREW', 'TRACK', 'GET\t', '', 'G\0T', 'P'.repeat(5000)];

const ALLOWED_TO_SCRIPTS = new Set(['/oauth/token', '/oauth/revoke', '/userinfo']);

const isAllowedToScripts = (path: string): boolean => ALLOWED_TO_SCRIPTS.has(path) || path.startsWith('/me/');

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

/** One request on a connection of its own: a server hangs up after some of these. */
const ask = async (method: string, path: string, marker: string): Promise<Answer | undefined> => {
  const headers = [
    ['Connection', 'close'],
    ['Origin', `https://evil.example/${marker}`],
    ['X-Marker', marker],
    ['Cookie', `stile_session=${marker}`],
    ['Authorization', `Bearer ${marker}`],
  ] as const;
  const [answer] = await converse(world.port, bytesOf({ method, target: path, headers }), {
    isHead: method === 'HEAD',
  });
  return answer;
};

const paths = [...new Set(scenarios.map(({ path }) => path)), '/nothing/here', '/oauth/nothing'];

for (const path of paths) {
  describe(path, () => {
    const allowed = new Set(scenarios.filter((scenario) => scenario.path === path).map(({ method }) => method));

    it('answers its own methods and refuses all others', async () => {
      const wrong: string[] = [];
      for (const method of METHODS) {
        const marker = newMarker();
        const answer = await ask(method, path, marker);
        // A CONNECT is for proxies: Node hangs up.
        if (answer === undefined && method === 'CONNECT') continue;
        const found =
          answer === undefined ? ['no answer'] : [...faultsOf(answer, { marker, isHead: method === 'HEAD' })];
        const isAllowed = method === 'HEAD' ? allowed.has('GET') : [...allowed].some((own) => own === method);
        if (allowed.size > 0 && !isAllowed && method !== 'OPTIONS' && answer?.status !== 405) found.push('not 405');
        if (allowed.size === 0 && answer?.status !== 404) found.push('not 404');
        if (isAllowed && answer?.status === 405) found.push('405');
        if (answer?.status === 405 && !answer.headers.has('allow')) found.push('405 without Allow');
        if (found.length > 0) wrong.push(`${method}: ${found.join('; ')} (${answer?.status})`);
      }
      assert.deepEqual(wrong, []);
    });

    it('does not take for a method what is none', async () => {
      for (const method of NO_METHODS) {
        const answer = await ask(method, path, newMarker());
        assert.ok(answer === undefined || (answer.status === 400 && answer.body === ''), `${method}: ${answer?.head}`);
      }
    });
  });
}

it('a preflight opens nothing to an origin that nobody registered', async () => {
  for (const path of paths) {
    const answer = await ask('OPTIONS', path, newMarker());
    const origin = answer?.headers.get('access-control-allow-origin')?.[0];
    assert.ok(origin === undefined || (origin === '*' && !isAllowedToScripts(path)), `${path}: ${origin}`);
    assert.equal(answer?.headers.has('access-control-allow-credentials'), false);
  }
});

it('HEAD says what GET says, without a body', async () => {
  for (const { path } of scenarios.filter(({ method }) => method === 'GET')) {
    const [got, headed] = [await ask('GET', path, 'x'), await ask('HEAD', path, 'x')];
    assert.equal(headed?.status, got?.status, path);
    assert.equal(headed?.headers.get('content-type')?.[0], got?.headers.get('content-type')?.[0], path);
    assert.equal(headed?.body, '');
  }
});

it('none of it was a failure of the server', () => {
  assert.deepEqual(world.failures(), []);
});
