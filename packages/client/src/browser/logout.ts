import type { Context } from './context.ts';
import { urlWith } from './context.ts';

const revocationTimeoutMilliseconds = 2000;

/** Forgets all tokens, revokes the refresh token and leaves for the end of the session (OpenID Connect RP-Initiated Logout 1.0). */
export async function logout(context: Context, returnTo: string | undefined): Promise<void> {
  const { environment, tokens, audience, base } = context;
  const held = tokens.everyday(audience);
  // Whatever the network says, this page is logged out.
  tokens.clear();
  context.slot.clear();
  const { endSessionEndpoint, revocationEndpoint } = await context.metadata();
  if (held?.refreshToken !== undefined && revocationEndpoint !== undefined) {
    await revoke(context, revocationEndpoint, held.refreshToken);
  }
  if (endSessionEndpoint === undefined) return;
  const url = urlWith(endSessionEndpoint, {
    client_id: base.clientId,
    ...(held?.idToken === undefined ? {} : { id_token_hint: held.idToken }),
    ...(returnTo === undefined ? {} : { post_logout_redirect_uri: returnTo }),
  });
  environment.location.assign(url);
}

async function revoke(context: Context, endpoint: string, refreshToken: string): Promise<void> {
  try {
    await context.environment.fetch(endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: context.base.clientId,
        token: refreshToken,
        token_type_hint: 'refresh_token',
      }),
      redirect: 'error',
      credentials: 'omit',
      keepalive: true,
      signal: AbortSignal.timeout(revocationTimeoutMilliseconds),
    });
  } catch {
    // The end of the session, which follows, ends the refresh token as well.
  }
}
