import { stepUpAuthorizationParameters, withinAllowance } from '../authorization/request.ts';
import { transactionOf } from '../authorization/transaction.ts';
import type { StepUp } from '../challenge.ts';
import type { ElevatedToken } from '../token-store.ts';
import type { Context } from './context.ts';
import { spend, urlWith, userOf } from './context.ts';
import type { PopupWindow } from './environment.ts';
import { openPopup, popupResponse } from './popup.ts';
import { redeemStepUp } from './step-up-redemption.ts';

const popupTimeoutSeconds = 300;

export interface PopupOptions {
  /** A popup opened earlier with `openPopup()`, in the click itself. */
  readonly popup?: PopupWindow;
  /** How long the user may take; 300 unless given. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Takes the user through a step-up in a popup. */
export async function stepUpWithPopup(context: Context, stepUp: StepUp, options: PopupOptions): Promise<ElevatedToken> {
  const { environment, base, issuerOrigin } = context;
  withinAllowance(stepUp, base.scope, base.allowed);
  // The first thing that happens, before anything is awaited: a click's permission to open a popup does not last.
  const popup = options.popup ?? openPopup(environment);
  try {
    spend(context, stepUp);
    const user = userOf(context);
    const request = await stepUpAuthorizationParameters(base, stepUp);
    const { authorizationEndpoint } = await context.metadata();
    const transaction = transactionOf(request, { kind: 'step-up', requestedAt: context.now(), ...user });
    const { signal, timeoutSeconds = popupTimeoutSeconds } = options;
    const wait = { origin: issuerOrigin, timeoutSeconds, ...(signal === undefined ? {} : { signal }) };
    popup.location.replace(urlWith(authorizationEndpoint, { ...request.parameters, response_mode: 'web_message' }));
    return await redeemStepUp(context, transaction, await popupResponse(environment, popup, wait), true);
  } finally {
    popup.close();
  }
}
