import { formatChallenge } from '@stile/core';
import type { Refusal } from './decision.ts';

/** A refusal as it goes over the wire, for servers that do not speak in `Response`s. */
export interface RenderedRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or nothing. */
  readonly body: string;
}

const RETRY_AFTER_SECONDS = 5;

/** What a browser may show to a script of another origin: without it no web app could read the challenge. */
const EXPOSED = { 'access-control-expose-headers': 'WWW-Authenticate, Retry-After' };

const bodyOf = ({ challenge }: Refusal): string => {
  if (!challenge) {
    const error_description = 'The call could not be authorized now. It was not carried out.';
    return JSON.stringify({ error: 'temporarily_unavailable', error_description });
  }
  const { error, errorDescription } = challenge;
  return error === undefined ? '' : JSON.stringify({ error, error_description: errorDescription });
};

export const renderRefusal = (refusal: Refusal): RenderedRefusal => {
  const body = bodyOf(refusal);
  return {
    status: refusal.status,
    headers: {
      ...(refusal.challenge
        ? { 'www-authenticate': formatChallenge(refusal.challenge) }
        : { 'retry-after': String(RETRY_AFTER_SECONDS) }),
      ...(body ? { 'content-type': 'application/json' } : {}),
      'cache-control': 'no-store',
      ...EXPOSED,
    },
    body,
  };
};

export const refusalResponse = (refusal: Refusal): Response => {
  const { status, headers, body } = renderRefusal(refusal);
  return new Response(body || null, { status, headers });
};
