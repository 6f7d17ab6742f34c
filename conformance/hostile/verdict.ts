/** What may be said of any answer, whatever was asked: what is wrong with it, or nothing. */
import type { Answer } from './wire.ts';

/** What an answer may not hold, and what it must be. */
export interface Expected {
  /** A text that the request held and nobody else could have written. */
  readonly marker?: string;
  /** Whether the marker may come back, escaped: the request asked for that. */
  readonly mayEcho?: boolean;
  /** Whether it was a HEAD, so that there is no content to look at. */
  readonly isHead?: boolean;
}

/** RFC 6749, OpenID Connect Core 1.0, RFC 8707, RFC 9470: everything that `error` may be, but for the server's own failure. */
const ERRORS = new Set(
  (
    'invalid_request invalid_client invalid_grant invalid_scope invalid_target unauthorized_client unsupported_grant_type ' +
    'unsupported_response_type access_denied login_required interaction_required consent_required ' +
    'account_selection_required request_not_supported request_uri_not_supported registration_not_supported ' +
    'unmet_authentication_requirements invalid_token insufficient_scope ' +
    // What devices that approve are told.
    'unknown_device clock replayed gone too_many_requests'
  ).split(' '),
);

/** RFC 6749, section 5.2. */
const DESCRIPTION = /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/;

/** Node's own answers to what is not HTTP. Nothing of ours has run. */
const OF_THE_HTTP_LAYER = new Set([400, 408, 413, 417, 431]);

const EVERYWHERE: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^no-referrer$/,
  'permissions-policy': /^camera=\(\)/,
  'cross-origin-resource-policy': /^(same|cross)-origin$/,
  'x-request-id': /^req_[\w-]{24}$/,
};

const ON_PAGES: Readonly<Record<string, RegExp>> = {
  'content-security-policy': /^default-src 'none'; .*frame-ancestors /,
  'cache-control': /^no-store$/,
};

/** Words that only a failure, or somebody who shows its insides, would write. */
const INSIDES = /\bat [\w.<>]+ \(|node:internal|node_modules|\/src\/|\.ts:\d+|\w+Error:|SQLITE/;

const one = ({ headers }: Answer, name: string): string => headers.get(name)?.join(', ') ?? '';

const wrongHeaders = (answer: Answer, wanted: Readonly<Record<string, RegExp>>): readonly string[] =>
  Object.entries(wanted)
    .filter(([name, form]) => (answer.headers.get(name)?.length ?? 0) !== 1 || !form.test(one(answer, name)))
    .map(([name]) => `${name} is "${one(answer, name)}"`);

const jsonIn = ({ body }: Answer): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

const wrongError = (error: unknown, description: unknown): readonly string[] => [
  ...(typeof error === 'string' && ERRORS.has(error) ? [] : [`the error is ${JSON.stringify(error)}`]),
  ...(typeof description === 'string' && DESCRIPTION.test(description)
    ? []
    : [`the description is ${JSON.stringify(description)}`]),
];

const wrongContent = (answer: Answer): readonly string[] => {
  const type = one(answer, 'content-type');
  if (type === '') return answer.body === '' ? [] : ['there is content of no type'];
  if (type.startsWith('application/json')) {
    const json = jsonIn(answer);
    if (!json) return ['the JSON is none'];
    const isError = answer.status >= 400;
    return [
      ...(isError ? wrongError(json.error, json.error_description) : []),
      ...(isError ? wrongHeaders(answer, { 'cache-control': /^no-store$/ }) : []),
    ];
  }
  if (type === 'application/problem+json; charset=utf-8') {
    const { title, detail, status } = jsonIn(answer) ?? {};
    return [
      ...(status === answer.status &&
      [title, detail].every((text) => typeof text === 'string' && DESCRIPTION.test(text))
        ? []
        : ['the problem is not told']),
      ...wrongHeaders(answer, { 'cache-control': /^no-store$/ }),
    ];
  }
  if (type === 'text/html; charset=utf-8') {
    return [
      ...(answer.body.startsWith('<!doctype html>') ? [] : ['the page is none']),
      ...wrongHeaders(answer, ON_PAGES),
    ];
  }
  return /^(text\/css|text\/javascript|image\/svg\+xml|application\/jwk-set\+json|application\/manifest\+json)/.test(
    type,
  )
    ? []
    : [`the type is ${type}`];
};

/** An error that was sent on to the client must be one that the client caused. */
const wrongRedirect = (answer: Answer): readonly string[] => {
  const location = answer.headers.get('location')?.[0];
  if (location === undefined) return [];
  const { searchParams, hash } = new URL(location, 'http://localhost');
  const sent = searchParams.has('error') ? searchParams : new URLSearchParams(hash.slice(1));
  return sent.has('error') ? wrongError(sent.get('error'), sent.get('error_description')) : [];
};

const echoes = (answer: Answer, { marker, mayEcho = false }: Expected): readonly string[] => {
  if (marker === undefined) return [];
  const { head, body } = answer;
  // What a browser would take for markup, or a server for a header of its own.
  const unescaped = [`<img src=x onerror=${marker}`, `'"><script>${marker}`, `\r\nX-Injected: ${marker}`];
  if (unescaped.some((text) => body.includes(text) || head.includes(text)) || answer.headers.has('x-injected')) {
    return ['what was sent came back unescaped'];
  }
  return !mayEcho && (head.includes(marker) || body.includes(marker)) ? ['what was sent came back'] : [];
};

/** Everything that is wrong with an answer. */
export const faultsOf = (answer: Answer, expected: Expected = {}): readonly string[] => {
  const { status, headers, head, body } = answer;
  const hangsUp = one(answer, 'connection').toLowerCase() === 'close' || status === 417;
  if (!headers.has('x-request-id') && body === '' && hangsUp && OF_THE_HTTP_LAYER.has(status)) return [];
  return [
    ...(status >= 500 || status < 200 || Number.isNaN(status) ? [`the status is ${status}`] : []),
    ...(INSIDES.test(body) || INSIDES.test(head) ? ['it shows its insides'] : []),
    ...wrongHeaders(answer, EVERYWHERE),
    ...(expected.isHead ? [] : wrongContent(answer)),
    ...wrongRedirect(answer),
    ...echoes(answer, expected),
  ];
};
