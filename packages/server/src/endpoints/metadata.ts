/** What this server can do, for machines: OpenID Connect Discovery 1.0 and RFC 8414. Everything said here is true. */
import { attainableLevels, OPENID_SCOPES, PROMPTS, RESPONSE_MODES, STANDARD_CLAIMS } from '@stile/core';
import type { Config } from '../config/config.ts';
import type { Handler } from '../deps.ts';
import { installedProofs } from '../factors/factors.ts';
import { corsHeaders } from '../http/cors.ts';

const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
const AUTHENTICATED = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
const ASSERTION_ALGS = ['RS256', 'PS256', 'ES256'];

const acrValues = (config: Config): readonly string[] =>
  attainableLevels(config.levels, installedProofs(config)).flatMap(({ acr, aliases }) => [acr, ...aliases]);

const scopes = (config: Config): readonly string[] => [
  ...OPENID_SCOPES,
  ...new Set([...config.apis.values()].flatMap((api) => Object.keys(api.scopes))),
];

/** RFC 8414, section 2, with the members of RFC 9207, RFC 9470 and Stile's own `token_consumption_endpoint`. */
const serverMetadata = (config: Config): Readonly<Record<string, unknown>> => {
  const at = (path: string): string => `${config.issuer}${path}`;
  return {
    issuer: config.issuer,
    authorization_endpoint: at('authorize'),
    token_endpoint: at('oauth/token'),
    jwks_uri: at('.well-known/jwks.json'),
    revocation_endpoint: at('oauth/revoke'),
    introspection_endpoint: at('oauth/introspect'),
    token_consumption_endpoint: at('oauth/consume'),
    scopes_supported: scopes(config),
    response_types_supported: ['code'],
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGS,
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGS,
    introspection_endpoint_auth_methods_supported: AUTHENTICATED,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGS,
    code_challenge_methods_supported: ['S256'],
    acr_values_supported: acrValues(config),
    authorization_response_iss_parameter_supported: true,
    ui_locales_supported: ['en', 'de'],
  };
};

const openidMetadata = (config: Config): Readonly<Record<string, unknown>> => ({
  ...serverMetadata(config),
  userinfo_endpoint: `${config.issuer}userinfo`,
  end_session_endpoint: `${config.issuer}oidc/logout`,
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256', 'ES256'],
  prompt_values_supported: PROMPTS,
  claim_types_supported: ['normal'],
  claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'sid', ...STANDARD_CLAIMS],
  claims_parameter_supported: true,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
});

const document =
  (contents: (config: Config) => Readonly<Record<string, unknown>>): Handler =>
  async (request, deps) =>
    new Response(JSON.stringify(contents(deps.config)), {
      headers: {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
        ...corsHeaders(request, deps.config, 'anyone'),
      },
    });

/** `/.well-known/openid-configuration` */
export const openidConfiguration: Handler = document(openidMetadata);

/** `/.well-known/oauth-authorization-server` */
export const authorizationServerMetadata: Handler = document(openidMetadata);
