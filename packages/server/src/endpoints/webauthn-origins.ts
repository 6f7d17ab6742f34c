import { problemPage } from '../authorization/respond.ts';
import type { Handler } from '../deps.ts';
import { relatedOrigins } from '../factors/webauthn-relying-party.ts';
import { corsHeaders } from '../http/cors.ts';

/** `/.well-known/webauthn`: where else the passkeys of this host may be used (WebAuthn Level 3, section 5.11). */
export const webauthnOrigins: Handler = async (request, deps, caller) => {
  const related = relatedOrigins(deps.config);
  if (!related) return problemPage('notFound', 404, request, caller);
  return new Response(JSON.stringify(related), {
    headers: {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      ...corsHeaders(request, deps.config, 'anyone'),
    },
  });
};
