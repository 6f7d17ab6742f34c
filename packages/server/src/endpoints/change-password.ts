import type { Handler } from '../deps.ts';
import { seeOther } from '../http/responses.ts';

/** `/.well-known/change-password`: where programs that keep passwords send their people (W3C, A Well-Known URL for Changing Passwords). */
export const wellKnownChangePassword: Handler = async () => seeOther('/account/password');
