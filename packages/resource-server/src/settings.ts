import type { Instant } from '@stile/core';
import { formatChallenge, instant } from '@stile/core';
import type { Decision } from './decision.ts';
import type { SingleUse } from './single-use.ts';

/** What a resource server is told about itself and the authorization server it trusts. */
export interface ResourceServerOptions {
  /** The issuer, exactly as it stands in `iss`: with the trailing slash if it has one. */
  readonly issuer: string;
  /** The identifier of this API, one of the values of `aud`. */
  readonly audience: string;
  /** Signature algorithms accepted; asymmetric ones only. */
  readonly algorithms?: readonly string[];
  /** Where the issuer's keys are; without it they are found through the issuer's metadata. */
  readonly jwksUri?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly now?: () => Instant;
  /** By how many seconds the issuer's clock may differ from this one: 0 to 60, by default 5. */
  readonly clockToleranceSeconds?: number;
  /** Named in every challenge (RFC 9728, section 5.1). */
  readonly resourceMetadataUrl?: string;
  /** Published in the metadata; without it, the scopes that guarded routes demand. */
  readonly scopesSupported?: readonly string[];
  /** How a token is used up; without it a token that may be used only once is refused. */
  readonly singleUse?: SingleUse;
  /** How long to wait for the authorization server, in seconds; by default 5. */
  readonly timeoutSeconds?: number;
  /** How long after a fetch of the keys an unknown `kid` fetches no more, in seconds; by default 30. */
  readonly keyCooldownSeconds?: number;
  /** How many verified tokens are remembered, by their hashes, so that their signatures are not checked again; by default 1000. */
  readonly tokensRemembered?: number;
  /** Allows `http:` beyond this machine, for networks that are secured otherwise. */
  readonly allowInsecureRequests?: boolean;
  /** Called once for each decision, before it is carried out. If it throws, the call fails. */
  readonly onDecision?: (decision: Decision) => void;
}

/** The options, checked and complete. */
export interface Settings {
  readonly issuer: string;
  readonly issuerUrl: URL;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly jwksUri: URL | undefined;
  readonly resourceMetadata: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => Instant;
  readonly clockToleranceSeconds: number;
  readonly timeoutSeconds: number;
  readonly keyCooldownSeconds: number;
  readonly tokensRemembered: number;
  /** SHA-256 at once, where the runtime has it. */
  readonly digest: ((text: string) => string) | undefined;
  /** Whether an address is one that secrets may be sent to. */
  readonly mayAsk: (url: URL) => boolean;
}

const ASYMMETRIC = /^(?:[RPE]S(?:256|384|512)|EdDSA|Ed25519)$/;

const LOOPBACK = /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export const systemClock = (): Instant => instant(Math.floor(Date.now() / 1000));

const checkedUrl = (value: string, name: string, mayAsk: (url: URL) => boolean): URL => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !mayAsk(url)) throw new TypeError(`${name} is an https address (http only on this machine).`);
  return url;
};

const checkedMetadataUrl = (value: string | undefined, mayAsk: (url: URL) => boolean): string | undefined => {
  if (value === undefined) return undefined;
  const resourceMetadata = checkedUrl(value, 'resourceMetadataUrl', mayAsk).href;
  formatChallenge({ scheme: 'Bearer', resourceMetadata });
  return resourceMetadata;
};

const checkedNumber = (value: number, name: string, least: number, most: number): number => {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new TypeError(`${name} is a whole number from ${least} to ${most}.`);
  }
  return value;
};

const checkedAlgorithms = (algorithms: readonly string[]): readonly string[] => {
  const foreign = algorithms.find((algorithm) => !ASYMMETRIC.test(algorithm));
  if (foreign !== undefined || algorithms.length === 0) {
    throw new TypeError('algorithms are asymmetric signature algorithms: no "none", no shared secret.');
  }
  return [...algorithms];
};

/** `hash` of Node, Deno and Bun, without naming a module that a browser or a worker does not have. */
const digestOfRuntime = (): ((text: string) => string) | undefined => {
  const { hash } = globalThis.process?.getBuiltinModule?.('node:crypto') ?? {};
  return hash && ((text) => hash('sha256', text, 'base64url'));
};

/** @throws TypeError for options that cannot be meant: at start, not at the first request. */
export const settingsFrom = (options: ResourceServerOptions): Settings => {
  const mayAsk = (url: URL): boolean =>
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && (options.allowInsecureRequests === true || LOOPBACK.test(url.hostname)));
  const issuerUrl = checkedUrl(options.issuer, 'issuer', mayAsk);
  if (issuerUrl.search || issuerUrl.hash) throw new TypeError('issuer has neither query nor fragment.');
  if (typeof options.audience !== 'string' || options.audience === '') throw new TypeError('audience is missing.');
  const ask = options.fetch ?? globalThis.fetch;
  return {
    issuer: options.issuer,
    issuerUrl,
    audience: options.audience,
    algorithms: checkedAlgorithms(options.algorithms ?? ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']),
    jwksUri: options.jwksUri === undefined ? undefined : checkedUrl(options.jwksUri, 'jwksUri', mayAsk),
    resourceMetadata: checkedMetadataUrl(options.resourceMetadataUrl, mayAsk),
    // Called by its bare name: some runtimes refuse `fetch` as a method of anything.
    fetch: (input, init) => ask(input, init),
    now: options.now ?? systemClock,
    clockToleranceSeconds: checkedNumber(options.clockToleranceSeconds ?? 5, 'clockToleranceSeconds', 0, 60),
    timeoutSeconds: checkedNumber(options.timeoutSeconds ?? 5, 'timeoutSeconds', 1, 60),
    keyCooldownSeconds: checkedNumber(options.keyCooldownSeconds ?? 30, 'keyCooldownSeconds', 0, 3600),
    tokensRemembered: checkedNumber(options.tokensRemembered ?? 1000, 'tokensRemembered', 0, 1_000_000),
    digest: digestOfRuntime(),
    mayAsk,
  };
};
