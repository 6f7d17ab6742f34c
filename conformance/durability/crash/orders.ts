import type { Death } from './sudden-death.ts';

/** What a server that is to be killed can be told; it answers each with its kind when it is done. */
export type Order =
  /** Opens the store and listens. Its clock stands still at this second until it is told otherwise. */
  | { readonly kind: 'serve'; readonly configuration: unknown; readonly now: number }
  | { readonly kind: 'clock'; readonly now: number }
  | { readonly kind: 'die'; readonly death: Death }
  /** Sweeps again and again, as long as it lives. */
  | { readonly kind: 'sweep' }
  /** Rotates the signing keys, as the command does. */
  | { readonly kind: 'rotate' };

const KINDS: readonly string[] = ['serve', 'clock', 'die', 'sweep', 'rotate'] satisfies readonly Order['kind'][];

/** Only for what the test itself sent. */
export const isOrder = (message: unknown): message is Order =>
  typeof message === 'object' && message !== null && 'kind' in message && KINDS.includes(String(message.kind));
