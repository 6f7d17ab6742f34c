/**
 * The configuration of Fabrikam's authorization server: its APIs and what their scopes demand, its applications, and a few
 * people to try it with. Every field is described in packages/server/src/config/schema.ts.
 */
import type { ConfigInput } from '@stile/server';
import { defineConfig } from '@stile/server';

const accountsApi = 'https://api.fabrikam.example/accounts';

/** The accounts API. What a scope demands holds for every application and on every grant. */
const accounts = {
  audience: accountsApi,
  name: 'Fabrikam accounts',
  tokenLifetime: '15m',
  resourceServerClients: ['accounts-api'],
  scopes: {
    'read:accounts': {
      description: { en: 'See your accounts', de: 'Ihre Konten sehen' },
    },
    'transfer:funds': {
      description: { en: 'Transfer money', de: 'Geld überweisen' },
      requires: { acr: 'mfa', maxAge: '5m' },
      singleUse: true,
    },
  },
} satisfies NonNullable<ConfigInput['apis']>[number];

/** People to try it with. They are added at the first start and left alone afterwards. */
const users: ConfigInput['users'] = [
  {
    id: 'user_robin',
    username: 'robin',
    password: 'correct horse battery staple',
    claims: { name: 'Robin Keller', email: 'robin@fabrikam.example', email_verified: true },
    totp: { name: 'Demo authenticator', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
    recoveryCodes: ['7K3M-9QWX-2F4H-8TNV-5C6D-1BJR', 'A9XE-4TGC-7PZM-3KQW-6HVN-2D5S'],
  },
  {
    id: 'user_sam',
    username: 'sam',
    password: 'purple otters juggle lemons',
    claims: { name: 'Sam Okafor', email: 'sam@fabrikam.example', email_verified: true },
  },
];

export default defineConfig((env) => {
  const issuer = env.STILE_ISSUER ?? 'http://localhost:9000/';
  const intranet = env.FABRIKAM_INTRANET_URL ?? 'http://localhost:9001';
  const bank = env.FABRIKAM_BANK_URL ?? 'http://localhost:9002';

  return {
    issuer,
    listen: { host: 'localhost', port: Number(new URL(issuer).port || 80) },
    dataFolder: env.STILE_DATA ?? './data',
    organisation: 'Fabrikam',
    demoHint: 'robin · correct horse battery staple',

    apis: [accounts],

    clients: [
      {
        id: 'intranet',
        name: 'Fabrikam Intranet',
        authentication: ['client_secret_basic', 'client_secret_post'],
        secret: 'demonstration-secret-of-the-intranet',
        redirectUris: [`${intranet}/callback`],
        postLogoutRedirectUris: [`${intranet}/`],
        firstParty: true,
        accent: '#0f766e',
      },
      {
        id: 'bank',
        name: 'Fabrikam Bank',
        authentication: ['none'],
        redirectUris: [`${bank}/`],
        postLogoutRedirectUris: [`${bank}/`],
        webOrigins: [bank],
        firstParty: true,
        apis: { [accountsApi]: ['read:accounts', 'transfer:funds'] },
        accent: '#2f5bea',
      },
      {
        id: 'budget-buddy',
        name: 'Budget Buddy',
        authentication: ['client_secret_basic', 'client_secret_post'],
        secret: 'demonstration-secret-of-budget-buddy',
        redirectUris: [`${intranet}/third-party/callback`],
        apis: { [accountsApi]: ['read:accounts'] },
      },
      {
        id: 'accounts-api',
        name: 'Fabrikam accounts API',
        authentication: ['client_secret_basic'],
        secret: 'demonstration-secret-of-the-accounts-api',
        grantTypes: ['client_credentials'],
      },
    ],

    users,
  };
});
