/**
 * Enrolment campaign: from a certain day on, whoever has no second factor chooses and enrols one. Until then they may put it off a few
 * times; how often they have is kept with them.
 */
import type { OnExecutePostLogin } from '@stile/actions';

const FROM = Date.parse('2026-03-01T00:00:00Z');
const PUT_OFF_AT_MOST = 3;

export const onExecutePostLogin: OnExecutePostLogin = async (event, api) => {
  if (event.user.multifactor.length > 0 || event.transaction.prompt.includes('none')) return;
  const putOff = event.user.app_metadata.enrolment_put_off;
  const times = typeof putOff === 'number' ? putOff : 0;
  if (Date.now() < FROM && times < PUT_OFF_AT_MOST) {
    api.user.setAppMetadata('enrolment_put_off', times + 1);
    return;
  }
  api.authentication.enrollWithAny([{ type: 'webauthn-platform' }, { type: 'otp' }, { type: 'phone' }]);
};
