/** What is tried around Actions over a port: their way back, what their code and what people send can reach, and the record of it. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import type { Script } from '../actions/actions-server.ts';
import { onPostLogin, SALARIES, startActionsServer } from '../actions/actions-server.ts';
import type { AuthorizationServer } from '../authorization-server.ts';
import { freePort, onFreePort } from '../authorization-server.ts';
import { CALLBACK, fabrikam, PAPE, WEB_SECRET } from '../fabrikam.ts';
import { answerIn, authorizationUrl, basic, claimsOf, getJson, tokenRequest, VERIFIER } from '../flow.ts';
import { install } from '../operations/command.ts';
import { person } from '../people.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';

const asPayroll = basic('payroll', WEB_SECRET);

const SHARED = 'sEcReT-of-the-terms';
const MARK = /sEcReT/;
const SEEN = 'https://fabrikam.example/seen';
const TERMS = 'https://terms.example/accept';

/** Each is for one person, so that all can be bound at once. */
const forPerson = (username: string, name: string, body: string, secrets: Script['secrets'] = {}): Script =>
  onPostLogin(name, `if (event.user.username !== '${username}') return;\n${body}`, secrets);

const terms: Script = {
  name: 'terms',
  secrets: { SHARED },
  code: `
    exports.onExecutePostLogin = async (event, api) => {
      if (!event.user.username.startsWith('away')) return;
      if (api.redirect.canRedirect()) api.redirect.sendUserTo('${TERMS}', { query: { from: 'login' } });
      else api.access.deny('no page');
    };
    exports.onContinuePostLogin = async (event, api) => {
      const { agreed } = api.redirect.validateToken({ secret: event.secrets.SHARED });
      api.idToken.setCustomClaim('${SEEN}', [agreed, event.user.username]);
    };`,
};

let inside = 0;
const intranet = createServer((_request, response) => {
  inside += 1;
  response.end('inside');
});
const intranetPort = await freePort();
intranet.listen(intranetPort, '127.0.0.1');

const TARGETS = [
  'http://169.254.169.254/latest/meta-data/',
  `http://127.0.0.1:${intranetPort}/`,
  `http://localhost:${intranetPort}/`,
  `http://2130706433:${intranetPort}/`,
  `http://[::ffff:127.0.0.1]:${intranetPort}/`,
];

const logFile = join(tmpdir(), `stile-attacks-actions-${process.pid}.log`);

const server = await startActionsServer({
  people: ['ada', 'away', 'away2', 'away3', 'away4', 'noisy', 'caller', 'liar', 'lou', 'thrower', 'ben'],
  logFile,
  change: (config) => ({
    ...config,
    actions: { egress: { allow: TARGETS.map((target) => new URL(target).origin) }, limits: { cpuMs: 1000 } },
  }),
  actions: [
    terms,
    forPerson(
      'noisy',
      'noisy',
      `console.log(event.secrets.API_KEY, { nested: [event.secrets.API_KEY] });
       api.cache.set('known', 'yes');
       throw new Error('The key ' + event.secrets.API_KEY + ' was refused');`,
      { API_KEY: 'sEcReT-of-the-noisy-Action' },
    ),
    forPerson(
      'caller',
      'calling',
      `const got = [];
       for (const url of ${JSON.stringify(TARGETS)}) got.push(await fetch(url).then((it) => it.text(), (error) => error.message));
       api.idToken.setCustomClaim('${SEEN}', got);`,
    ),
    forPerson(
      'liar',
      'liar',
      `const [asked] = event.transaction.acr_values;
       for (const token of [api.idToken, api.accessToken]) {
         token.setCustomClaim('acr', asked);
         token.setCustomClaim('acrs', [asked]);
         token.setCustomClaim('amr', ['mfa']);
         token.setCustomClaim('auth_time', 1);
       }
       api.idToken.setCustomClaim('${SEEN}', asked);`,
    ),
    forPerson('lou', 'endless', 'for (;;) {}'),
    forPerson('thrower', 'broken', 'null.length'),
  ],
});
after(async () => {
  intranet.close();
  await server.close();
});

/** A login at the client for which the server alone demands nothing. */
const request = (changes: Parameters<typeof authorizationUrl>[1] = {}): URL =>
  authorizationUrl(server, { client_id: 'payroll', audience: SALARIES, scope: 'openid read:directory', ...changes });

const login = async (
  username: string,
  changes: Parameters<typeof request>[0] = {},
  agent = new UserAgent(server.issuer),
) => (await agent.authorize(request(changes), server.person(username))).end;

/** What the client gets for its code. */
const redeemed = ({ url }: Page) =>
  tokenRequest(
    server,
    {
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
    },
    asPayroll,
  );

