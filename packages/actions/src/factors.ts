/** The factors that challenges and enrolments name, by Auth0's types. */
export type FactorType =
  /** A one-time code from an authenticator app. */
  | 'otp'
  /** A mail to the address of the person. It cannot be enrolled: every verified address is one. */
  | 'email'
  /** A code by SMS or call. */
  | 'phone'
  /** A question on a device that the person has enrolled. */
  | 'push-notification'
  | 'recovery-code'
  /** A passkey or key of the device itself. For Stile both names of WebAuthn are one factor. */
  | 'webauthn-platform'
  /** A passkey or security key. */
  | 'webauthn-roaming';

/** A factor to challenge with or to enrol. */
export type Factor =
  | {
      readonly type: 'push-notification';
      readonly options?: {
        /** A one-time code from the app will do as well. */
        readonly otpFallback?: boolean;
      };
    }
  | {
      readonly type: 'phone';
      readonly options?: {
        /** Accepted for Auth0's sake: the person's own number says how it is reached. */
        readonly preferredMethod?: 'sms' | 'voice' | 'both';
      };
    }
  | { readonly type: 'email' }
  | { readonly type: Exclude<FactorType, 'email' | 'phone' | 'push-notification'> };

export interface AdditionalFactors<F extends Factor> {
  /** Others that the person may choose instead. */
  readonly additionalFactors?: readonly F[];
}

/** What a person can be asked to enrol: an address is verified, and not enrolled. */
export type EnrollableFactor = Exclude<Factor, { readonly type: 'email' }>;
