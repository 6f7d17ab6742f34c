/**
 * A role must use a passkey: administrators prove something that cannot be phished. Those who have none enrol one first, behind the
 * factor that they have.
 */
import type { OnExecutePostLogin } from '@stile/actions';

const ROLE = 'admin';

export const onExecutePostLogin: OnExecutePostLogin = async (event, api) => {
  if (!event.authorization.roles.includes(ROLE)) return;
  const hasPasskey = event.user.enrolledFactors.some(({ type }) => type.startsWith('webauthn-'));
  if (!hasPasskey) {
    api.authentication.enrollWithAny([{ type: 'webauthn-platform' }, { type: 'webauthn-roaming' }]);
    return;
  }
  await api.stepUp.require({ acr: ['phr', 'phrh'], reason: 'Administrators sign in with a passkey' });
};
