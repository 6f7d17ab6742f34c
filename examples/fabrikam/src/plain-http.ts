import type { Configuration } from 'openid-client';
import * as client from 'openid-client';

/**
 * Leave for openid-client to speak plain HTTP, on this machine only: everywhere else it insists on https, and it calls
 * this deprecated so that it stands out.
 */
export const leaveFor = (issuer: URL): ((configuration: Configuration) => void)[] => {
  const isLocal = issuer.hostname === 'localhost' && issuer.protocol === 'http:';
  // oxlint-disable-next-line typescript/no-deprecated
  return isLocal ? [client.allowInsecureRequests] : [];
};
