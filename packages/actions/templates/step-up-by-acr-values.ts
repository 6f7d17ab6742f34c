/**
 * Step-up by `acr_values`: a web application that asks for several factors, by the name that Auth0's applications use, gets a session in
 * which they have been proven. Stile does this without an Action for every level it knows; start here when more depends on it.
 */
import type { OnExecutePostLogin } from '@stile/actions';

const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

export const onExecutePostLogin: OnExecutePostLogin = async (event, api) => {
  const isAsked = event.transaction.acr_values.includes(MULTI_FACTOR);
  const isProven = event.authentication.methods.some(({ name }) => name === 'mfa');
  if (isAsked && !isProven) api.multifactor.enable('any', { allowRememberBrowser: false });
};
