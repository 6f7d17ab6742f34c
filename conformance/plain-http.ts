/**
 * Leave to speak plain HTTP on this machine. The libraries mark it as deprecated so that it stands out, and here it
 * stands in one place.
 */
import * as oauth from 'oauth4webapi';
import * as openidClient from 'openid-client';

/** For `openid-client`. */
// oxlint-disable-next-line typescript/no-deprecated -- over loopback only
export const { allowInsecureRequests } = openidClient;

/** For `oauth4webapi`. */
// oxlint-disable-next-line typescript/no-deprecated -- over loopback only
export const insecure = { [oauth.allowInsecureRequests]: true } as const;
