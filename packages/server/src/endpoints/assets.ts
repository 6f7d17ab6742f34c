import type { Handler } from '../deps.ts';
import { findAsset } from '../pages/assets.ts';

/** The files that pages refer to. Their addresses carry the hash of their content, so they may be kept for ever. */
export const asset: Handler = async (request) => {
  const { pathname } = new URL(request.url);
  const found = findAsset(pathname);
  if (!found) return new Response(null, { status: 404 });
  const headers = {
    'content-type': found.contentType,
    etag: found.etag,
    'cache-control': 'public, max-age=31536000, immutable',
  };
  if (request.headers.get('if-none-match') === found.etag) return new Response(null, { status: 304, headers });
  return new Response(found.body, { headers });
};
