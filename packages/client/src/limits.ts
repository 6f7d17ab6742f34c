/**
 * How far an API may push the application. A resource server that is malicious, or merely broken, can challenge at
 * will (RFC 9470, section 9); these bounds decide how much of that reaches the user.
 */
export interface StepUpLimits {
  /** Step-ups that one API may cause in sixty seconds. */
  readonly stepUpsPerMinute: number;
  /** Longest `WWW-Authenticate` header that is read, in characters. */
  readonly headerCharacters: number;
  /** Most values in `acr_values`. */
  readonly acrValues: number;
  /** Most scopes in `scope`. */
  readonly scopes: number;
  /** Longest single `acr` or scope, in characters. */
  readonly valueCharacters: number;
  /** Largest `max_age`, in seconds. */
  readonly maxAgeSeconds: number;
  /** Largest body of a call that may have to be repeated, in bytes. It is held in memory until the call is over. */
  readonly bodyBytes: number;
}

/** The bounds that hold unless the application sets others. */
export const defaultLimits: StepUpLimits = {
  stepUpsPerMinute: 3,
  headerCharacters: 8192,
  acrValues: 10,
  scopes: 30,
  valueCharacters: 256,
  maxAgeSeconds: 31_536_000,
  bodyBytes: 1_048_576,
};
