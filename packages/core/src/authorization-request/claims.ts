import type { OAuthError } from '../error.ts';
import { oauthError } from '../error.ts';
import type { JsonObject } from '../json-object.ts';
import { isJsonObject, parseJsonObject } from '../json-object.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { RequestedClaims } from '../token/released-claims.ts';
import { STANDARD_CLAIMS } from '../token/released-claims.ts';
import type { ClaimRequest } from './authorization-request.ts';

/** What the `claims` parameter asks for (OpenID Connect Core 1.0, section 5.5). */
export interface ClaimsParameter {
  readonly acrClaim?: ClaimRequest;
  readonly subClaim?: string;
  readonly requestedClaims?: RequestedClaims;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const malformed = refused(oauthError('invalid_request', 'claims_malformed', 'claims is not a valid claims request'));

const member = (object: JsonObject, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined);

const claimRequest = (value: unknown): ClaimRequest | undefined => {
  if (value === null) return { essential: false, values: [] };
  if (!isJsonObject(value)) return undefined;
  const [essential, one] = [member(value, 'essential') ?? false, member(value, 'value')];
  const several: unknown = member(value, 'values') ?? [];
  if (typeof essential !== 'boolean' || !isList(several)) return undefined;
  const values = one === undefined ? several : [one, ...several];
  const strings = values.filter((item) => typeof item === 'string');
  return strings.length === values.length ? { essential, values: strings } : undefined;
};

/**
 * The standard claims that are asked for; `undefined` when a request for one has no form.
 *
 * Whether a claim is essential makes no difference: no error comes of one that is not known (section 5.5.1). Nor do values:
 * what is known is told as it is.
 */
const standardClaims = (object: JsonObject): readonly string[] | undefined => {
  const names = STANDARD_CLAIMS.filter((name) => Object.hasOwn(object, name));
  return names.every((name) => object[name] === null || isJsonObject(object[name])) ? names : undefined;
};

/** The one person whom `sub` means, in either place. */
const subject = (...requests: readonly unknown[]): Result<string | undefined, OAuthError> => {
  const asked = requests.filter((request) => request !== undefined).map(claimRequest);
  const known = asked.filter((request) => request !== undefined);
  if (known.length < asked.length) return malformed;
  const [only, ...others] = new Set(known.flatMap(({ values }) => values));
  return others.length > 0 ? malformed : ok(only);
};

/** Reads the `claims` parameter. Claims that are not understood are passed over, as section 5.5 wants. */
export const parseClaims = (text: string | undefined): Result<ClaimsParameter, OAuthError> => {
  if (text === undefined) return ok({});
  const claims = parseJsonObject(text);
  if (!claims) return malformed;
  const idToken = member(claims, 'id_token') ?? {};
  const userinfo = member(claims, 'userinfo') ?? {};
  if (!isJsonObject(idToken) || !isJsonObject(userinfo)) return malformed;
  const acr = member(idToken, 'acr');
  const acrClaim = claimRequest(acr);
  if (acr !== undefined && !acrClaim) return malformed;
  const sub = subject(member(idToken, 'sub'), member(userinfo, 'sub'));
  if (!sub.ok) return sub;
  const names = { idToken: standardClaims(idToken), userinfo: standardClaims(userinfo) };
  if (!names.idToken || !names.userinfo) return malformed;
  const requestedClaims = { idToken: names.idToken, userinfo: names.userinfo };
  return ok({
    ...(acrClaim && { acrClaim }),
    ...(sub.value !== undefined && { subClaim: sub.value }),
    ...(names.idToken.length + names.userinfo.length > 0 && { requestedClaims }),
  });
};
