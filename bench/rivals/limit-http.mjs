// The bare minimum of HTTP on node:http: bodies, cookies, answers.

/** What is wrong with a request: answered with 400. */
export class Refused extends Error {}

export const demand = (truth, why) => {
  if (!truth) throw new Refused(why);
};

/** A cookie that occurs once. */
export const cookieOf = (request, name) => {
  const found = (request.headers.cookie ?? '').split('; ').filter((pair) => pair.startsWith(`${name}=`));
  return found.length === 1 ? found[0].slice(name.length + 1) : undefined;
};

export const setCookie = (name, value) => `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400`;

const SAFE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  pragma: 'no-cache',
};

const reply = (response, status, headers, body = '') =>
  response.writeHead(status, { ...SAFE, ...headers, 'content-length': Buffer.byteLength(body) }).end(body);

export const json = (response, value) =>
  reply(response, 200, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(value));

export const seeOther = (response, location, cookies = []) => reply(response, 303, { location, 'set-cookie': cookies });

export const page = (response, html) =>
  reply(
    response,
    200,
    { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" },
    html,
  );

const MOST_CHARACTERS = 65_536;

const formOf = (request) =>
  new Promise((resolve, reject) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece) => {
      body += piece;
      if (body.length > MOST_CHARACTERS) reject(new Refused('size'));
    });
    request.on('end', () => resolve(new URLSearchParams(body)));
    request.on('error', reject);
  });

/** Answers by a table of handlers: `(request, response, query, form)`. */
export const serving =
  ({ GET, POST }) =>
  async (request, response) => {
    const [path, query = ''] = request.url.split('?', 2);
    try {
      const handler = (request.method === 'POST' ? POST : GET)[path];
      demand(handler, 'path');
      const form = request.method === 'POST' ? await formOf(request) : undefined;
      await handler(request, response, new URLSearchParams(query), form);
    } catch (error) {
      if (!(error instanceof Refused)) process.stderr.write(`${error.stack}\n`);
      reply(response, error instanceof Refused ? 400 : 500, {}, error instanceof Refused ? error.message : '');
    }
  };
