import type { BrowserClient } from '../browser/client.ts';
import { createBrowserClient } from '../browser/client.ts';
import type { BrowserClientOptions } from '../browser/context.ts';
import type { FakeAuthorizationServer, Outcome } from './authorization-server.ts';
import { createAuthorizationServer } from './authorization-server.ts';
import type { FakePage, FakeTab } from './page.ts';
import { openTab } from './page.ts';

export const appUrl = 'https://app.example/';
export const audience = 'https://api.example';

/** A page and the client it runs. */
export interface Loaded {
  readonly page: FakePage;
  readonly client: BrowserClient;
}

/** A browser with one tab, an authorization server, and a clock. */
export interface Setting {
  readonly server: FakeAuthorizationServer;
  readonly tab: FakeTab;
  readonly clock: { now: number };
  /** Loads the application in the tab: a new page and a new client, as after every redirect. */
  readonly load: (url?: string, options?: Partial<BrowserClientOptions>) => Loaded;
  /** Follows the redirect that the page has begun, through the server and back. */
  readonly comeBack: (page: FakePage, outcome?: Outcome, options?: Partial<BrowserClientOptions>) => Loaded;
  /** A page that is logged in, its everyday tokens in the session storage unless they are to be in memory. */
  readonly loggedIn: (options?: Partial<BrowserClientOptions>) => Promise<Loaded>;
}

export function createSetting(
  given: { readonly server?: FakeAuthorizationServer; readonly tab?: FakeTab; readonly tokensInMemory?: boolean } = {},
): Setting {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const server = given.server ?? createAuthorizationServer(now);
  const tab = given.tab ?? openTab((input, init) => server.fetch(input, init));
  const load: Setting['load'] = (url = appUrl, options = {}) => {
    const page = tab.load(url);
    const client = createBrowserClient({
      issuer: server.issuer,
      clientId: 'spa',
      redirectUri: `${appUrl}callback`,
      audience,
      scope: ['read:accounts', 'offline_access'],
      allowed: { scope: ['transfer:funds'], acrValues: ['mfa', 'phr'], singleUseScope: ['transfer:funds'] },
      ...(given.tokensInMemory === true ? {} : { tokenStorage: tab.sessionStorage }),
      environment: page,
      now,
      ...options,
    });
    return { page, client };
  };
  const comeBack: Setting['comeBack'] = (page, outcome, options) => {
    const response = server.authorize(page.left.at(-1) ?? '', outcome);
    return load(`${appUrl}callback?${response.toString()}`, options);
  };
  return {
    server,
    tab,
    clock,
    load,
    comeBack,
    async loggedIn(options) {
      const { page, client } = load(appUrl, options);
      await client.loginWithRedirect();
      const back = comeBack(page, {}, options);
      await back.client.handleRedirectCallback();
      return back;
    },
  };
}
