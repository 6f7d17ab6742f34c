import type { Config } from '../config/config.ts';

/** Headers that browser SDKs send and read (Auth0's send `Auth0-Client`). */
const REQUEST_HEADERS = 'Authorization, Content-Type, Auth0-Client, DPoP';
const EXPOSED_HEADERS = 'WWW-Authenticate, Retry-After, DPoP-Nonce, Location';

/** Whether scripts of an origin may call: any for public documents, else those of the registered applications. */
const isAllowed = (origin: string, config: Config): boolean =>
  [...config.clients.values()].some(({ webOrigins }) => webOrigins.includes(origin));

/** The CORS headers of an answer. Never with credentials: cookies play no part at these endpoints. */
export const corsHeaders = (
  request: Request,
  config: Config,
  who: 'anyone' | 'applications',
): Readonly<Record<string, string>> => {
  const origin = request.headers.get('origin');
  if (origin === null) return who === 'anyone' ? { 'access-control-allow-origin': '*' } : { vary: 'Origin' };
  if (who === 'anyone') return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED_HEADERS };
  if (!isAllowed(origin, config)) return { vary: 'Origin' };
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED_HEADERS, vary: 'Origin' };
};

/** The answer to a preflight. */
export const preflight = (
  request: Request,
  config: Config,
  who: 'anyone' | 'applications',
  methods: string,
): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(request, config, who),
      'access-control-allow-methods': methods,
      'access-control-allow-headers': REQUEST_HEADERS,
      'access-control-max-age': '600',
    },
  });
