import { exampleClient } from '../client/client.example.ts';
import { trustRedirect } from '../client/redirect-uri.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

const redirect = trustRedirect(exampleClient, exampleClient.redirectUris[0], true);
if (!redirect.ok) throw new Error('The example client does not trust its own address.');

/** A request of the example client that asks for nothing in particular, for the tests to vary. */
export const exampleRequest: AuthorizationRequest = {
  clientId: exampleClient.id,
  channel: { redirect: redirect.value, mode: 'query' },
  scopes: [],
  prompt: [],
  acrValues: [],
  uiLocales: [],
};
