import type { OAuthError } from '../error.ts';
import { oauthError } from '../error.ts';
import type { JsonObject } from '../json-object.ts';
import { isJsonObject, parseJsonObject } from '../json-object.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { ClaimRequest } from './authorization-request.ts';

/** The part of the `claims` parameter that bears on authentication (OpenID Connect Core 1.0, section 5.5). */
export interface AuthenticationClaims {
  readonly acrClaim?: ClaimRequest;
  readonly subClaim?: string;
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

/** Reads the `claims` parameter; what it asks of other claims is left to the scopes. */
export const parseClaims = (text: string | undefined): Result<AuthenticationClaims, OAuthError> => {
  if (text === undefined) return ok({});
  const claims = parseJsonObject(text);
  if (!claims) return malformed;
  const idToken = member(claims, 'id_token') ?? {};
  const userinfo = member(claims, 'userinfo') ?? {};
  if (!isJsonObject(idToken) || !isJsonObject(userinfo)) return malformed;
  const [acr, sub] = [member(idToken, 'acr'), member(idToken, 'sub')];
  const acrClaim = acr === undefined ? undefined : claimRequest(acr);
  const subClaim = sub === undefined ? undefined : claimRequest(sub);
  if ((acr !== undefined && !acrClaim) || (sub !== undefined && !subClaim)) return malformed;
  const [subject, ...others] = subClaim?.values ?? [];
  if (others.length > 0) return malformed;
  return ok({ ...(acrClaim && { acrClaim }), ...(subject !== undefined && { subClaim: subject }) });
};
