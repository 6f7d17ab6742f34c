// better-auth with its OAuth provider as a program of its own: `node better-auth.mjs <settings as JSON>`. It keeps everything in
// SQLite in memory and signs with the key that it is given. When it listens it tells the process that started it, with the
// cookies of a person who has signed in.
import { createPublicKey, hash } from 'node:crypto';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';

const { issuer, port, alg, jwk, client, audience, scope, signedInAt } = JSON.parse(process.argv[2]);

const key = {
  id: jwk.kid,
  alg,
  publicKey: JSON.stringify(createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' })),
  privateKey: JSON.stringify(jwk),
  createdAt: new Date(0),
  expiresAt: null,
};

const apiScopes = scope.split(' ').filter((name) => !['openid', 'profile', 'offline_access'].includes(name));

const options = {
  baseURL: issuer,
  secret: 'a secret of the benchmark that is long enough for it',
  database: new DatabaseSync(':memory:'),
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
  logger: { level: 'error' },
  plugins: [
    jwt({
      jwks: { keyPairConfig: { alg }, disablePrivateKeyEncryption: true },
      disableSettingJwtHeader: true,
      adapter: { getJwks: async () => [key] },
    }),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      scopes: ['openid', 'profile', 'offline_access', ...apiScopes],
      resources: [{ identifier: audience, name: 'Accounts', accessTokenTtl: 900, signingAlgorithm: alg }],
      enforcePerClientResources: false,
      cachedTrustedClients: new Set([client.id]),
      cachedResources: new Set([audience]),
      accessTokenExpiresIn: 900,
      customAccessTokenClaims: ({ user }) => (user ? { acrs: ['1fa'], amr_times: { pwd: signedInAt } } : {}),
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
};

const { runMigrations } = await getMigrations(options);
await runMigrations();
const auth = betterAuth(options);
const { adapter } = await auth.$context;
await adapter.create({
  model: 'oauthClient',
  data: {
    clientId: client.id,
    clientSecret: hash('sha256', client.secret, 'base64url'),
    name: 'Benchmark',
    scopes: ['openid', 'profile', 'offline_access', ...apiScopes],
    clientCredentialsScopes: apiScopes,
    redirectUris: [client.redirectUri],
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    responseTypes: ['code'],
    tokenEndpointAuthMethod: 'client_secret_basic',
    requirePKCE: true,
    skipConsent: true,
    createdAt: new Date(),
    updatedAt: new Date(),
  },
});

const signedIn = await auth.api.signUpEmail({
  body: { email: 'robin@fabrikam.example', name: 'Robin Keller', password: 'correct horse battery staple' },
  asResponse: true,
});
const cookie = signedIn.headers
  .getSetCookie()
  .map((line) => line.split(';', 1)[0])
  .join('; ');

const handle = toNodeHandler(auth);

createServer((request, response) => void handle(request, response)).listen(port, 'localhost', () => {
  process.send({ ready: true, cookie });
});
