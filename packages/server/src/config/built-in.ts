/**
 * What the server brings along: the client that its own account pages are, and the API by which applications let people manage
 * their authenticators. They go through the same engine as everybody else's, so what a change demands is enforced in one place.
 */
import type { Level } from '@stile/core';
import { CHANGE_MAX_AGE_SECONDS, secondProofLevel } from '../authenticator/demand.ts';
import type { ParsedConfig } from './schema.ts';

/** The client id of the account pages; nobody else may have it. */
export const ACCOUNT_CLIENT = 'stile-account';

/** The audience of the account API, as Auth0 names it. */
export const accountAudience = (issuer: string): string => `${issuer}me/`;

/** The audience of the management API, as Auth0 names it. */
export const managementAudience = (issuer: string): string => `${issuer}api/v2/`;

/** Where the account pages are sent back to. */
export const accountRedirect = (issuer: string): string => `${issuer}account/signed-in`;

/** The scopes of the account API; those of `CHANGING_SCOPES` demand a second proof, and a fresh one. */
const READING = {
  'read:me:authentication_methods': { en: 'See how you sign in', de: 'Sehen, wie Sie sich anmelden' },
  'read:me:factors': { en: 'See how you could sign in', de: 'Sehen, wie Sie sich anmelden könnten' },
  'read:me:sessions': { en: 'See where you are signed in', de: 'Sehen, wo Sie angemeldet sind' },
} as const;

const CHANGING = {
  'create:me:authentication_methods': {
    en: 'Add a way to sign in for you',
    de: 'Eine Anmeldemethode für Sie hinzufügen',
  },
  'update:me:authentication_methods': {
    en: 'Change how you sign in',
    de: 'Ändern, wie Sie sich anmelden',
  },
  'delete:me:authentication_methods': {
    en: 'Remove a way to sign in for you',
    de: 'Eine Ihrer Anmeldemethoden entfernen',
  },
  'delete:me:sessions': { en: 'Sign you out elsewhere', de: 'Sie anderswo abmelden' },
} as const;

type ParsedApi = ParsedConfig['apis'][number];
type ParsedClient = ParsedConfig['clients'][number];

/** The account API. What changes an account demands the weakest level that a password alone does not reach, from the last five minutes. */
export const accountApi = (config: Pick<ParsedConfig, 'issuer'>, levels: readonly Level[]): ParsedApi => {
  const second = secondProofLevel(levels);
  const requires = { maxAge: CHANGE_MAX_AGE_SECONDS, ...(second && { acr: [second.acr] }) };
  const scopes: ParsedApi['scopes'] = {};
  for (const [name, description] of Object.entries(READING)) {
    scopes[name] = { description, requires: {}, singleUse: false };
  }
  for (const [name, description] of Object.entries(CHANGING)) {
    scopes[name] = { description, requires, singleUse: false };
  }
  return {
    audience: accountAudience(config.issuer),
    name: 'Account',
    signingAlg: 'RS256',
    tokenLifetime: 900,
    scopes,
    resourceServerClients: [],
  };
};

/** The scopes of the management API. They are for programs of the operator: a token that a person granted opens nothing there. */
const MANAGEMENT = {
  'read:decisions': { en: 'Read what was decided, and why', de: 'Lesen, was entschieden wurde und warum' },
  'read:lock_outs': { en: 'See whom a policy locks out', de: 'Sehen, wen eine Richtlinie aussperrt' },
  'read:stats': { en: 'Read statistics', de: 'Statistiken lesen' },
  'simulate:decisions': { en: 'Ask what would be decided', de: 'Fragen, was entschieden würde' },
} as const;

/** The management API. */
export const managementApi = ({ issuer }: Pick<ParsedConfig, 'issuer'>): ParsedApi => ({
  audience: managementAudience(issuer),
  name: 'Management',
  signingAlg: 'RS256',
  tokenLifetime: 900,
  scopes: Object.fromEntries(
    Object.entries(MANAGEMENT).map(([name, description]) => [name, { description, requires: {}, singleUse: false }]),
  ),
  resourceServerClients: [],
});

/** The client that the account pages are: public, with nothing but the sign-in, and never a token that anybody asks for. */
export const accountClient = ({
  issuer,
  organisation,
}: Pick<ParsedConfig, 'issuer' | 'organisation'>): ParsedClient => ({
  id: ACCOUNT_CLIENT,
  name: organisation,
  authentication: ['none'],
  grantTypes: ['authorization_code'],
  redirectUris: [accountRedirect(issuer)],
  postLogoutRedirectUris: [],
  webOrigins: [],
  firstParty: true,
  apis: {},
  acrValues: 'required',
  pkce: 'required',
  idTokenAlg: 'RS256',
  metadata: {},
});