const idTokenOf = async (end: Page) => {
  const { code } = answerIn(end);
  assert.ok(code, end.url.href);
  const { body } = await redeemed(end);
  return { id: claimsOf(String(body.id_token)), access: claimsOf(String(body.access_token)) };
};

interface SentAway {
  readonly agent: UserAgent;
  readonly target: URL;
  readonly state: string;
}

const sentAway = async (username: string, changes: Parameters<typeof request>[0] = {}): Promise<SentAway> => {
  const agent = new UserAgent(server.issuer);
  const { url } = await login(username, changes, agent);
  assert.equal(url.origin + url.pathname, TERMS);
  return { agent, target: url, state: url.searchParams.get('state') ?? '' };
};

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What the other site signs, or somebody who would like to be it. */
const signed = (claims: Readonly<Record<string, unknown>>, secret = SHARED, alg = 'HS256'): string => {
  const text = `${part({ alg, typ: 'JWT' })}.${part({ exp: server.now() + 300, agreed: 'yes', ...claims })}`;
  return `${text}.${alg === 'none' ? '' : createHmac('sha256', secret).update(text).digest('base64url')}`;
};

const comeBack = ({ agent, state }: Pick<SentAway, 'agent' | 'state'>, token: string): Promise<Page> =>
  agent.open(`/continue?${new URLSearchParams({ state, session_token: token })}`);

describe('the way back from another site', () => {
  it('a way back of another browser, a second one, and one that nobody was sent on give nothing', async () => {
    const away = await sentAway('away');
    const token = signed({ sub: 'user_away', state: away.state });
    const stranger = await comeBack({ agent: new UserAgent(server.issuer), state: away.state }, token);
    assert.equal(stranger.status, 400);
    const invented = await comeBack({ agent: away.agent, state: 'int_invented' }, token);
    assert.equal(invented.status, 400);
    const { id } = await idTokenOf(await comeBack(away, token));
    assert.deepEqual(id[SEEN], ['yes', 'away']);
    const again = await comeBack(away, token);
    assert.equal(again.status, 400);
    assert.equal(answerIn(again).code, undefined);
  });

  const forgeries: readonly (readonly [name: string, token: (state: string) => string])[] = [
    ['signed with another secret', (state) => signed({ sub: 'user_away2', state }, 'another secret')],
    ['not signed', (state) => signed({ sub: 'user_away2', state }, SHARED, 'none')],
    ['about somebody else', (state) => signed({ sub: 'user_ada', state })],
    ['of another redirect', () => signed({ sub: 'user_away2', state: 'int_other' })],
    ['without a state', () => signed({ sub: 'user_away2' })],
    ['expired', (state) => signed({ sub: 'user_away2', state, exp: server.now() - 1 })],
    ['none at all', () => ''],
  ];
  for (const [name, token] of forgeries) {
    it(`a forged session_token is refused: ${name}`, async () => {
      const away = await sentAway('away2');
      const answer = answerIn(await comeBack(away, token(away.state)));
      assert.deepEqual([answer.error, answer.code], ['server_error', undefined]);
    });
  }

  it('what a person writes into the address of the login reaches the other site only where the Action puts it there', async () => {
    const { target } = await sentAway('away3', {
      session_token: 'forged',
      from: 'elsewhere',
      agreed: 'yes',
      'ext-branch': 'north',
      state: 'of the client',
    });
    assert.deepEqual([...target.searchParams.keys()].toSorted(), ['from', 'state']);
    assert.equal(target.searchParams.get('from'), 'login');
    assert.notEqual(target.searchParams.get('state'), 'of the client');
  });

  it('a run that was kept for one person is not gone on with for another who signed in with the same browser meanwhile', async () => {
    const away = await sentAway('away4');
    await away.agent.submit(await away.agent.open('/oidc/logout'), { confirm: '1' });
    const other = await away.agent.authorize(request(), server.person('ada'));
    assert.equal((await idTokenOf(other.end)).id.sub, 'user_ada');
    const end = await comeBack(away, signed({ sub: 'user_away4', state: away.state }));
    assert.equal(answerIn(end).code, undefined, end.url.href);
    const asAda = await comeBack(away, signed({ sub: 'user_ada', state: away.state }));
    assert.equal(answerIn(asAda).code, undefined, asAda.url.href);
  });
});

