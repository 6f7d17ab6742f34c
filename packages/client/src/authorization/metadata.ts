import type { JsonObject } from '@stile/core';
import { isJsonObject } from '@stile/core';
import { StepUpError } from '../error.ts';
import { isStringList } from '../json.ts';
import { isConfidential } from '../resource.ts';

/** What a client needs of the authorization server's metadata (OpenID Connect Discovery 1.0; RFC 8414; RFC 9207). */
export interface ServerMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly endSessionEndpoint?: string;
  readonly revocationEndpoint?: string;
  /** RFC 9207: every authorization response carries `iss`. */
  readonly issIsPromised: boolean;
  /** RFC 9470, section 7: present when the server honours `acr_values` and `max_age`. */
  readonly acrValuesSupported?: readonly string[];
}

/** How long the authorization server may take to answer one request, in milliseconds for `AbortSignal`. */
export const serverTimeoutMilliseconds = 10_000;

/**
 * A reader of the issuer's metadata that fetches it once. A failure is not kept: the next call tries again.
 *
 * @throws {TypeError} when the issuer is not an https URL (http is allowed on the loopback interface)
 */
export function createDiscovery(issuer: string, fetch: typeof globalThis.fetch): () => Promise<ServerMetadata> {
  const url = new URL(issuer);
  if (!isConfidential(url) || url.search !== '' || url.hash !== '') {
    throw new TypeError('The issuer must be an https URL without query and fragment');
  }
  let known: Promise<ServerMetadata> | undefined;
  return () => {
    known ??= discover(issuer, fetch).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function discover(issuer: string, fetch: typeof globalThis.fetch): Promise<ServerMetadata> {
  // OpenID Connect Discovery 1.0, section 4.1: a terminating slash is removed before the suffix is appended.
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  let document: unknown;
  try {
    const response = await fetch(url, {
      redirect: 'error',
      credentials: 'omit',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(serverTimeoutMilliseconds),
    });
    document = response.ok ? await response.json() : undefined;
  } catch (cause) {
    throw new StepUpError('server_unusable', 'The metadata of the authorization server cannot be read', { cause });
  }
  if (!isJsonObject(document)) throw new StepUpError('server_unusable', 'The issuer has no metadata document');
  return metadataOf(document, issuer);
}

function metadataOf(document: JsonObject, issuer: string): ServerMetadata {
  // OpenID Connect Discovery 1.0, section 4.3: exactly the issuer whose metadata was asked for.
  if (document.issuer !== issuer) {
    throw new StepUpError('server_unusable', 'The metadata names another issuer than the configured one');
  }
  const authorizationEndpoint = endpoint(document.authorization_endpoint);
  const tokenEndpoint = endpoint(document.token_endpoint);
  const endSessionEndpoint = endpoint(document.end_session_endpoint);
  const revocationEndpoint = endpoint(document.revocation_endpoint);
  if (authorizationEndpoint === undefined || tokenEndpoint === undefined) {
    throw new StepUpError('server_unusable', 'The metadata lacks a usable authorization or token endpoint');
  }
  const acrValuesSupported = document.acr_values_supported;
  return {
    issuer,
    authorizationEndpoint,
    tokenEndpoint,
    issIsPromised: document.authorization_response_iss_parameter_supported === true,
    ...(endSessionEndpoint === undefined ? {} : { endSessionEndpoint }),
    ...(revocationEndpoint === undefined ? {} : { revocationEndpoint }),
    ...(isStringList(acrValuesSupported) ? { acrValuesSupported } : {}),
  };
}

function endpoint(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  return isConfidential(new URL(value)) ? value : undefined;
}
