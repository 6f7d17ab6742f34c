// The bare limit, as a program of its own: `node limit.mjs <settings as JSON>`. What Stile does in these flows, written straight
// down on node:http without anything that makes it general: one client, one API, two levels, no pages worth looking at. The
// checks, the signatures and the durable commits are there, so that nothing could be much faster and still be right.
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { cookieOf, demand, json, page, seeOther, serving, setCookie } from './limit-http.mjs';
import { openKey } from './limit-jwt.mjs';
import { openStore } from './limit-store.mjs';

const { issuer, port, jwk, client, apiClient, audience, people, folder } = JSON.parse(process.argv[2]);
const { s, write, record, take } = openStore(folder);
const key = openKey(jwk);
const formKey = randomBytes(32);
let ahead = 0;
const now = () => Math.floor(Date.now() / 1000) + ahead;
const sha256 = (text) => hash('sha256', text, 'base64url');
const token = () => randomBytes(32).toString('base64url');
const hmac = (text) => createHmac('sha256', formKey).update(text).digest('base64url');
const equal = (one, other) => timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));

const SCOPES = new Set(['openid', 'profile', 'offline_access', 'read:accounts', 'transfer:funds', 'pay:once']);
const PROOF_SECONDS = 300;
const SESSION_SECONDS = 86_400;

/** The same people with the same secrets as everywhere in the benchmark. */
const users = new Map(
  Array.from({ length: people }, (_, index) => {
    const digits = [...hash('sha256', `totp secret ${index}`, 'buffer')].map((byte) => byte & 31);
    const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('');
    const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
    return [`robin-${index}`, { id: `robin-${index}`, name: `Robin ${index}`, secret }];
  }),
);

const sessionOf = (request) => {
  const secret = cookieOf(request, 'session');
  const session = secret === undefined ? undefined : s.sessionBySecret.get(sha256(secret));
  return session && session.seen_at + SESSION_SECONDS > now() ? session : undefined;
};

/** What the events of a session show: the level, its time, and what it was shown by; nothing when a scope demands more. */
const contextOf = (events, scope) => {
  const otp = events.findLast(({ amr }) => amr === 'otp');
  const pwd = events.find(({ amr }) => amr === 'pwd');
  if (!pwd || (scope.includes('transfer:funds') && !(otp && now() - otp.at <= PROOF_SECONDS))) return undefined;
  return otp
    ? {
        acr: 'mfa',
        acrs: ['mfa', '1fa'],
        amr: ['mfa', 'otp', 'pwd'],
        amr_times: { pwd: pwd.at, otp: otp.at, mfa: otp.at },
        auth_time: otp.at,
      }
    : { acr: '1fa', acrs: ['1fa'], amr: ['pwd'], amr_times: { pwd: pwd.at }, auth_time: pwd.at };
};

const scopeOf = (asked) => {
  demand(asked.get('client_id') === client.id, 'client');
  demand(asked.get('redirect_uri') === client.redirectUri, 'redirect_uri');
  demand(asked.get('response_type') === 'code', 'response_type');
  demand(asked.get('resource') === audience, 'resource');
  demand(asked.get('code_challenge_method') === 'S256', 'code_challenge_method');
  demand(/^[\w-]{43}$/.test(asked.get('code_challenge') ?? ''), 'code_challenge');
  const scope = (asked.get('scope') ?? '').split(' ');
  const isKnown = scope.every((name) => SCOPES.has(name));
  demand(isKnown, 'scope');
  return scope;
};

const interactionOf = (request, id) => {
  const interaction = s.interaction.get(id);
  const browser = cookieOf(request, 'browser');
  demand(interaction && interaction.finished === 0 && interaction.expires_at > now(), 'interaction');
  demand(browser !== undefined && sha256(browser) === interaction.browser_hash, 'browser');
  return { interaction, browser };
};

const authorize = async (request, response, query) => {
  const resumed = query.has('interaction') ? interactionOf(request, query.get('interaction')) : undefined;
  const asked = resumed ? new URLSearchParams(resumed.interaction.request) : query;
  const scope = scopeOf(asked);
  const session = sessionOf(request);
  const context = session && contextOf(JSON.parse(session.events), scope);
  if (!context) return ask(request, response, session, asked, resumed);
  const code = token();
  await write(() => {
    const id = `grant_${token()}`;
    if (resumed) demand(s.finishInteraction.run(resumed.interaction.id).changes === 1, 'interaction');
    s.insertAuthorization.run(id, session.user, session.id, scope.join(' '), session.events, asked.get('nonce'));
    s.insertCode.run(sha256(code), id, asked.get('code_challenge'), client.redirectUri, now() + 60);
    s.touchSession.run(now(), session.id, now());
    record(now(), 'authorize.granted', { user: session.user, session: session.id, grant: id, scope, context });
  });
  const answer = new URLSearchParams({ code, state: asked.get('state'), iss: issuer });
  return seeOther(response, `${client.redirectUri}?${answer}`);
};

