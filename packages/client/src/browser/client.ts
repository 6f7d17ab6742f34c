import type { StepUp } from '../challenge.ts';
import { StepUpError, withDetails } from '../error.ts';
import type { PendingCall } from '../pending-call.ts';
import type { ElevatedToken, TokenStore } from '../token-store.ts';
import type { BrowserClientOptions } from './context.ts';
import { contextOf } from './context.ts';
import type { PopupWindow } from './environment.ts';
import { createEverydaySession } from './everyday-session.ts';
import { logout } from './logout.ts';
import { openPopup } from './popup.ts';
import type { RedirectOutcome, ResumableCall } from './redirect.ts';
import { handleRedirectCallback, loginWithRedirect, stepUpWithRedirect } from './redirect.ts';
import type { PopupOptions } from './step-up-popup.ts';
import { stepUpWithPopup } from './step-up-popup.ts';

/** An application in a browser: a public client with PKCE, one user, one audience. */
export interface BrowserClient {
  readonly tokens: TokenStore;
  /** Sends the page to the authorization server. */
  loginWithRedirect(options?: { readonly appState?: unknown }): Promise<void>;
  /** Whether the page was loaded with the response to a request of this client. */
  isRedirectCallback(): boolean;
  /** Finishes a login or a step-up by redirect. Throws a {@link StepUpError} that carries the `appState`. */
  handleRedirectCallback(): Promise<RedirectOutcome>;
  /** The everyday token, refreshed if need be; `login_required` when the user has to log in. */
  getToken(): Promise<string>;
  /**
   * Sends the page to the authorization server for a step-up. Resolves to `undefined`, as {@link Elevate} wants it,
   * while the page is being left. Only JSON can be kept over the redirect.
   */
  stepUpWithRedirect(
    stepUp: StepUp,
    options?: { readonly resume?: PendingCall | undefined; readonly appState?: unknown },
  ): Promise<undefined>;
  /** The call that waited for the step-up that has just succeeded. It is given out once. */
  pendingCall(): ResumableCall | undefined;
  /** Steps up in a popup. Call it within a click, or pass a popup that was opened in one. */
  stepUpWithPopup(stepUp: StepUp, options?: PopupOptions): Promise<ElevatedToken>;
  /** Opens an empty popup; `popup_blocked` when the browser will not. */
  openPopup(): PopupWindow;
  /** Ends the elevation and keeps the login. */
  dropElevation(): void;
  /** Forgets every token, revokes the refresh token and ends the session at the authorization server. */
  logout(options?: { readonly returnTo?: string }): Promise<void>;
}

/**
 * A client for an application in a browser. It logs in by redirect, steps up by redirect or popup, and keeps the
 * everyday token and the elevated ones apart.
 *
 * @throws {TypeError} when the issuer is not an https URL (http is allowed on the loopback interface)
 */
export function createBrowserClient(options: BrowserClientOptions): BrowserClient {
  const context = contextOf(options);
  const { environment, tokens, audience, metadata, now } = context;
  const { clientId } = options;
  const locks = environment.locks === undefined ? {} : { locks: environment.locks };
  const { fetch } = environment;
  const getToken = createEverydaySession({ tokens, audience, clientId, metadata, fetch, now, ...locks });
  let resumable: ResumableCall | undefined;
  let popupIsOpen = false;

  return {
    tokens,
    getToken,
    loginWithRedirect: ({ appState } = {}) => loginWithRedirect(context, appState),
    isRedirectCallback: () => context.slot.holds(new URL(environment.location.href).searchParams.get('state') ?? ''),
    async handleRedirectCallback() {
      resumable = undefined;
      const { outcome, resume } = await handleRedirectCallback(context);
      resumable = resume;
      return outcome;
    },
    async stepUpWithRedirect(stepUp, { resume, appState } = {}) {
      await stepUpWithRedirect(context, stepUp, resume, appState);
      return undefined;
    },
    pendingCall() {
      const taken = resumable;
      resumable = undefined;
      return taken;
    },
    async stepUpWithPopup(stepUp, popupOptions = {}) {
      if (popupIsOpen) throw new StepUpError('step_up_in_progress', 'Another popup is open', { stepUp });
      popupIsOpen = true;
      try {
        return await stepUpWithPopup(context, stepUp, popupOptions);
      } catch (error) {
        throw error instanceof StepUpError ? withDetails(error, { stepUp }) : error;
      } finally {
        popupIsOpen = false;
      }
    },
    openPopup: () => openPopup(environment),
    dropElevation: () => tokens.dropElevation(),
    async logout({ returnTo } = {}) {
      resumable = undefined;
      await logout(context, returnTo);
    },
  };
}
