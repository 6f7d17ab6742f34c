import { sha256Base64url, toBase64url } from '../base64url.ts';

/** What the fake user proves and what the fake server says about it. */
export interface Outcome {
  readonly sub?: string;
  readonly acr?: string;
  readonly authTime?: number;
  readonly scope?: string;
  /** Claims of the ID token that are to be wrong; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly withoutIdToken?: boolean;
}

export interface FakeAuthorizationServer {
  readonly issuer: string;
  readonly metadata: Record<string, unknown>;
  readonly fetch: typeof globalThis.fetch;
  /** Forms the token endpoint received. */
  readonly tokenRequests: readonly Readonly<Record<string, string>>[];
  readonly revoked: readonly string[];
  /** The user goes through the authorization request at this URL; returns the authorization response. */
  authorize(url: string, outcome?: Outcome): URLSearchParams;
  /** Called before a token request is answered. */
  beforeAnswer: () => void | Promise<void>;
  /** Makes every later refresh fail, as an administrator does who ends the session. */
  endSession(): void;
}

interface Grant {
  readonly parameters: URLSearchParams;
  readonly outcome: Outcome;
}

const origin = 'https://login.example';
const issuer = `${origin}/`;
const metadata = {
  issuer,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/oauth/token`,
  end_session_endpoint: `${origin}/oidc/logout`,
  revocation_endpoint: `${origin}/oauth/revoke`,
  authorization_response_iss_parameter_supported: true,
  acr_values_supported: ['mfa', 'phr'],
};

/** An authorization server without a network: single-use codes, PKCE, rotating refresh tokens. */
export function createAuthorizationServer(now: () => number): FakeAuthorizationServer {
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, Grant>();
  const tokenRequests: Record<string, string>[] = [];
  const revoked: string[] = [];
  let count = 0;

  const token = async (form: Record<string, string>): Promise<Response> => {
    const isRefresh = form.grant_type === 'refresh_token';
    const [grants, key = ''] = isRefresh ? [refreshTokens, form.refresh_token] : [codes, form.code];
    const grant = grants.get(key);
    grants.delete(key);
    if (grant === undefined || (!isRefresh && !(await isRedeemedBy(grant, form)))) {
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    }
    count += 1;
    const answer = tokenResponse(grant, count, now(), !isRefresh);
    if (answer.refresh_token !== undefined) refreshTokens.set(answer.refresh_token, grant);
    return Response.json(answer);
  };

  const server: FakeAuthorizationServer = {
    issuer,
    tokenRequests,
    revoked,
    metadata: { ...metadata },
    beforeAnswer: () => undefined,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      if (pathname === '/.well-known/openid-configuration') return Response.json(server.metadata);
      const form = Object.fromEntries(new URLSearchParams(await request.text()));
      if (pathname === '/oauth/revoke') {
        revoked.push(form.token ?? '');
        return new Response();
      }
      tokenRequests.push(form);
      await server.beforeAnswer();
      return token(form);
    },
    authorize(url, outcome = {}) {
      const parameters = new URL(url).searchParams;
      count += 1;
      codes.set(`code-${count}`, { parameters, outcome });
      return new URLSearchParams({ code: `code-${count}`, state: parameters.get('state') ?? '', iss: issuer });
    },
    endSession: () => refreshTokens.clear(),
  };
  return server;
}

async function isRedeemedBy({ parameters }: Grant, form: Record<string, string>): Promise<boolean> {
  const challenge = await sha256Base64url(new TextEncoder().encode(form.code_verifier));
  return parameters.get('code_challenge') === challenge && parameters.get('redirect_uri') === form.redirect_uri;
}

function tokenResponse({ parameters, outcome }: Grant, count: number, now: number, withNonce: boolean) {
  const scope = outcome.scope ?? parameters.get('scope') ?? '';
  const claims = {
    iss: issuer,
    aud: parameters.get('client_id'),
    sub: outcome.sub ?? 'alice',
    iat: now,
    exp: now + 300,
    auth_time: outcome.authTime ?? now,
    ...(outcome.acr === undefined ? {} : { acr: outcome.acr }),
    ...(withNonce ? { nonce: parameters.get('nonce') } : {}),
    ...outcome.claims,
  };
  return {
    access_token: `access-${count}`,
    token_type: 'Bearer',
    expires_in: 300,
    scope,
    ...(scope.includes('offline_access') ? { refresh_token: `refresh-${count}` } : {}),
    ...(outcome.withoutIdToken === true ? {} : { id_token: unsignedJwt(claims) }),
  };
}

/** A JWT whose signature says nothing: the client does not check it, for TLS vouches for the token endpoint. */
export function unsignedJwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => toBase64url(new TextEncoder().encode(JSON.stringify(value)));
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
}
