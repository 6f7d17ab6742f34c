import type { OAuthError } from '../error.ts';
import { oauthError } from '../error.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';

/** The parameters of a request as they came: every name with all its values. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

/** Longest accepted value of any parameter, in UTF-16 units; `claims`, `state` and `id_token_hint` are the long ones. */
const LONGEST = 8192;

const CONTROL = /\p{Cc}/u;

/** All values of a parameter that may occur more than once; empty ones count as none. */
export const several = (parameters: Parameters, name: string): Result<readonly string[], OAuthError> => {
  const values = (parameters.get(name) ?? []).filter((value) => value !== '');
  if (values.some((value) => value.length > LONGEST)) {
    return refused(oauthError('invalid_request', `too_long:${name}`, `${name} is too long`));
  }
  return values.some((value) => CONTROL.test(value))
    ? refused(oauthError('invalid_request', `control_character:${name}`, `${name} holds a control character`))
    : ok(values);
};

/**
 * The one value of a parameter.
 *
 * RFC 6749, section 3.1: an empty value counts as none, and a parameter may not occur more than once.
 */
export const single = (parameters: Parameters, name: string): Result<string | undefined, OAuthError> => {
  if ((parameters.get(name)?.length ?? 0) > 1) {
    return refused(oauthError('invalid_request', `doubled:${name}`, `${name} occurs more than once`));
  }
  const values = several(parameters, name);
  return values.ok ? ok(values.value[0]) : values;
};

/** Several parameters at once; the first bad one refuses them all. */
export const singles = <Name extends string>(
  parameters: Parameters,
  names: readonly Name[],
): Result<{ readonly [name in Name]?: string }, OAuthError> => {
  const found: { [name in Name]?: string } = {};
  for (const name of names) {
    const value = single(parameters, name);
    if (!value.ok) return value;
    if (value.value !== undefined) found[name] = value.value;
  }
  return ok(found);
};

/** The words of a space-separated list, without doubles, in order. */
export const words = (list: string | undefined): readonly string[] => [
  ...new Set((list ?? '').split(' ').filter((word) => word !== '')),
];
