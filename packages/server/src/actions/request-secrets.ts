/** What of a request an Action must not see: whoever holds it could sign in, or sign in again. */

/** Parameters of OAuth, OpenID Connect, MFA and our own pages that are secrets, or that hold one. */
const SECRET = new Set(
  (
    'access_token actor_token answer assertion auth_req_id auth_session authn_response binding_code client_assertion client_secret code ' +
    'code_verifier confirm_password csrf current_password device_code dpop id_token id_token_hint interaction login_hint_token ' +
    'logout_token mfa_token new_password oob_code otp passcode password pin recovery_code refresh_token registration_access_token ' +
    'request secret session_transfer_token subject_token ticket token user_code'
  ).split(' '),
);

/** Back from a redirect somebody brings what the other side signed for the Action; only what signs people in is taken out of that. */
const SECRET_AFTER_REDIRECT = new Set(['interaction', 'csrf']);

/**
 * Parameters without those that are secret.
 *
 * @param isContinued whether they were sent to `/continue`
 */
export const withoutSecrets = (
  parameters: Readonly<Record<string, string>>,
  isContinued: boolean,
): Readonly<Record<string, string>> => {
  const secret = isContinued ? SECRET_AFTER_REDIRECT : SECRET;
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !secret.has(name.toLowerCase())));
};
