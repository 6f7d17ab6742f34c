// oidc-provider as a program of its own: `node oidc-provider.mjs <settings as JSON>`. It keeps everything in memory, in the
// plainest adapter there can be, and signs with the key that it is given. When it listens it tells the process that started
// it, with the cookies of a person who has signed in.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const { issuer, port, alg, jwk, client, audience, scope, signedInAt } = JSON.parse(process.argv[2]);

/** Keeps objects in maps: nothing is serialised, nothing is durable. */
class MapAdapter {
  static #stores = new Map();
  static #uids = new Map();
  #store;

  constructor(name) {
    const known = MapAdapter.#stores.get(name) ?? new Map();
    MapAdapter.#stores.set(name, known);
    this.#store = known;
  }

  async upsert(id, payload) {
    this.#store.set(id, payload);
    if (payload.uid !== undefined) MapAdapter.#uids.set(payload.uid, id);
  }

  async find(id) {
    return this.#store.get(id);
  }

  async findByUid(uid) {
    return this.#store.get(MapAdapter.#uids.get(uid));
  }

  async findByUserCode() {
    return undefined;
  }

  async destroy(id) {
    this.#store.delete(id);
  }

  async revokeByGrantId(grantId) {
    for (const [id, payload] of this.#store) if (payload.grantId === grantId) this.#store.delete(id);
  }

  async consume(id) {
    const payload = this.#store.get(id);
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
  }
}

const apiScopes = scope.split(' ').filter((name) => !['openid', 'profile', 'offline_access'].includes(name));

const provider = new Provider(issuer, {
  adapter: MapAdapter,
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [client.redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: alg,
    },
  ],
  jwks: { keys: [jwk] },
  cookies: { keys: ['a key for the cookies of the benchmark'] },
  claims: { openid: ['sub'], profile: ['name'] },
  conformIdTokenClaims: false,
  scopes: ['openid', 'offline_access', 'profile'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (_context, asking) => asking.grantTypeAllowed('refresh_token'),
  expiresWithSession: () => false,
  ttl: {
    AccessToken: 900,
    AuthorizationCode: 60,
    ClientCredentials: 900,
    Grant: 86_400,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 2_592_000,
    Session: 86_400,
  },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Robin Keller' }) }),
  extraTokenClaims: (_context, token) =>
    token.kind === 'AccessToken'
      ? { acr: '1fa', acrs: ['1fa'], amr: ['pwd'], amr_times: { pwd: signedInAt }, auth_time: signedInAt }
      : undefined,
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, resource) => ({
        scope: apiScopes.join(' '),
        audience: resource,
        accessTokenTTL: 900,
        // It cannot introspect its own JWTs, so that row is measured with an opaque token of another API.
        accessTokenFormat: resource === audience ? 'jwt' : 'opaque',
        jwt: { sign: { alg } },
      }),
    },
  },
});

/** Signs in whoever comes and consents to everything: how a person does that is not what is measured. */
const finish = async (request, response) => {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: 'robin', clientId: params.client_id });
  grant.addOIDCScope('openid profile offline_access');
  for (const resource of [params.resource].flat()) grant.addResourceScope(resource, apiScopes.join(' '));
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId: 'robin' }, consent: { grantId } });
};

/** Goes the way of a browser once, from the authorization endpoint to the client; gives back the cookies. */
const signIn = async () => {
  const jar = new Map();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  let url = new URL('/auth', issuer);
  url.search = new URLSearchParams({
    client_id: client.id,
    redirect_uri: client.redirectUri,
    response_type: 'code',
    scope,
    resource: audience,
    state: 'state',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }).toString();
  for (let hops = 0; hops < 10 && url.origin === new URL(issuer).origin; hops += 1) {
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie: cookies() } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${url.pathname} answered ${answer.status}: ${await answer.text()}`);
    url = new URL(location, url);
  }
  if (!url.searchParams.has('code')) throw new Error(`Signing in ended at ${url.href}`);
  return cookies();
};

const handle = provider.callback();

const server = createServer((request, response) => {
  void (request.url?.startsWith('/interaction/') ? finish(request, response) : handle(request, response));
});
server.listen(port, 'localhost', () => {
  void signIn().then((cookie) => process.send({ ready: true, cookie }));
});
