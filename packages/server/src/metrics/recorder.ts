/** What a person was sent to a page for. */
export interface Asked {
  readonly step: 'login' | 'select-account' | 'challenge' | 'enrol' | 'consent';
  /** The factor that the page shows first; `none` for a page that asks for no proof. */
  readonly factor: string;
  /** Why it was asked: a stable word of the decision's trace. */
  readonly reason: string;
}

/** One commit of the store. */
export interface Commit {
  /** How many writes shared it. */
  readonly writes: number;
  /** From the moment that the first of them was asked for until all were durable. */
  readonly seconds: number;
  /** Whether it failed, and every one of them with it. */
  readonly failed: boolean;
}

/** What the password hasher tells of itself when it is asked. */
export interface HasherGauges {
  queueLength(): number;
  running(): number;
}

/**
 * Counts what happens, for whoever watches the server. Each method takes a moment, never fails, and is told nothing about
 * a person: no user, no secret, no code, no token, no address.
 */
export interface Recorder {
  /** A request was answered. `route` is the pattern of the route, or `unknown`. */
  answered(route: string, method: string, status: number, seconds: number): void;
  /** A person was sent to a page. */
  asked(what: Asked): void;
  /** A person sees a page that asks for a further proof, by the factor that it shows. */
  shown(factor: string): void;
  /** A proof was accepted. `reason` says why it had been asked for; it took so many seconds since the proof or the request before. */
  met(factor: string, reason: string, seconds: number): void;
  /** A proof was not accepted. `reason` says why not. */
  failed(factor: string, reason: string): void;
  /** Somebody was sent to a page and never came back from it. */
  abandoned(what: Asked): void;
  /** An endpoint decided. `reason` is the stable word of its trace, or of its refusal. */
  decided(endpoint: 'authorize' | 'token', outcome: string, reason: string): void;
  /** A code was granted: what demands that are only tried would have made of it. */
  shadowed(outcome: string, reason: string): void;
  /** Tokens were issued to a registered client. */
  issued(grantType: string, clientId: string): void;
  /** An API asked whether it may accept a token that is good for one use. */
  singleUse(outcome: 'consumed' | 'refused'): void;
  /** A password was hashed. */
  hashed(seconds: number): void;
  /** A password was not even tried, because too many were waiting. */
  hasherRefused(): void;
  /** A message to a person has ended: it was sent, could not be, or found no room. */
  sent(channel: 'email' | 'sms' | 'voice', outcome: 'sent' | 'failed' | 'dropped'): void;
  /** The store committed. */
  committed(commit: Commit): void;
  /** Where the gauges of the password hasher are read from. */
  watchHasher(hasher: HasherGauges): void;
  /** Everything that was recorded, in the text format of Prometheus. */
  report(): Promise<Report>;
}

export interface Report {
  readonly contentType: string;
  readonly text: string;
}

const nothing = (): void => undefined;

/** Records nothing, at no cost: for a server that nobody watches. */
export const silentRecorder: Recorder = {
  answered: nothing,
  asked: nothing,
  shown: nothing,
  met: nothing,
  failed: nothing,
  abandoned: nothing,
  decided: nothing,
  shadowed: nothing,
  issued: nothing,
  singleUse: nothing,
  hashed: nothing,
  hasherRefused: nothing,
  sent: nothing,
  committed: nothing,
  watchHasher: nothing,
  report: () => Promise.resolve({ contentType: 'text/plain; charset=utf-8', text: '' }),
};
