/**
 * The bank as its page needs it: sign in, look, transfer. Step-up is in here: when the accounts API answers a call with a
 * challenge, the person is asked for the proof it names, and the same call is sent once more. There is nothing about
 * second factors in the rest of the page.
 */
import type { BrowserClient, Elevate, ElevatedToken, StepUp } from '@stile/client';
import { createBrowserClient, createStepUpFetch } from '@stile/client';
import { decodeJwt } from 'jose';
import type { Step } from './steps.ts';

export interface BankingOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly api: string;
  readonly audience: string;
  /** Whether the person prefers a step-up in a window of its own. */
  readonly inWindow: () => boolean;
  /** What to find again when the page comes back from a step-up that failed. */
  readonly pageState: () => unknown;
  readonly onStep: (step: Step) => void;
}

/** What the page was loaded for. */
export type Arrival =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'stepped-up'; readonly response: Response };

export interface Banking {
  /** Takes up what was begun before a redirect: a sign-in, or a call that waited for a second proof. */
  readonly arrive: () => Promise<Arrival>;
  readonly signIn: () => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly isSignedIn: () => boolean;
  readonly personName: () => string;
  readonly accounts: () => Promise<Response>;
  /** Resolves when the transfer was answered; with a step-up by redirect the page is left before. */
  readonly transfer: (order: unknown) => Promise<Response>;
  /** Sends the last transfer again with the very token that it used. For the demonstration only. */
  readonly replay: () => Promise<Response>;
}

const everydayScope = ['openid', 'profile', 'offline_access', 'read:accounts'];

/** The most that the API may make this page ask for. */
const allowed = { scope: ['transfer:funds'], acrValues: ['mfa'], singleUseScope: ['transfer:funds'] };

export const createBanking = (options: BankingOptions): Banking => {
  const { audience, onStep } = options;
  const client = createBrowserClient({
    ...options,
    redirectUri: `${location.origin}/`,
    scope: everydayScope,
    allowed,
    // Of this tab, so that it survives the redirect of a step-up. Elevated tokens are kept in memory whatever stands here.
    tokenStorage: sessionStorage,
  });
  const everyday = () => client.tokens.everyday(audience);
  const wire = observed(onStep, (token) => token === everyday()?.accessToken);
  const api = createStepUpFetch({
    resource: options.api,
    audience,
    tokens: client.tokens,
    everydayToken: () => client.getToken(),
    everydayScope,
    allowed,
    elevate: elevateWith(client, options),
    fetch: wire.fetch,
  });

  return {
    arrive: async () => {
      if (!client.isRedirectCallback()) return { kind: 'fresh' };
      const { kind } = await client.handleRedirectCallback();
      const waiting = client.pendingCall();
      if (kind === 'login' || !waiting) return { kind: 'signed-in' };
      onStep(tokenStep(waiting.token));
      return { kind: 'stepped-up', response: await api.resume(waiting.call, waiting.token) };
    },
    signIn: () => client.loginWithRedirect(),
    signOut: () => client.logout({ returnTo: `${location.origin}/` }),
    isSignedIn: () => everyday() !== undefined,
    personName: () => nameIn(everyday()?.idToken),
    accounts: () => api('accounts'),
    transfer: (order) =>
      api('transfers', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
      }),
    replay: wire.replay,
  };
};

/** Takes the person through a step-up, in a window or by leaving the page; the call then waits in the session storage. */
const elevateWith =
  (client: BrowserClient, { inWindow, pageState, onStep }: BankingOptions): Elevate =>
  async (stepUp, call) => {
    const where = inWindow() ? 'in a window' : 'by redirect';
    onStep({ what: `Authorization request, ${where}`, detail: parametersOf(stepUp) });
    if (!inWindow()) return client.stepUpWithRedirect(stepUp, { resume: call, appState: pageState() });
    const token = await client.stepUpWithPopup(stepUp);
    onStep(tokenStep(token));
    return token;
  };

/** A `fetch` that tells what goes out and what comes back, and can send the last call again as it was. */
const observed = (onStep: BankingOptions['onStep'], isEveryday: (token: string) => boolean) => {
  let last: Request | undefined;
  const send = async (request: Request, what: string): Promise<Response> => {
    onStep({ what });
    const response = await fetch(request);
    onStep(answerStep(response));
    return response;
  };
  return {
    fetch: async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init);
      if (request.method === 'GET') return fetch(request);
      last = request.clone();
      const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
      const which = isEveryday(token) ? 'the everyday token' : 'the new token: same call, same body';
      return send(request, `${request.method} ${new URL(request.url).pathname} with ${which}`);
    },
    replay: async (): Promise<Response> => {
      if (!last) throw new Error('No transfer has been sent.');
      return send(last.clone(), 'POST /transfers with the same token again');
    },
  };
};

const answerStep = (response: Response): Step => {
  const challenge = response.headers.get('www-authenticate');
  return {
    what: `Answer: ${response.status} ${response.statusText}`,
    ...(challenge !== null && { detail: `WWW-Authenticate: ${challenge}` }),
  };
};

const parametersOf = ({ acrValues, maxAgeSeconds, scope }: StepUp): string =>
  [
    ...(acrValues ? [`acr_values=${acrValues.join(' ')}`] : []),
    ...(maxAgeSeconds === undefined ? [] : [`max_age=${maxAgeSeconds}`]),
    ...(scope ? [`scope=${[...everydayScope.filter((name) => name !== 'offline_access'), ...scope].join(' ')}`] : []),
  ].join('\n');

const tokenStep = ({ acr, authTime, scope }: ElevatedToken): Step => ({
  what: 'Back with a token for this one call',
  detail: `acr=${acr}\nauth_time=${authTime}\nscope=${scope.join(' ')}`,
});

/** For display only, so the token's signature does not matter here. */
const nameIn = (idToken: string | undefined): string => {
  const name = idToken === undefined ? undefined : decodeJwt(idToken).name;
  return typeof name === 'string' ? name : '';
};
