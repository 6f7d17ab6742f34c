/** What a request said is kept and shown on later pages: there it must be text, and no more of it than the page is for. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { hostileTexts, newMarker } from './attacks.ts';
import { faultsOf } from './verdict.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

/** Parameters of an authorization request that may hold any text, and what makes a text of them that leads on to a page. */
const KEPT: Readonly<Record<string, (text: string, page: string) => string>> = {
  state: (text) => text,
  nonce: (text) => text,
  login_hint: (text) => text,
  ui_locales: (text) => text,
  acr_values: (text, page) => `${page === '/challenge' || page === '/enrol' ? 'mfa' : '1fa'} ${text}`,
  scope: (text) => `openid read:accounts ${text}`,
  claims: (text) => JSON.stringify({ id_token: { [text]: { value: text } }, userinfo: { x: text } }),
};

const TEXTS = ['a tag', 'the end of an attribute', 'U+2028', 'a right-to-left override', 'a template', 'a script'];

/** The one thing that a page is to show of it: whom the client expects. */
const mayEcho = (page: string, name: string): boolean => page === '/login' && name === 'login_hint';

for (const page of ['/login', '/challenge', '/enrol', '/consent', '/select-account']) {
  it(`${page} shows nothing of the request as markup`, async () => {
    const visitor = page === '/login' ? world.visitor() : await world.signedIn(page === '/enrol' ? 'sam' : 'robin');
    const wrong: string[] = [];
    for (const [name, written] of Object.entries(KEPT)) {
      for (const text of TEXTS) {
        const marker = newMarker();
        const { answer } = await visitor.begin(page, { [name]: written(hostileTexts[text]?.('', marker) ?? '', page) });
        const faults = faultsOf(answer, { marker, mayEcho: mayEcho(page, name) });
        if (faults.length > 0) wrong.push(`${name}, ${text}: ${faults.join('; ')}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
}

it('a name that nobody has stays text on the page that asks again', async () => {
  for (const text of TEXTS) {
    const visitor = world.visitor();
    const marker = newMarker();
    const form = await visitor.begin('/login');
    const username = hostileTexts[text]?.('', marker) ?? '';
    const answer = await visitor.answer(form, { username, password: `${username} and more` });
    assert.equal(answer?.status, 400);
    assert.deepEqual(answer && faultsOf(answer, { marker, mayEcho: true }), []);
    assert.equal(answer?.body.includes('and more'), false, 'a password comes back');
  }
});

it('none of it was a failure of the server', () => {
  assert.deepEqual(world.failures(), []);
});
