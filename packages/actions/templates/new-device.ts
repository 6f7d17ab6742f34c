/**
 * New device: whoever signs in on one that is not known proves a second factor, and may have the browser remembered. It needs
 * `risk.newDevice` in the configuration, which can demand the same without code.
 */
import type { OnExecutePostLogin } from '@stile/actions';

export const onExecutePostLogin: OnExecutePostLogin = async (event, api) => {
  const device = event.authentication.riskAssessment?.assessments.NewDevice;
  // Nobody assesses it: then everybody is asked, so that a forgotten setting lets nobody in.
  const isKnown = device?.confidence === 'high';
  if (!isKnown) api.multifactor.enable('any', { allowRememberBrowser: true });
};
