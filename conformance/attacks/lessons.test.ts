/** Mistakes that others made, tried over a port: questions that use something up, demands that the address bar lowers, a policy that locks out. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { onPostLogin, SALARIES, startActionsServer } from '../actions/actions-server.ts';
import type { AuthorizationServer } from '../authorization-server.ts';
import { onFreePort } from '../authorization-server.ts';
import { API_SECRET, fabrikam, PAPE, WEB_SECRET } from '../fabrikam.ts';
import { answerIn, authorizationUrl, basic, claimsOf, post, redeem, tokensFor } from '../flow.ts';
import { install } from '../operations/command.ts';
import { person } from '../people.ts';
import { UserAgent } from '../user-agent.ts';
import { signedIn } from './signed-in.ts';

const COUNTED = 'https://fabrikam.example/asked';

const server = await startActionsServer({
  people: ['ada', 'ben', 'eve', 'finn', ...Array.from({ length: 9 }, (_, index) => `edits-${index}`)],
  actions: [
    onPostLogin(
      'guarded',
      `if (!event.transaction.requested_scopes.includes('read:salaries')) return;
       const asked = (event.user.app_metadata.asked ?? 0) + 1;
       api.user.setAppMetadata('asked', asked);
       api.idToken.setCustomClaim('${COUNTED}', asked);
       api.multifactor.enable('any', { allowRememberBrowser: false });`,
    ),
  ],
});
after(() => server.close());

const GUARDED = { client_id: 'payroll', audience: SALARIES, scope: 'openid read:salaries' } as const;
const asPayroll = basic('payroll', WEB_SECRET);

describe('a question', () => {
  it('T15: asked silently, however often, uses nothing up, keeps nothing that an Action wanted, and proves nothing', async () => {
    const agent = await signedIn(server, 'ada');
    const cookies = new Map(agent.cookies);
    for (let asked = 0; asked < 25; asked += 1) {
      const answer = answerIn(await agent.open(authorizationUrl(server, { ...GUARDED, prompt: 'none' })));
      assert.deepEqual([answer.error, answer.code], ['login_required', undefined]);
    }
    assert.deepEqual(agent.cookies, cookies);
    const { end, pages } = await agent.authorize(authorizationUrl(server, GUARDED), server.person('ada'));
    assert.deepEqual(pages, ['/challenge'], 'as if nobody had asked');
    const { body } = await redeem(server, end, {}, asPayroll);
    assert.equal(claimsOf(String(body.id_token))[COUNTED], 1);
  });

  it('T15: about a token that is good for one use, however often, leaves it its one use', async () => {
    const { access_token: token = '' } = await tokensFor(server, 'ben', { scope: 'openid transfer:funds' });
    const asApi = basic('accounts-api', API_SECRET);
    for (let asked = 0; asked < 25; asked += 1) {
      assert.equal((await post(server.at('oauth/introspect'), { token }, asApi)).body.active, true);
    }
    const used = async () => (await post(server.at('oauth/consume'), { token }, asApi)).body.consumed;
    assert.deepEqual([await used(), await used()], [true, false]);
  });
});

describe('what an Action demands', () => {
  const edits: readonly (readonly [string, Parameters<typeof authorizationUrl>[1]])[] = [
    ['a weaker level', { acr_values: '1fa' }],
    ['a wish by claims', { claims: '{"id_token":{"acr":{"value":"1fa"}}}' }],
    ['an age of years', { max_age: '9999999999' }],
    ['the scope twice', { scope: 'openid read:salaries read:salaries' }],
    ['the scope beside others', { scope: 'openid read:directory read:salaries' }],
    ['no OpenID', { scope: 'read:salaries' }],
    ['another response mode', { response_mode: 'fragment' }],
    ['parameters of other products', { acr: 'mfa', amr: 'mfa', mfa: 'true', 'ext-mfa': 'done', skip_mfa: '1' }],
    [
      'what an Action is told, as if it came from the server',
      { 'event.authentication.methods': 'mfa', protocol: 'oauth2-refresh-token' },
    ],
  ];
  for (const [index, [what, changes]] of edits.entries()) {
    const who = `edits-${index}`;
    it(`T17: is asked for all the same when the address says ${what}`, async () => {
      const agent = new UserAgent(server.issuer);
      const { pages } = await agent.authorize(authorizationUrl(server, { ...GUARDED, ...changes }), server.person(who));
      assert.deepEqual(pages, ['/login', '/challenge']);
    });
  }

  it('T17: is not passed by when somebody edits the address of its page, goes home without it, or asks for another', async () => {
    const agent = await signedIn(server, 'eve');
    const challenge = await agent.open(authorizationUrl(server, GUARDED));
    assert.equal(challenge.url.pathname, '/challenge');
    const interaction = challenge.url.searchParams.get('interaction') ?? '';
    const query = `interaction=${interaction}`;
    for (const path of [
      `/authorize?${query}`,
      `/authorize?${query}&scope=openid&acr_values=1fa&prompt=none`,
      `/consent?${query}`,
      `/login?${query}`,
      `/challenge?${query}&factor=password&acr_values=1fa`,
      `/continue?state=${interaction}`,
    ]) {
      const { url, status } = await agent.open(path);
      assert.ok(status === 400 || url.pathname === '/challenge', `${path} leads to ${url.href}`);
    }
    const { url } = await agent.submit(await agent.open(`/challenge?${query}`), { code: server.person('eve').code() });
    assert.ok(url.searchParams.has('code'), 'and it is still there to be answered');
  });

  it('T17: by acr_values, which are taken out of the address, leaves the token without the level that the application looks for', async () => {
    const agent = new UserAgent(server.issuer);
    const asked = { client_id: 'payroll', audience: SALARIES, scope: 'openid read:directory' };
    const { end } = await agent.authorize(authorizationUrl(server, asked), server.person('finn'));
    const { body } = await redeem(server, end, {}, asPayroll);
    for (const token of [body.id_token, body.access_token]) {
      assert.ok(!JSON.stringify(claimsOf(String(token))).includes(PAPE));
      assert.equal(claimsOf(String(token)).acr, '1fa');
    }
  });
});

describe('an operator', () => {
  it('T30: who would lock people out is told so by name before anything changes, and it comes as it was told', async () => {
    const installation = install();
    after(() => installation.remove());
    const now = (): number => Math.floor(Date.now() / 1000);
    const people = [person('kim', now), person('lea', now)];
    const [kim, lea] = people;
    assert.ok(kim && lea);
    const dataFolder = join(installation.folder, 'data');
    await onFreePort(async (port) => {
      const issuer = `http://localhost:${port}/`;
      const usual = { ...fabrikam(issuer, dataFolder, people, []), listen: { host: '127.0.0.1', port } };
      const strict = {
        ...usual,
        // Kim has an authenticator app, lea has nothing.
        users: usual.users?.map(({ totp, ...user }) => (user.id === kim.id && totp ? { ...user, totp } : user)),
        everySignIn: { acr: 'mfa' },
        enrolment: 'refuse',
      } as const;
      const there: AuthorizationServer = { ...server, issuer, at: (path) => new URL(path, issuer).href, now };
      const outcome = async (who: typeof kim) => {
        const { end } = await new UserAgent(issuer).authorize(authorizationUrl(there), who);
        return answerIn(end).error ?? 'code';
      };
      installation.configure({ ...usual, users: strict.users });
      const before = await installation.serve(port);
      assert.deepEqual([await outcome(kim), await outcome(lea)], ['code', 'code']);
      const candidate = join(installation.folder, 'candidate.config.mjs');
      writeFileSync(candidate, `export default ${JSON.stringify(strict)};`);
      const told = await installation.stile('lock-out', '--policy', candidate, '--list', '--fail');
      assert.equal(told.status, 1, told.text);
      assert.match(told.text, /^lea \(user_lea\) has password, and cannot meet: /m);
      assert.doesNotMatch(told.text, /^kim /m);
      assert.deepEqual([await outcome(kim), await outcome(lea)], ['code', 'code'], 'nothing has changed');
      await before.close();
      installation.configure(strict);
      const afterwards = await installation.serve(port);
      assert.deepEqual([await outcome(kim), await outcome(lea)], ['code', 'unmet_authentication_requirements']);
      await afterwards.close();
    });
  });
});
