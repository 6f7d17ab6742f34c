/** What the code inside the sandbox is given to stand on. Types only: nothing of this file runs. */
import type { HandlerName, Json, JsonObject } from '../call.ts';

/** What `api` answers at once, without asking anybody. */
export interface InsideContext {
  readonly handler: HandlerName;
  /** `event.transaction.protocol`. */
  readonly protocol: string;
  readonly canRedirect: boolean;
  /** What is cached, by key. */
  readonly cache: Readonly<Record<string, { readonly value: string; readonly expiresAtMs: number }>>;
}

export interface Host {
  readonly event: JsonObject;
  readonly context: InsideContext;
  record(call: string, args: readonly Json[]): void;
  ask(question: { readonly ask: 'step-up'; readonly demand: JsonObject }): Promise<Json>;
  /** @returns base64url */
  hmacSha256(keyUtf8: string, dataUtf8: string): string;
  nowMs(): number;
  /** Writes to the console of the Action; added by the script itself. */
  warn(words: string): void;
}