const ask = async (request, response, session, asked, resumed) => {
  const where = session ? '/challenge' : '/login';
  if (resumed) return seeOther(response, `${where}?interaction=${resumed.interaction.id}`);
  const id = token();
  const browser = cookieOf(request, 'browser') ?? token();
  await write(() => {
    s.insertInteraction.run(id, sha256(browser), asked.toString(), now() + 1800);
    if (session) record(now(), 'authorize.asked', { user: session.user, session: session.id, step: where });
  });
  return seeOther(response, `${where}?interaction=${id}`, [setCookie('browser', browser)]);
};

const csrfOf = (id, browser, front) => `${front}.${hmac(`${id}\n${browser}\n${front}`)}`;

const showForm = (fields) => (request, response, query) => {
  const { interaction, browser } = interactionOf(request, query.get('interaction'));
  const csrf = csrfOf(interaction.id, browser, randomBytes(12).toString('base64url'));
  const inputs = fields.map((name) => `<label>${name}<input name="${name}"></label>`).join('');
  const hidden = `<input type="hidden" name="csrf" value="${csrf}">`;
  page(response, `<!doctype html><form method="post">${hidden}${inputs}<button>Go</button></form>`);
};

const answered = (request, query, form) => {
  const { interaction, browser } = interactionOf(request, query.get('interaction'));
  const csrf = form.get('csrf') ?? '';
  demand(equal(csrf, csrfOf(interaction.id, browser, csrf.split('.')[0])), 'csrf');
  return interaction;
};

/** Takes a try from the limits of a person and of an address. */
const tried = async (request, what) => {
  const address = request.headers['x-forwarded-for'] ?? request.socket.remoteAddress;
  const limits = [`${what} ${address}`, what, address];
  const allowed = await write(() => limits.every((limit) => take(limit, 60, 30, now())));
  demand(allowed, 'throttled');
  return limits.slice(0, 2);
};

const login = async (request, response, query, form) => {
  const interaction = answered(request, query, form);
  const user = users.get(form.get('username'));
  const limits = await tried(request, `password ${form.get('username')}`);
  demand(user && form.get('password') === 'purple otters juggle lemons', 'password');
  const secret = token();
  await write(() => {
    const id = `ses_${token()}`;
    s.insertSession.run(id, sha256(secret), user.id, JSON.stringify([{ amr: 'pwd', at: now() }]), now(), now());
    for (const limit of limits) s.clearThrottle.run(limit);
    record(now(), 'proof.accepted', { user: user.id, session: id, factor: 'password' });
  });
  seeOther(response, `/authorize?interaction=${interaction.id}`, [setCookie('session', secret)]);
};

const codeAt = (secret, counter) => {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac('sha1', secret).update(message).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
};

const challenge = async (request, response, query, form) => {
  const interaction = answered(request, query, form);
  const session = sessionOf(request);
  const user = users.get(session?.user);
  demand(user, 'session');
  const limits = await tried(request, `code ${user.id}`);
  const current = Math.floor(now() / 30);
  const typed = form.get('code') ?? '';
  const counter = [current - 1, current, current + 1].filter((each) => equal(codeAt(user.secret, each), typed))[0];
  demand(counter !== undefined, 'code');
  const secret = hmac(`${cookieOf(request, 'session')}\n${form.get('csrf')}`);
  await write(() => {
    demand(s.consume.run('totp', `${user.id}:${counter}`, now() + 600).changes === 1, 'used');
    s.consume.run('totp', `${user.id}:${counter - 1}`, now() + 600);
    s.consume.run('totp', `${user.id}:${counter - 2}`, now() + 600);
    const kept = JSON.parse(session.events).filter(({ amr }) => amr !== 'otp');
    const events = JSON.stringify([...kept, { amr: 'otp', at: now() }]);
    const renewed = s.renewSession.run(sha256(secret), events, now(), session.id, session.secret_hash);
    demand(renewed.changes === 1, 'session');
    for (const limit of limits) s.clearThrottle.run(limit);
    record(now(), 'proof.accepted', { user: user.id, session: session.id, factor: 'totp' });
  });
  seeOther(response, `/authorize?interaction=${interaction.id}`, [setCookie('session', secret)]);
};

const authenticate = (request, expected) => {
  const [id, secret] = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')
    .toString('utf8')
    .split(':');
  const isRight = expected.some((known) => known.id === id && equal(known.secret, secret ?? ''));
  demand(isRight, 'client');
};

const claimsFor = (subject, scope, seconds, more) => ({
  iss: issuer,
  sub: subject,
  aud: audience,
  client_id: client.id,
  iat: now(),
  exp: now() + seconds,
  jti: `at_${randomBytes(18).toString('base64url')}`,
  scope: scope.join(' '),
  ...more,
});

