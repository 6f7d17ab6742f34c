/**
 * Claims that an Action cannot set: what says something about the token or the proof itself, and what Auth0 keeps for itself, so that
 * the same Action means the same here and there. What is set under such a name is left out.
 */
export const RESTRICTED_CLAIMS: readonly string[] = (
  'acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest entitlements events ' +
  'exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf nonce object_id org_id org_name orig ' +
  'origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date sip_from_tag sip_via_branch sub sub_jwk toe txn typ ' +
  'uuid vot vtm x5t#S256 acrs amr_times grant_id scope single_use session_expiry'
).split(' ');
