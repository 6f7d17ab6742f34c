/** An Action that means harm, and how it may end. */
export interface HostileScript {
  readonly name: string;
  /** The body of a handler, which is given `event` and `api`. */
  readonly body?: string;
  /** A whole program, instead. */
  readonly program?: string;
  /** How it may end: `finished`, or a failure. */
  readonly ends: readonly string[];
}
