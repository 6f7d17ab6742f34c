/** What this API asks of its authorization server: its metadata and its keys. */
import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { JWTVerifyGetKey } from 'jose';
import { createRemoteJWKSet, customFetch, errors } from 'jose';
import type { Settings } from './settings.ts';

/** The authorization server could not be asked, or its answer was none. Its message never holds a token or a secret. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
  readonly code: 'discovery' | 'keys' | 'consumption';

  constructor(code: 'discovery' | 'keys' | 'consumption', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The parts of the issuer's metadata (RFC 8414, section 2) that an API uses. */
export interface IssuerMetadata {
  readonly jwksUri: URL | undefined;
  readonly tokenConsumptionEndpoint: URL | undefined;
}

const METADATA_AGE_SECONDS = 600;
const RETRY_SECONDS = 30;

/**
 * Where the metadata may be: RFC 8414, section 3.1 puts the well-known part before the issuer's path,
 * OpenID Connect Discovery 1.0, section 4 behind it.
 */
export const metadataUrls = (issuer: URL): readonly URL[] => {
  const path = issuer.pathname.replace(/\/$/, '');
  // As the path of this very host: resolved against it, a path that begins with two slashes would name another.
  const at = (pathname: string): URL => Object.assign(new URL(issuer), { pathname });
  return [at(`/.well-known/oauth-authorization-server${path}`), at(`${path}/.well-known/openid-configuration`)];
};

/** Asks without following redirects: an answer from elsewhere is not the issuer's. `undefined` unless it is 200. */
export const askForJson = async (settings: Settings, url: URL, init: RequestInit = {}): Promise<unknown> => {
  const response = await settings.fetch(url, {
    ...init,
    redirect: 'manual',
    signal: AbortSignal.timeout(settings.timeoutSeconds * 1000),
  });
  if (response.status === 200) return response.json();
  await response.body?.cancel();
  return undefined;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const endpointIn = (document: Readonly<Record<string, unknown>>, name: string, settings: Settings): URL | undefined => {
  const value = document[name];
  if (value === undefined) return undefined;
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !settings.mayAsk(url)) throw new IssuerUnavailable('discovery', `The issuer's ${name} is unusable.`);
  return url;
};

const discover = async (settings: Settings): Promise<IssuerMetadata> => {
  for (const url of metadataUrls(settings.issuerUrl)) {
    const document = await askForJson(settings, url);
    if (document === undefined) continue;
    // RFC 8414, section 3.3: the issuer must be identical, or the metadata must not be used.
    if (!isRecord(document) || document.issuer !== settings.issuer) {
      throw new IssuerUnavailable('discovery', `The metadata at ${url.href} are not those of ${settings.issuer}.`);
    }
    return {
      jwksUri: endpointIn(document, 'jwks_uri', settings),
      tokenConsumptionEndpoint: endpointIn(document, 'token_consumption_endpoint', settings),
    };
  }
  throw new IssuerUnavailable('discovery', `The issuer ${settings.issuer} publishes no metadata.`);
};

/** What the issuer says about itself. */
interface Metadata {
  readonly ask: () => Promise<IssuerMetadata>;
  /** Whether what is known is not due to be asked for again. */
  readonly isFresh: () => boolean;
}

/** The issuer's metadata: asked for once by however many requests wait, kept for ten minutes, and in an outage longer. */
export const metadataOf = (settings: Settings): Metadata => {
  let known: { readonly metadata: IssuerMetadata; readonly until: Instant } | undefined;
  let pending: Promise<IssuerMetadata> | undefined;

  const refresh = async (): Promise<IssuerMetadata> => {
    try {
      const metadata = await discover(settings);
      known = { metadata, until: secondsAfter(settings.now(), METADATA_AGE_SECONDS) };
      return metadata;
    } catch (error) {
      if (known) {
        known = { metadata: known.metadata, until: secondsAfter(settings.now(), RETRY_SECONDS) };
        return known.metadata;
      }
      if (error instanceof IssuerUnavailable) throw error;
      throw new IssuerUnavailable('discovery', `The issuer ${settings.issuer} cannot be asked for its metadata.`, {
        cause: error,
      });
    } finally {
      pending = undefined;
    }
  };

  return {
    ask: () => {
      if (known && settings.now() < known.until) return Promise.resolve(known.metadata);
      pending ??= refresh();
      return pending;
    },
    isFresh: () => known !== undefined && settings.now() < known.until,
  };
};

/** The keys as they were fetched at one time; another fetch makes another, whatever it brings. */
export type KeyGeneration = symbol;

/** The issuer's keys. */
export interface IssuerKeys {
  /** Finds the key of a token. */
  readonly find: JWTVerifyGetKey;
  /** Which keys would be looked through just now; nothing while there are none, or they are due to be fetched again. */
  readonly generation: () => KeyGeneration | undefined;
}

/** How long keys are kept: for a key that was withdrawn is believed for so long. Stile allows the same to caches. */
const KEYS_AGE_SECONDS = 300;

/**
 * The issuer's keys by `kid`. An unknown `kid` fetches them again, but not more often than the cooldown allows,
 * so that rotation works at once and invented `kid`s cost the issuer nothing.
 */
export const keysOf = (settings: Settings, metadata: Metadata): IssuerKeys => {
  let current: { readonly href: string; readonly find: ReturnType<typeof createRemoteJWKSet> } | undefined;
  let generation: KeyGeneration = Symbol('no keys yet');
  const fetchKeys: typeof settings.fetch = (input, init) => {
    generation = Symbol('keys');
    return settings.fetch(input, init);
  };
  const find: JWTVerifyGetKey = async (header, token) => {
    const url = settings.jwksUri ?? (await metadata.ask()).jwksUri;
    if (!url) throw new IssuerUnavailable('keys', `The issuer ${settings.issuer} names no jwks_uri.`);
    if (current?.href !== url.href) {
      const find = createRemoteJWKSet(url, {
        timeoutDuration: settings.timeoutSeconds * 1000,
        cooldownDuration: settings.keyCooldownSeconds * 1000,
        cacheMaxAge: KEYS_AGE_SECONDS * 1000,
        [customFetch]: fetchKeys,
      });
      current = { href: url.href, find };
    }
    const key = await current.find(header, token);
    if (!isSound(key)) throw new errors.JWKSNoMatchingKey();
    return key;
  };
  return {
    find,
    generation: () => {
      const isKnown = settings.jwksUri !== undefined || metadata.isFresh();
      return isKnown && current?.find.fresh === true && !current.find.reloading ? generation : undefined;
    },
  };
};

/**
 * Whether a key can be relied on. A weak one is as good as none: with an exponent of 1 anybody could sign
 * (RFC 7518, section 3.3; FIPS 186-5, section A.1.1).
 */
const isSound = ({ algorithm }: CryptoKey): boolean => {
  if (!('modulusLength' in algorithm && 'publicExponent' in algorithm)) return true;
  const { modulusLength, publicExponent } = algorithm;
  if (typeof modulusLength !== 'number' || !(publicExponent instanceof Uint8Array)) return false;
  const exponent = publicExponent.reduce((value, byte) => value * 256 + byte, 0);
  return modulusLength >= 2048 && exponent >= 65_537 && (publicExponent.at(-1) ?? 0) % 2 === 1;
};
