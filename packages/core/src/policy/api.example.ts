import type { Api, ProofDemand, ScopePolicy } from './api.ts';

const scope = (requires: ProofDemand, singleUse = false): ScopePolicy => ({ description: {}, requires, singleUse });

/** The API of a bank, for the tests: reading demands nothing, moving money demands two factors within five minutes. */
export const exampleApi: Api = {
  audience: 'https://api.example/',
  name: 'Accounts',
  signingAlg: 'RS256',
  tokenLifetimeSeconds: 300,
  scopes: {
    read: scope({}),
    transfer: scope({ acr: ['mfa'], maxAgeSeconds: 300 }),
    vault: scope({ acr: ['phr'] }),
    pay: scope({ acr: ['mfa'], maxAgeSeconds: 300 }, true),
    recent: scope({ maxAgeSeconds: 60 }),
    impossible: scope({ acr: ['loa9'] }),
  },
  resourceServerClients: [],
};
