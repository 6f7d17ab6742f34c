/** The Action that is measured. */

/** About what people write: reads the event, demands a proof, sets claims. */
export const CODE = `
const ELEVATED = ['transfer:funds', 'change:limits'];
exports.onExecutePostLogin = async (event, api) => {
  const scopes = event.transaction?.requested_scopes ?? [];
  const methods = event.authentication?.methods ?? [];
  const hasMfa = methods.some(({ name }) => name === 'mfa');
  if (scopes.some((scope) => ELEVATED.includes(scope)) && !hasMfa) api.multifactor.enable('any', { allowRememberBrowser: false });
  if (event.user.app_metadata?.blocked) return api.access.deny('This account is closed.');
  const namespace = 'https://fabrikam.example';
  api.idToken.setCustomClaim(namespace + '/roles', event.authorization.roles);
  api.accessToken.setCustomClaim(namespace + '/tier', event.user.app_metadata?.tier ?? 'standard');
  for (const scope of scopes.filter((one) => one.startsWith('admin:'))) {
    if (!event.authorization.roles.includes('admin')) api.accessToken.removeScope(scope);
  }
  if (event.stats.logins_count === 1) api.user.setAppMetadata('first_seen', new Date().toISOString());
};`;
