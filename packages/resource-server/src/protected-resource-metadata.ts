/** The metadata of a protected resource: RFC 9728. */

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** What this API says about itself (RFC 9728, section 2). */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
}

/**
 * The path of the metadata: RFC 9728, section 3.1 puts the well-known part before the resource's own path.
 *
 * @returns `undefined` for an audience that is no address, which has no place to publish them
 */
export const metadataPathOf = (audience: string): string | undefined => {
  if (!URL.canParse(audience)) return undefined;
  const { protocol, pathname, search, hash } = new URL(audience);
  if ((protocol !== 'https:' && protocol !== 'http:') || hash !== '') return undefined;
  return `${WELL_KNOWN}${pathname === '/' ? '' : pathname}${search}`;
};

/** Answers at the path of the metadata, for everyone. */
export const metadataHandlerAt = (
  path: string,
  metadata: () => ProtectedResourceMetadata,
): ((request: Request) => Response) => {
  return (request) => {
    const url = new URL(request.url);
    if (url.pathname + url.search !== path) return new Response(null, { status: 404 });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
    }
    const headers = { 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' };
    return Response.json(metadata(), { headers });
  };
};
