/** What a request brought along that may be secret: read only when something went wrong and is about to be told. */
import { parseJsonObject } from '@stile/core';
import { bodyRead } from './body.ts';

/** Parameters whose values are names, and help whoever reads the log. Every other may be a secret, or is a person's own business. */
const PLAIN: ReadonlySet<string> = new Set([
  'client_id',
  'grant_type',
  'response_type',
  'response_mode',
  'scope',
  'audience',
  'resource',
  'redirect_uri',
  'post_logout_redirect_uri',
  'prompt',
  'acr_values',
  'code_challenge_method',
  'client_assertion_type',
]);

const parametersIn = (pairs: URLSearchParams): readonly string[] =>
  [...pairs].filter(([name]) => !PLAIN.has(name)).map(([, value]) => value);

const bodyValues = (text: string): readonly string[] => {
  const json = parseJsonObject(text);
  if (json) return Object.values(json).filter((value) => typeof value === 'string');
  return text === '' ? [] : [text, ...parametersIn(new URLSearchParams(text))];
};

/** An `Authorization` header: whole, its credentials, and for Basic the two parts of them. */
const credentials = (header: string): readonly string[] => {
  const [, value = ''] = /^\S+\s+(.*)$/.exec(header) ?? [];
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(value, 'base64').toString('utf8')) ?? [];
  return [header, value, password];
};

/** Every value of a request that must not be told. */
export const broughtBy = (request: Request): readonly string[] => [
  ...credentials(request.headers.get('authorization') ?? ''),
  ...(request.headers.get('cookie') ?? '').split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim()),
  ...parametersIn(new URL(request.url).searchParams),
  ...bodyValues(bodyRead(request)),
];
