/** Names that say something about the token itself; neither what is known about a person nor an Action ever speaks in their place. */
const RESERVED = new Set(
  (
    'iss sub aud exp iat nbf jti nonce auth_time acr acrs amr amr_times azp sid at_hash c_hash s_hash ' +
    'client_id scope cnf act may_act grant_id single_use typ'
  ).split(' '),
);

/** Claims without those that are not theirs to set. */
export const withoutReserved = (claims: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !RESERVED.has(name)));
