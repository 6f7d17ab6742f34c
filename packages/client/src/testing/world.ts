import type { StepUp } from '../challenge.ts';
import type { PendingCall } from '../pending-call.ts';
import type { StepUpFetch, StepUpFetchOptions } from '../step-up-fetch.ts';
import { createStepUpFetch } from '../step-up-fetch.ts';
import type { ElevatedToken, TokenStore } from '../token-store.ts';
import { createTokenStore } from '../token-store.ts';
import type { Answer, FakeApi, ReceivedCall } from './api.ts';
import { challenge, startApi } from './api.ts';

/** The instant at which everything happens. */
const now = 1_000_000;

/** One API, and one user behind a step-up fetch. */
export interface World {
  readonly api: FakeApi;
  readonly fetch: StepUpFetch;
  readonly tokens: TokenStore;
  /** The step-ups the user was taken through, and the calls that waited for them. */
  readonly asked: StepUp[];
  readonly pending: (PendingCall | undefined)[];
}

/** What the user makes of a step-up: changes to the token, or `undefined` for leaving the page. */
export type Reaction = () => Partial<ElevatedToken> | undefined | Promise<Partial<ElevatedToken> | undefined>;

const open: FakeApi[] = [];

/** Stops the APIs of a test. */
export async function closeWorlds(): Promise<void> {
  await Promise.all(open.splice(0).map((api) => api.close()));
}

/** Starts an API and a step-up fetch for it. */
export async function world(
  answer: (call: ReceivedCall) => Answer | Promise<Answer>,
  react: Reaction = () => ({}),
  options: Partial<StepUpFetchOptions> = {},
): Promise<World> {
  const api = await startApi(answer);
  open.push(api);
  const tokens = createTokenStore({ now: () => now });
  const asked: StepUp[] = [];
  const pending: (PendingCall | undefined)[] = [];
  const fetch = createStepUpFetch({
    resource: api.url,
    tokens,
    everydayToken: () => Promise.resolve('everyday'),
    everydayScope: ['read:accounts'],
    allowed: { scope: ['transfer:funds'], acrValues: ['mfa', 'phr'] },
    now: () => now,
    elevate: async (stepUp, call) => {
      asked.push(stepUp);
      pending.push(call);
      const token = elevated(api.url, stepUp, asked.length);
      const changes = await react();
      return changes && { ...token, ...changes };
    },
    ...options,
  });
  return { api, fetch, tokens, asked, pending };
}

/** The token a step-up earns. */
export function elevated(audience: string, stepUp: StepUp, count: number): ElevatedToken {
  return {
    accessToken: `elevated-${count}`,
    expiresAt: now + 300,
    audience,
    scope: ['read:accounts', ...(stepUp.scope ?? [])],
    acr: stepUp.acrValues?.[0] ?? 'mfa',
    authTime: now,
    singleUse: false,
  };
}

/** The Authorization headers an API has received. */
export function bearers(api: FakeApi): readonly (string | undefined)[] {
  return api.calls.map((call) => call.authorization);
}

/** An API that wants two factors for everything. */
export function challengesEveryday(call: ReceivedCall): Answer {
  return call.authorization === 'Bearer everyday' ? challenge('acr_values="mfa"') : { status: 200, body: 'done' };
}

/** A POST with this body. */
export function post(body: BodyInit): RequestInit {
  return { method: 'POST', body };
}
