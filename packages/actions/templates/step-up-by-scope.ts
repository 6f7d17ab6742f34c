/**
 * Step-up by scope: whoever asks for a scope that moves money proves a second factor that is not older than five minutes, whichever
 * client they come from. A declared requirement does the same without code, and holds at every refresh: `scopes` in the configuration.
 */
import type { OnExecutePostLogin } from '@stile/actions';

const COSTLY = ['transfer:funds'];

export const onExecutePostLogin: OnExecutePostLogin = async (event, api) => {
  const isCostly = event.transaction.requested_scopes.some((scope) => COSTLY.includes(scope));
  if (!isCostly) return;
  await api.stepUp.require({ acr: 'mfa', maxAge: '5m', reason: 'You are about to transfer money' });
};
