/** Stile's configuration for the benchmark. */
import type { ConfigInput } from '@stile/server';
import type { Settings } from '../world.ts';
import { person, TOKEN_SECONDS } from '../world.ts';

type Client = NonNullable<ConfigInput['clients']>[number];

const apiOf = ({ alg, audience, apiClient }: Settings): NonNullable<ConfigInput['apis']>[number] => ({
  audience,
  name: 'Accounts',
  signingAlg: alg,
  tokenLifetime: TOKEN_SECONDS,
  resourceServerClients: [apiClient.id],
  scopes: {
    'read:accounts': { description: 'See your accounts' },
    'transfer:funds': { description: 'Transfer money', requires: { acr: 'mfa', maxAge: '5m' }, singleUse: true },
    'pay:once': { description: 'Pay once', singleUse: true },
  },
});

const clientsOf = ({ alg, client, apiClient, audience }: Settings): readonly Client[] => [
  {
    id: client.id,
    secret: client.secret,
    redirectUris: [client.redirectUri],
    name: 'Fabrikam',
    authentication: ['client_secret_basic'],
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    firstParty: true,
    apis: { [audience]: ['read:accounts', 'transfer:funds', 'pay:once'] },
    idTokenAlg: alg,
  },
  {
    ...apiClient,
    name: 'Accounts API',
    authentication: ['client_secret_basic'],
    grantTypes: ['client_credentials'],
  },
];

export const stileConfig = (settings: Settings): ConfigInput => ({
  issuer: settings.issuer,
  listen: { host: 'localhost', port: settings.port },
  dataFolder: settings.folder,
  // The load generator says which address each of its browsers comes from.
  trustedProxies: 1,
  // What is measured is how much it can do, and no limit is there for that.
  limits: { startsFromNetworkPerMinute: 10_000_000, startsPerMinute: 10_000_000 },
  apis: [apiOf(settings)],
  clients: [...clientsOf(settings)],
  users: Array.from({ length: settings.people }, (_, index) => {
    const { username, password, totpSecret } = person(index);
    return {
      id: username,
      username,
      password,
      claims: { name: `Robin ${index}`, email: `${username}@fabrikam.example` },
      totp: { name: 'Pixel 9', secret: totpSecret },
    };
  }),
});
