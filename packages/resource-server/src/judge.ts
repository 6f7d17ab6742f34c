import type { Result } from '@stile/core';
import { ok, refused } from '@stile/core';
import type { VerifiedToken } from './access-token.ts';
import type { AuthorizationSource } from './bearer.ts';
import { bearerToken } from './bearer.ts';
import type { Ground } from './decision.ts';
import type { CheckedDemand } from './demand.ts';
import { lackOf } from './demand.ts';
import { IssuerUnavailable } from './issuer.ts';
import type { Settings } from './settings.ts';
import type { Consume } from './single-use.ts';
import type { Verify } from './verified-tokens.ts';

/** A valid token that meets the demand, or the ground to refuse the call and the token if it was valid. */
export type Judgement =
  | { readonly token: VerifiedToken; readonly usedUp: boolean }
  | { readonly ground: Ground; readonly token?: VerifiedToken };

export type Judge = (source: AuthorizationSource, demand: CheckedDemand) => Promise<Judgement>;

/** The outcome of using a token up; not knowing whether it was used before refuses it. */
const useUp = async (
  consume: Consume | undefined,
  token: VerifiedToken,
  jwt: string,
): Promise<Result<void, Ground>> => {
  try {
    if (!consume) throw new IssuerUnavailable('consumption', 'No way to use a token up is configured.');
    return (await consume(token, jwt)) ? ok(undefined) : refused({ reason: 'already_used' });
  } catch (cause) {
    return refused({ reason: 'single_use_unavailable', cause });
  }
};

/**
 * THE RULE of a resource server: a token, a valid one, with the scopes, with the proof, and then it is used up.
 * The use comes last, so that a call that is refused for something else leaves the token unused.
 */
export const judgeWith = (settings: Settings, verify: Verify, consume: Consume | undefined): Judge => {
  const judge: Judge = async (source, demand) => {
    const credentials = bearerToken(source);
    if (!credentials.ok) return { ground: { reason: credentials.error } };
    const now = settings.now();
    const verified = await verify(credentials.value, now);
    if (!verified.ok) return { ground: { reason: verified.error } };
    const token = verified.value;
    const lack = lackOf(token, demand, now, settings.clockToleranceSeconds);
    if (lack) return { ground: lack, token };
    if (!demand.usesUp(token)) return { token, usedUp: false };
    const used = await useUp(consume, token, credentials.value);
    return used.ok ? { token, usedUp: true } : { ground: used.error, token };
  };
  return async (source, demand) => {
    try {
      return await judge(source, demand);
    } catch (cause) {
      if (cause instanceof IssuerUnavailable) return { ground: { reason: 'issuer_unavailable', cause } };
      throw cause;
    }
  };
};