describe('what the code of an Action reaches', () => {
  it('T25: an Action cannot copy what was asked for into what was proven, in no token and not after a refresh', async () => {
    const agent = new UserAgent(server.issuer);
    await login('liar', {}, agent);
    const asked = { acr_values: PAPE, scope: 'openid offline_access read:directory' };
    const { body } = await redeemed(await login('liar', { ...asked, prompt: 'none' }, agent));
    const refreshed = await tokenRequest(
      server,
      { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) },
      asPayroll,
    );
    assert.equal(claimsOf(String(body.id_token))[SEEN], PAPE, 'it saw what was asked for');
    for (const token of [body.id_token, body.access_token, refreshed.body.id_token, refreshed.body.access_token]) {
      const { acr, acrs, amr, auth_time: at } = claimsOf(String(token));
      assert.deepEqual([acr, amr], ['1fa', ['pwd']]);
      assert.ok(!JSON.stringify(acrs ?? []).includes(PAPE));
      assert.notEqual(at, 1);
    }
  });

  it('a deployed Action reaches neither the metadata address of a cloud nor this machine, even where their names are allowed', async () => {
    const { id } = await idTokenOf(await login('caller'));
    assert.deepEqual(
      id[SEEN],
      TARGETS.map(() => 'fetch failed: the host is not on the public internet'),
    );
    assert.equal(inside, 0);
  });

  it('T16: an Action that throws lets nobody in, silently neither, and tells the client nothing of itself', async () => {
    const agent = new UserAgent(server.issuer);
    for (const prompt of [undefined, 'none']) {
      const answer = answerIn(await login('thrower', { prompt }, agent));
      assert.deepEqual([answer.error, answer.code], ['server_error', undefined]);
      assert.doesNotMatch(answer.error_description ?? '', /null|length|broken/);
    }
  });

  it('an Action in an endless loop is ended and refused, and others are served before that', async () => {
    const events: string[] = [];
    const endless = login('lou').then((end) => {
      events.push('ended');
      return end;
    });
    for (let served = 0; served < 3; served += 1) {
      assert.equal((await getJson(server.at('.well-known/openid-configuration'))).status, 200);
      events.push('metadata');
    }
    const { id } = await idTokenOf(await login('ben'));
    events.push(String(id.sub));
    const answer = answerIn(await endless);
    assert.deepEqual([answer.error, answer.code], ['server_error', undefined]);
    assert.deepEqual(events, ['metadata', 'metadata', 'metadata', 'user_ben', 'ended']);
  });
});

describe('the secrets of Actions', () => {
  it('are in no answer, no line of the log, no execution and no file of the database, whatever the Action does with them', async () => {
    const { url, html, response } = await login('noisy');
    assert.equal(url.searchParams.get('error'), 'server_error');
    assert.doesNotMatch(url.href + html + JSON.stringify([...response.headers]), MARK);
    const found = await server.deps.store.actions.executions(100, 'noisy');
    assert.ok(found.some(({ details }) => details.message?.includes('was refused')));
    assert.doesNotMatch(JSON.stringify(found), MARK);
    assert.doesNotMatch(JSON.stringify(await server.deps.store.audit.recent(200)), MARK);
    assert.doesNotMatch(readFileSync(logFile, 'utf8'), MARK);
    for (const name of ['stile.db', 'stile.db-wal'])
      assert.doesNotMatch(readFileSync(join(server.deps.config.dataFolder, name), 'latin1'), MARK);
  });
});

describe('the record of decisions', () => {
  it('a byte that is flipped in the file of the database is found by stile audit verify, in another process', async () => {
    const installation = install();
    after(() => installation.remove());
    const now = (): number => Math.floor(Date.now() / 1000);
    const eve = person('eve', now);
    const dataFolder = join(installation.folder, 'data');
    const { running, issuer } = await onFreePort(async (port) => {
      installation.configure({
        ...fabrikam(`http://localhost:${port}/`, dataFolder, [eve], []),
        listen: { host: '127.0.0.1', port },
      });
      return { running: await installation.serve(port), issuer: `http://localhost:${port}/` };
    });
    const there: AuthorizationServer = { ...server, issuer, at: (path) => new URL(path, issuer).href, now };
    await new UserAgent(issuer).authorize(authorizationUrl(there), eve);
    await running.close();
    const whole = await installation.stile('audit', 'verify');
    assert.equal(whole.status, 0, whole.text);
    const file = join(dataFolder, 'stile.db');
    const bytes = readFileSync(file);
    const database = new DatabaseSync(file);
    const rows = database.prepare('select * from audit_record order by id').all();
    database.close();
    const texts = rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === 'string');
    const flipped =
      bytes.indexOf(texts.find((value) => value.startsWith('{') && value.includes('user_eve')) ?? '-') + 3;
    assert.ok(flipped > 3, 'a record stands in the file');
    bytes[flipped] = (bytes[flipped] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { status, text } = await installation.stile('audit', 'verify');
    assert.equal(status, 1, text);
    assert.match(text, /^record_changed: .*number \d+/m, text);
  });
});
