import type { ConfigInput } from '../config/schema.ts';

export const ACCOUNTS = 'https://api.fabrikam.example/accounts';
export const REPORTS = 'https://api.fabrikam.example/reports';
export const ROBIN = { id: 'user_robin', username: 'robin', password: 'correct horse battery staple' } as const;
/** Has no second factor. */
export const SAM = { id: 'user_sam', username: 'sam', password: 'purple otters juggle lemons' } as const;
export const ROBIN_TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const ROBIN_RECOVERY_CODES = ['7K3M-9QWX-2F4H-8TNV-5C6D-1BJR', 'A9XE-4TGC-7PZM-3KQW-6HVN-2D5S'] as const;
export const WEB_SECRET = 'secret-of-the-web-client-for-tests';
export const API_SECRET = 'secret-of-the-accounts-api-for-tests';

/** Fabrikam in small: two APIs, a client of every kind, two people. */
export const testConfig: ConfigInput = {
  issuer: 'https://login.fabrikam.example/',
  organisation: 'Fabrikam',
  encryptionKey: Buffer.alloc(32, 7).toString('base64url'),
  apis: [
    {
      audience: ACCOUNTS,
      name: 'Accounts',
      resourceServerClients: ['accounts-api'],
      scopes: {
        'read:accounts': { description: { en: 'See your accounts', de: 'Ihre Konten sehen' } },
        'transfer:funds': {
          description: { en: 'Transfer money', de: 'Geld überweisen' },
          requires: { acr: 'mfa', maxAge: '5m' },
          singleUse: true,
        },
        'close:account': { description: { en: 'Close an account' }, requires: { acr: 'mfa' } },
      },
    },
    {
      audience: REPORTS,
      name: 'Reports',
      signingAlg: 'ES256',
      scopes: { 'read:reports': { description: 'Read reports' } },
    },
  ],
  clients: [
    {
      id: 'web',
      name: 'Fabrikam Intranet',
      authentication: ['client_secret_basic', 'client_secret_post'],
      secret: WEB_SECRET,
      redirectUris: ['https://intranet.fabrikam.example/callback'],
      postLogoutRedirectUris: ['https://intranet.fabrikam.example/'],
      firstParty: true,
      apis: { [ACCOUNTS]: ['read:accounts', 'transfer:funds', 'close:account'], [REPORTS]: ['read:reports'] },
    },
    {
      id: 'spa',
      name: 'Fabrikam Bank',
      authentication: ['none'],
      redirectUris: ['https://bank.fabrikam.example/'],
      postLogoutRedirectUris: ['https://bank.fabrikam.example/'],
      webOrigins: ['https://bank.fabrikam.example'],
      firstParty: true,
      apis: { [ACCOUNTS]: ['read:accounts', 'transfer:funds'] },
    },
    {
      id: 'third-party',
      name: 'Budget Buddy',
      authentication: ['client_secret_basic'],
      secret: 'secret-of-the-third-party-for-tests',
      redirectUris: ['https://budget.example/callback'],
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
      name: 'Nightly report',
      authentication: ['client_secret_basic', 'client_secret_post'],
      secret: 'secret-of-the-nightly-job-for-tests',
      grantTypes: ['client_credentials'],
      apis: { [REPORTS]: ['read:reports'], [ACCOUNTS]: ['read:accounts', 'transfer:funds'] },
    },
  ],
  users: [
    {
      ...ROBIN,
      claims: { name: 'Robin Keller', email: 'robin@fabrikam.example', email_verified: true },
      totp: { name: 'Pixel 9', secret: ROBIN_TOTP_SECRET },
      recoveryCodes: [...ROBIN_RECOVERY_CODES],
    },
    { ...SAM, claims: { name: 'Sam Okafor' } },
  ],
};