const issue = (response, { authorization: { id, user, session, nonce }, scope, context }, refreshToken) => {
  const isSingleUse = scope.includes('transfer:funds') || scope.includes('pay:once');
  const facts = { sid: session, grant_id: id, ...context, ...(isSingleUse && { single_use: true }) };
  const access = claimsFor(user, scope, isSingleUse ? 300 : 900, facts);
  const about = { sid: session, nonce, name: users.get(user).name, ...context };
  const { iat } = access;
  json(response, {
    access_token: key.sign('at+jwt', access),
    token_type: 'Bearer',
    expires_in: access.exp - iat,
    scope: scope.join(' '),
    id_token: key.sign('JWT', { iss: issuer, sub: user, aud: client.id, iat, exp: iat + 3600, ...about }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  });
};

/** An authorization that still stands: its session, its person, and what its events show. */
const standing = (id) => {
  const authorization = s.authorization.get(id);
  demand(authorization && authorization.revoked === 0 && users.has(authorization.user), 'revoked');
  const session = s.sessionById.get(authorization.session);
  demand(session && session.seen_at + SESSION_SECONDS > now(), 'session');
  const scope = authorization.scope.split(' ');
  const context = contextOf(JSON.parse(authorization.events), scope);
  demand(context, 'proof');
  return { authorization, scope, context };
};

const granted = ({ authorization: { id, user }, scope }) => record(now(), 'token.granted', { user, grant: id, scope });

const GRANTS = {
  client_credentials: async (form, response) => {
    demand(form.get('scope') === 'read:accounts' && form.get('resource') === audience, 'scope');
    const scope = ['read:accounts'];
    await write(() => record(now(), 'token.granted', { client: client.id, scope }));
    const access = key.sign('at+jwt', claimsFor(client.id, scope, 900, {}));
    json(response, { access_token: access, token_type: 'Bearer', expires_in: 900, scope: 'read:accounts' });
  },
  authorization_code: async (form, response) => {
    const codeHash = sha256(form.get('code') ?? '');
    const challengeSent = sha256(form.get('code_verifier') ?? '');
    const refreshToken = token();
    const found = await write(() => {
      const code = s.code.get(codeHash);
      demand(code && s.consume.run('code', codeHash, code.expires_at).changes === 1, 'code');
      demand(code.expires_at > now() && code.redirect_uri === form.get('redirect_uri'), 'redirect_uri');
      demand(code.challenge === challengeSent, 'code_verifier');
      const stands = standing(code.authorization);
      if (stands.scope.includes('offline_access'))
        s.insertRefreshToken.run(sha256(refreshToken), code.authorization, now() + SESSION_SECONDS);
      granted(stands);
      return stands;
    });
    issue(response, found, found.scope.includes('offline_access') ? refreshToken : undefined);
  },
  refresh_token: async (form, response) => {
    const presented = form.get('refresh_token') ?? '';
    const successor = hmac(presented);
    const found = await write(() => {
      const before = s.refreshToken.get(sha256(presented));
      demand(before && before.expires_at > now() && before.rotated_at === null, 'refresh_token');
      const stands = standing(before.authorization);
      s.insertRefreshToken.run(sha256(successor), before.authorization, now() + SESSION_SECONDS);
      s.rotate.run(now(), sha256(successor), sha256(presented));
      granted(stands);
      return stands;
    });
    issue(response, found, successor);
  },
};

const live = (jwt) => {
  const found = key.verified(jwt ?? '');
  if (!found || found.iss !== issuer || found.exp <= now()) return undefined;
  if (s.consumed.get('single-use-token', found.jti)) return undefined;
  return found.grant_id === undefined || standing(found.grant_id) ? found : undefined;
};

const consumeOnce = async (found) =>
  write(() => {
    const isFirst = s.consume.run('single-use-token', found.jti, found.exp).changes === 1;
    if (isFirst) record(now(), 'token.consumed', { user: found.sub, grant: found.grant_id, jti: found.jti });
    return isFirst;
  });

const POST = {
  '/login': login,
  '/challenge': challenge,
  '/oauth/token': async (request, response, _query, form) => {
    authenticate(request, [client]);
    const grant = GRANTS[form.get('grant_type')];
    demand(grant, 'grant_type');
    await grant(form, response);
  },
  '/oauth/introspect': async (request, response, _query, form) => {
    authenticate(request, [client, apiClient]);
    const found = live(form.get('token'));
    json(response, found ? { active: true, ...found, token_type: 'Bearer' } : { active: false });
  },
  '/oauth/consume': async (request, response, _query, form) => {
    authenticate(request, [apiClient]);
    const found = live(form.get('token'));
    json(response, { consumed: found ? await consumeOnce(found) : false });
  },
};

const GET = {
  '/authorize': authorize,
  '/login': showForm(['username', 'password']),
  '/challenge': showForm(['code']),
};

process.on('message', ({ advance }) => {
  ahead += advance;
  process.send({ ahead });
});
const handle = serving({ GET, POST });

createServer((request, response) => void handle(request, response)).listen(port, 'localhost', () => {
  process.send({ ready: true });
});
