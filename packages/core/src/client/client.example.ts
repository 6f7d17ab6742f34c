import type { Client } from './client.ts';

/** A public client with nothing special about it, for the tests to vary. */
export const exampleClient: Client = {
  id: 'app',
  name: 'App',
  authentication: ['none'],
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['https://app.example/callback'],
  postLogoutRedirectUris: [],
  webOrigins: [],
  firstParty: true,
  apis: { 'https://api.example/': ['read', 'transfer'] },
  acrValues: 'required',
  pkce: 'required',
  idTokenAlg: 'RS256',
};
