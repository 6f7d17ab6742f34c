import type { Deps } from '../deps.ts';
import { equalInConstantTime, hmacSha256 } from '../digest.ts';

/**
 * The value a form must send back: bound to what the form is for and to the browser it was shown in, so that no other site
 * can make it. There is nothing to store and nothing to expire beyond what it is bound to.
 */
export const csrfToken = (deps: Pick<Deps, 'secrets'>, purpose: string, browserSecret: string): string =>
  hmacSha256(deps.secrets.csrf, `${purpose}\n${browserSecret}`);

/** Whether a form sent the value it was given. */
export const isCsrfToken = (
  deps: Pick<Deps, 'secrets'>,
  purpose: string,
  browserSecret: string,
  sent: string | undefined,
): boolean => sent !== undefined && equalInConstantTime(sent, csrfToken(deps, purpose, browserSecret));
