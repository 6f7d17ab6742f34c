/** The configuration of these tests: two APIs, and a client of every kind. */
import type { ConfigInput } from '@stile/server';
import type { Person } from './people.ts';

/** RS256, with scopes that demand a second proof. */
export const ACCOUNTS = 'https://api.fabrikam.example/accounts';
/** ES256, with a scope that demands nothing. */
export const REPORTS = 'https://api.fabrikam.example/reports';

/** Auth0's name for two factors. */
export const PAPE = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

export const CALLBACK = 'https://app.fabrikam.example/callback';
export const CALLBACK_WITH_QUERY = 'https://app.fabrikam.example/callback?tenant=blue';
export const SIGNED_OUT = 'https://app.fabrikam.example/signed-out';

/** With characters that RFC 6749, section 2.3.1 wants encoded before they go into a Basic header. */
export const WEB_SECRET = 'p@ss: w/ord+of%the "web" client';
export const API_SECRET = 'secret-of-the-accounts-api';
export const NIGHTLY_SECRET = 'secret-of-the-nightly-job';
export const BUDGET_SECRET = 'secret-of-the-budget-app';

type Clients = NonNullable<ConfigInput['clients']>;

const apis: NonNullable<ConfigInput['apis']> = [
  {
    audience: ACCOUNTS,
    name: 'Fabrikam accounts',
    resourceServerClients: ['accounts-api'],
    scopes: {
      'read:accounts': { description: 'See your accounts' },
      'transfer:funds': {
        description: 'Transfer money',
        requires: { acr: 'mfa', maxAge: '5m' },
        singleUse: true,
      },
      'close:account': { description: 'Close an account', requires: { acr: 'mfa', maxAge: '5m' } },
    },
  },
  { audience: REPORTS, name: 'Reports', signingAlg: 'ES256', scopes: { 'read:reports': {} } },
];

const scopesOfAccounts = ['read:accounts', 'transfer:funds', 'close:account'];

const clients: Clients = [
  {
    id: 'web',
    name: 'Fabrikam Intranet',
    authentication: ['client_secret_basic', 'client_secret_post'],
    secret: WEB_SECRET,
    redirectUris: [CALLBACK, CALLBACK_WITH_QUERY],
    postLogoutRedirectUris: [SIGNED_OUT],
    firstParty: true,
    apis: { [ACCOUNTS]: scopesOfAccounts, [REPORTS]: ['read:reports'] },
  },
  {
    id: 'wishful',
    name: 'A client that reads acr_values as OpenID Connect does',
    authentication: ['client_secret_basic'],
    secret: WEB_SECRET,
    redirectUris: [CALLBACK],
    firstParty: true,
    acrValues: 'voluntary',
  },
  {
    id: 'native',
    name: 'Fabrikam on the phone',
    authentication: ['none'],
    redirectUris: ['http://127.0.0.1/callback'],
    firstParty: true,
    apis: { [ACCOUNTS]: scopesOfAccounts },
  },
  {
    id: 'budget',
    name: 'Budget Buddy',
    authentication: ['client_secret_basic'],
    secret: BUDGET_SECRET,
    redirectUris: [CALLBACK],
    apis: { [ACCOUNTS]: ['read:accounts'] },
  },
  {
    id: 'accounts-api',
    name: 'Accounts API',
    authentication: ['client_secret_basic'],
    secret: API_SECRET,
    grantTypes: ['client_credentials'],
  },
  {
    id: 'nightly',
    name: 'Nightly job',
    authentication: ['client_secret_basic', 'client_secret_post'],
    secret: NIGHTLY_SECRET,
    grantTypes: ['client_credentials'],
    apis: { [REPORTS]: ['read:reports'], [ACCOUNTS]: scopesOfAccounts },
  },
];

/** The configuration of one server. @param more clients that only one file of tests needs */
export const fabrikam = (
  issuer: string,
  dataFolder: string,
  people: readonly Person[],
  more: Clients,
): ConfigInput => ({
  issuer,
  listen: { host: 'localhost', port: Number(new URL(issuer).port) },
  dataFolder,
  organisation: 'Fabrikam',
  apis,
  clients: [...clients, ...more],
  users: people.map(({ id, username, password, totpSecret }) => ({
    id,
    username,
    password,
    claims: { name: `${username} of Fabrikam`, email: `${username}@fabrikam.example`, email_verified: true },
    totp: { name: 'Phone', secret: totpSecret },
  })),
});
