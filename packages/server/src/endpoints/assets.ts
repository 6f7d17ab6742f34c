import type { Handler } from '../deps.ts';
import { findAsset } from '../pages/assets.ts';

/**
 * The files that pages refer to. Their addresses carry the hash of their content, so they may be kept for ever; under the hash of
 * another version they may not, or whoever asks an old replica for a new file would keep the old one.
 */
export const asset: Handler = async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  const found = findAsset(pathname);
  if (!found) return new Response(null, { status: 404 });
  const headers = {
    'content-type': found.contentType,
    etag: found.etag,
    'cache-control':
      found.etag === `"${searchParams.get('v')}"` ? 'public, max-age=31536000, immutable' : 'public, no-cache',
  };
  if (request.headers.get('if-none-match') === found.etag) return new Response(null, { status: 304, headers });
  return new Response(found.body, { headers });
};
