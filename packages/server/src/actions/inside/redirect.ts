/** `api.redirect`: sends somebody elsewhere, with what the other side can verify, and reads what they bring back. */
import { fromBase64url, toBase64url } from './base64url.ts';
import type { Host } from './host.ts';
import { isObject, jsonCopy, memberOf } from './values.ts';

/** Auth0's default, in seconds. */
const TOKEN_LIFETIME = 900;

/** Whether two texts are the same, in a time that does not tell where they differ. */
const isSame = (one: string, other: string): boolean => {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
};

const secretIn = (options: unknown, call: string): string => {
  const secret = memberOf(options, 'secret');
  if (typeof secret !== 'string' || secret === '') {
    throw new TypeError(`api.redirect.${call}: secret must be a string that is not empty`);
  }
  return secret;
};

const encodeToken = (host: Host, options: unknown): string => {
  const secret = secretIn(options, 'encodeToken');
  const payload = memberOf(options, 'payload') ?? {};
  if (!isObject(payload)) throw new TypeError('api.redirect.encodeToken: payload must be an object');
  const lifetime = memberOf(options, 'expiresInSeconds') ?? TOKEN_LIFETIME;
  if (typeof lifetime !== 'number' || !(lifetime > 0)) {
    throw new TypeError('api.redirect.encodeToken: expiresInSeconds must be a number above 0');
  }
  const issuedAt = Math.floor(host.nowMs() / 1000);
  const claims = {
    ...payload,
    iss: `https://${String(memberOf(host.event, 'request', 'hostname'))}/`,
    sub: memberOf(host.event, 'user', 'user_id'),
    ip: memberOf(host.event, 'request', 'ip'),
    iat: issuedAt,
    exp: issuedAt + Math.floor(lifetime),
  };
  const copied = JSON.stringify(jsonCopy(claims, 'api.redirect.encodeToken: payload'));
  const signed = `${toBase64url('{"alg":"HS256","typ":"JWT"}')}.${toBase64url(copied)}`;
  return `${signed}.${host.hmacSha256(secret, signed)}`;
};

const objectIn = (part: string): Readonly<Record<string, unknown>> => {
  const value: unknown = JSON.parse(fromBase64url(part));
  if (!isObject(value)) throw new TypeError('It is no object');
  return value;
};

/** The claims of a token whose signature holds, whatever they say. */
const verifiedClaims = (host: Host, token: string, secret: string): Readonly<Record<string, unknown>> => {
  const [header = '', body = '', signature = '', ...others] = token.split('.');
  if (others.length > 0) throw new TypeError('It has more than three parts');
  if (objectIn(header).alg !== 'HS256') throw new TypeError('It is not signed with HS256');
  if (!isSame(signature, host.hmacSha256(secret, `${header}.${body}`))) throw new TypeError('The signature is wrong');
  return objectIn(body);
};

const validateToken = (host: Host, options: unknown): Readonly<Record<string, unknown>> => {
  if (host.context.handler !== 'onContinuePostLogin') {
    throw new TypeError('api.redirect.validateToken can be called in onContinuePostLogin only');
  }
  const secret = secretIn(options, 'validateToken');
  const name = memberOf(options, 'tokenParameterName') ?? 'session_token';
  if (typeof name !== 'string') throw new TypeError('api.redirect.validateToken: tokenParameterName must be a string');
  const token = memberOf(host.event, 'request', 'query', name) ?? memberOf(host.event, 'request', 'body', name);
  if (typeof token !== 'string') throw new TypeError(`api.redirect.validateToken: there is no ${name}`);
  try {
    const claims = verifiedClaims(host, token, secret);
    const { exp, sub, state } = claims;
    if (typeof exp !== 'number' || exp * 1000 <= host.nowMs()) throw new TypeError('It has expired, or never does');
    if (sub !== memberOf(host.event, 'user', 'user_id')) throw new TypeError('It is about somebody else');
    const expected =
      memberOf(host.event, 'request', 'query', 'state') ?? memberOf(host.event, 'request', 'body', 'state');
    if (state === undefined || state !== expected) throw new TypeError('Its state is not that of this redirect');
    return claims;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'It cannot be read';
    throw new TypeError(`api.redirect.validateToken: the token is not valid. ${why}`);
  }
};

const sendUserTo = (host: Host, url: unknown, options: unknown): void => {
  if (typeof url !== 'string' || !/^https?:\/\/[^\s]+$/i.test(url)) {
    throw new TypeError('api.redirect.sendUserTo: url must be an absolute address that begins with https://');
  }
  const query = memberOf(options, 'query') ?? {};
  if (!isObject(query)) throw new TypeError('api.redirect.sendUserTo: query must be an object of strings');
  const sent = Object.entries(query).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    if (value === undefined) return [];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return [[name, `${value}`]];
    }
    throw new TypeError(`api.redirect.sendUserTo: ${name} in query must be a string`);
  });
  host.record('redirect.sendUserTo', [url, { query: Object.fromEntries(sent) }]);
};

/** @param api what chainable calls return */
export const buildRedirect = (host: Host, api: object) => ({
  canRedirect: () => host.context.canRedirect,
  encodeToken: (options: unknown) => encodeToken(host, options),
  validateToken: (options: unknown) => validateToken(host, options),
  sendUserTo: (url: unknown, options?: unknown) => {
    sendUserTo(host, url, options);
    return api;
  },
});

export const REDIRECT = {
  TOKEN_LIFETIME,
  isSame,
  secretIn,
  encodeToken,
  objectIn,
  verifiedClaims,
  validateToken,
  sendUserTo,
  buildRedirect,
};
