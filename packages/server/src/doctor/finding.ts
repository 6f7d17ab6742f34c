/** What one check found. A `warning` is worth a look; with an `error` the server does not start. */
export interface Finding {
  /** A stable word for the check. */
  readonly check: string;
  readonly severity: 'ok' | 'warning' | 'error';
  /** What was seen. Never holds a secret. */
  readonly what: string;
  /** Why it matters, and what to do about it; nothing of it when all is well. */
  readonly why?: string;
  readonly todo?: string;
}

export const fine = (check: string, what: string): Finding => ({ check, severity: 'ok', what });

/** Something that is not as it should be. */
export interface Complaint {
  readonly what: string;
  readonly why: string;
  readonly todo: string;
}

export const warning = (check: string, complaint: Complaint): Finding => ({ check, severity: 'warning', ...complaint });

export const error = (check: string, complaint: Complaint): Finding => ({ check, severity: 'error', ...complaint });
