/** Who asks for passkeys, and from where they may be used. */
import { isIP } from 'node:net';
import type { FactorSettings } from './factor.ts';

/** The relying party of this server (WebAuthn Level 3, section 5.4.2 and 7). */
export interface RelyingParty {
  readonly id: string;
  /** The origins whose pages may ask. */
  readonly origins: readonly string[];
  /** The origins of pages in whose frames ours may ask. */
  readonly topOrigins: readonly string[];
}

type Settings = Pick<FactorSettings, 'issuer' | 'webauthn'>;

const LOOPBACK_NAME = /(^|\.)localhost$/;

const bareHost = (issuer: string): string => new URL(issuer).hostname.replace(/^\[|\]$/g, '');

/** Whether a domain is the host itself or above it. */
const covers = (domain: string, host: string): boolean => host === domain || host.endsWith(`.${domain}`);

/** Why browsers would refuse to use passkeys here; nothing when they would not. */
const whyNoPasskeys = ({ issuer, webauthn }: Settings): string | undefined => {
  const host = bareHost(issuer);
  if (isIP(host) !== 0) return 'passkeys belong to a domain, and the issuer has an address in its place.';
  if (!issuer.startsWith('https:') && !LOOPBACK_NAME.test(host)) return 'passkeys need https.';
  if (webauthn.rpId !== undefined && !covers(webauthn.rpId, host)) {
    return `rpId ${webauthn.rpId} is neither the host of the issuer nor a domain above it.`;
  }
  return undefined;
};

/** What contradicts itself in a configuration that says more of passkeys than whether there are any. */
export const faultsOfPasskeys = (settings: Settings): readonly string[] => {
  const { enabled, rpId, origins } = settings.webauthn;
  const why = whyNoPasskeys(settings);
  return enabled && why !== undefined && (rpId !== undefined || origins.length > 0) ? [`webauthn: ${why}`] : [];
};

/** @returns nothing when passkeys are switched off or cannot work here */
export const relyingParty = (settings: Settings): RelyingParty | undefined => {
  const { issuer, webauthn } = settings;
  if (!webauthn.enabled || whyNoPasskeys(settings) !== undefined) return undefined;
  return {
    id: webauthn.rpId ?? bareHost(issuer),
    origins: [new URL(issuer).origin, ...webauthn.origins],
    topOrigins: webauthn.topOrigins,
  };
};

/**
 * The document by which browsers learn where else the passkeys of this host may be used (section 5.11.1); nothing when there is
 * nowhere, or when it has to be served by another host.
 */
export const relatedOrigins = (settings: Settings): { readonly origins: readonly string[] } | undefined => {
  const party = relyingParty(settings);
  if (!party || party.id !== bareHost(settings.issuer) || party.origins.length < 2) return undefined;
  return { origins: party.origins };
};
