/** The laws hold with Actions as without: the same journeys, of the same person, with and without what Actions want. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deployScript, postLogin } from '../testing/actions.ts';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { startTestServer } from '../testing/test-server.ts';

/** What Actions do in a line, and what it means for whoever wants a token. */
const SNIPPETS = {
  nothing: `console.log(event.transaction.acr_values.length);`,
  claim: `api.accessToken.setCustomClaim('https://fabrikam.example/at', event.authentication.methods.length);`,
  lie: `try { api.accessToken.setCustomClaim('acr', 'phrh'); api.idToken.setCustomClaim('amr', ['hwk']); } catch {}`,
  lax: `api.multifactor.enable('none');`,
  mfa: `api.multifactor.enable('any');`,
  code: `api.authentication.challengeWith({ type: 'otp' });`,
  fresh: `await api.stepUp.require({ acr: 'mfa', maxAge: '5m', reason: 'Money moves.' });`,
  generous: `api.accessToken.addScope('close:account');`,
  narrow: `api.accessToken.removeScope('read:accounts');`,
  deny: `api.access.deny('No.');`,
  broken: `null.length;`,
  strict: `if (event.transaction.requested_scopes.includes('transfer:funds')) api.multifactor.enable('any');`,
} as const;

type Snippet = keyof typeof SNIPPETS;

const journeys = fc.record({
  snippets: fc.array(fc.constantFrom(...(Object.keys(SNIPPETS) as Snippet[])), { maxLength: 3 }),
  scope: fc.constantFrom(
    'openid',
    'openid read:accounts',
    'openid read:accounts transfer:funds',
    'openid close:account',
  ),
  acr: fc.constantFrom(undefined, 'mfa', '1fa'),
  maxAge: fc.constantFrom(undefined, '0', '300'),
  prompt: fc.constantFrom(undefined, 'none', 'login'),
  /** Whether there is a session from a while ago. */
  signedInBefore: fc.boolean(),
});

interface Journey {
  readonly scope: string;
  readonly acr: string | undefined;
  readonly maxAge: string | undefined;
  readonly prompt: string | undefined;
  readonly signedInBefore: boolean;
}

interface Ending {
  readonly pages: readonly string[];
  readonly error: string | undefined;
  readonly token: Readonly<Record<string, unknown>> | undefined;
}

/** The most pages that a journey has here: a login, and a challenge for each thing that can be wanted. */
const MOST_PAGES = 6;

const travel = async (journey: Journey, snippets: readonly Snippet[]): Promise<Ending> => {
  const server = await startTestServer();
  try {
    for (const [index, snippet] of snippets.entries()) {
      await deployScript(server, `${index}-${snippet}`, postLogin(SNIPPETS[snippet]));
    }
    const browser = new TestBrowser(server);
    if (journey.signedInBefore) {
      // Whatever the Actions make of it, there is a session now.
      await browser.signIn(await browser.go(authorizeUrl({ scope: 'openid' })));
      server.advance(120);
    }
    const { scope, acr, maxAge, prompt } = journey;
    const pages: string[] = [];
    let stop: Stop = await browser.go(authorizeUrl({ scope, acr_values: acr, max_age: maxAge, prompt }));
    while (stop.status === 200 && pages.length <= MOST_PAGES) {
      const page = stop.url.split('?')[0] ?? '';
      pages.push(page);
      if (page === '/login') stop = await browser.signIn(stop);
      else {
        server.advance(31);
        stop = await browser.giveCode(stop);
      }
    }
    const { code, error } = answerOf(stop);
    const body = code === undefined ? undefined : (await redeem(server, stop)).body;
    return { pages, error, token: body && claimsOf(body.access_token) };
  } finally {
    await server.close();
  }
};

const scopesOf = ({ token }: Ending): readonly string[] =>
  typeof token?.scope === 'string' ? token.scope.split(' ') : [];

describe('laws 1 to 6 with Actions', () => {
  it('Actions only demand, narrow and deny; what is asked is asked once; what is issued is true', async () => {
    let issued = 0;
    await fc.assert(
      fc.asyncProperty(journeys, async ({ snippets, ...journey }) => {
        const [without, with_] = [await travel(journey, []), await travel(journey, snippets)];
        const told = JSON.stringify({ without, with_ });
        assert.ok(with_.pages.length < MOST_PAGES, `it ends: ${told}`);
        if (journey.prompt === 'none') assert.deepEqual(with_.pages, [], `no page: ${told}`);
        if (snippets.includes('broken') || snippets.includes('deny')) assert.equal(with_.token, undefined, told);
        if (!with_.token) return;
        issued += 1;
        assert.ok(without.token, `nothing is issued that would not be without Actions: ${told}`);
        const possible = [...scopesOf(without), ...(snippets.includes('generous') ? ['close:account'] : [])];
        for (const scope of scopesOf(with_)) assert.ok(possible.includes(scope), told);
        const elevated = scopesOf(with_).some((scope) => ['transfer:funds', 'close:account'].includes(scope));
        const demanding: readonly Snippet[] = ['mfa', 'code', 'fresh'];
        const isDemanded = snippets.some((snippet) => demanding.includes(snippet));
        if (elevated || isDemanded || journey.acr === 'mfa')
          assert.match(JSON.stringify(with_.token.acrs), /"mfa"/, told);
        assert.doesNotMatch(JSON.stringify([with_.token.acr, with_.token.acrs, with_.token.amr]), /phrh|hwk/, told);
      }),
      { numRuns: 40 },
    );
    assert.ok(issued > 5, `only ${issued} journeys came to a token`);
  });
});
