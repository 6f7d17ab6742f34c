import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { VerifiedToken } from './access-token.ts';
import type { IssuerMetadata } from './issuer.ts';
import { askForJson, IssuerUnavailable } from './issuer.ts';
import type { Settings } from './settings.ts';
import { systemClock } from './settings.ts';

/** Remembers which tokens were used. */
export interface SingleUseStore {
  /**
   * Records the use of a token, atomically.
   *
   * @param jti the token's identifier
   * @param expiresAt from then on the token is refused for its age, so the record may be dropped
   * @returns true exactly once for each `jti`, on however many replicas and under any interleaving
   * @throws whatever it likes when it cannot tell: the call is then refused
   */
  consume(jti: string, expiresAt: Instant): Promise<boolean>;
}

/** Who remembers: the authorization server, asked with the credentials of this API; or a store of this API. */
export type SingleUse =
  | { readonly clientId: string; readonly clientSecret: string }
  | { readonly store: SingleUseStore };

/** Uses a token up: true exactly once. Throws when it is unknown whether this was the first use. */
export type Consume = (token: VerifiedToken, jwt: string) => Promise<boolean>;

const SWEEP_SECONDS = 60;

/** A store for one process. With more than one replica a token would be accepted once by each: use a shared store. */
export const createMemorySingleUseStore = (now: () => Instant = systemClock): SingleUseStore => {
  const used = new Map<string, Instant>();
  let sweepAt = now();
  return {
    consume: (jti, expiresAt) => {
      const moment = now();
      if (moment >= sweepAt) {
        for (const [old, expiry] of used) if (expiry < moment) used.delete(old);
        sweepAt = secondsAfter(moment, SWEEP_SECONDS);
      }
      if (used.has(jti)) return Promise.resolve(false);
      used.set(jti, expiresAt);
      return Promise.resolve(true);
    },
  };
};

/** RFC 6749, section 2.3.1: identifier and secret are form-encoded before they are joined. */
const basicCredentials = (clientId: string, clientSecret: string): string => {
  const encoded = (value: string): string => new URLSearchParams([['', value]]).toString().slice(1);
  return `Basic ${btoa(`${encoded(clientId)}:${encoded(clientSecret)}`)}`;
};

const consumedIn = (answer: unknown): boolean => {
  if (typeof answer === 'object' && answer !== null && 'consumed' in answer) {
    if (typeof answer.consumed === 'boolean') return answer.consumed;
  }
  throw new IssuerUnavailable('consumption', 'The token consumption endpoint gave no clear answer.');
};

const consumeAtIssuer = (
  settings: Settings,
  authorization: string,
  metadata: () => Promise<IssuerMetadata>,
): Consume => {
  return async (_token, jwt) => {
    const endpoint = (await metadata()).tokenConsumptionEndpoint;
    if (!endpoint) throw new IssuerUnavailable('consumption', 'The issuer names no token_consumption_endpoint.');
    const answer = await askForJson(settings, endpoint, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ token: jwt }).toString(),
    });
    return consumedIn(answer);
  };
};

/** How tokens are used up; `undefined` when the options do not say. */
export const consumeWith = (
  singleUse: SingleUse | undefined,
  settings: Settings,
  metadata: () => Promise<IssuerMetadata>,
): Consume | undefined => {
  if (!singleUse) return undefined;
  if ('store' in singleUse) {
    const { store } = singleUse;
    return async ({ jti, expiresAt }) =>
      (await store.consume(jti, secondsAfter(expiresAt, settings.clockToleranceSeconds))) === true;
  }
  const { clientId, clientSecret } = singleUse;
  if (!clientId || !clientSecret) throw new TypeError('singleUse is a store, or a clientId and a clientSecret.');
  return consumeAtIssuer(settings, basicCredentials(clientId, clientSecret), metadata);
};
