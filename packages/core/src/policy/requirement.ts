import type { Instant } from '../instant.ts';

/** Where a requirement comes from. All requirements hold at once, whatever their source: none can lower another. */
export type RequirementSource =
  | { readonly from: 'request'; readonly parameter: 'acr_values' | 'claims' | 'max_age' | 'prompt' }
  | { readonly from: 'scope'; readonly audience: string; readonly scope: string }
  | { readonly from: 'client' }
  | { readonly from: 'user' }
  | { readonly from: 'role'; readonly role: string }
  | { readonly from: 'risk'; readonly signal: string }
  | { readonly from: 'action'; readonly action: string };

/**
 * What must be proven, as facts about moments, so that the question "is it met?" needs no clock.
 */
export interface Requirement {
  readonly source: RequirementSource;
  /** Any one of these levels will do, by their own names (aliases are resolved). An empty list can never be met. */
  readonly acr?: readonly string[];
  /** The names as they were asked for, in order of preference; kept so that the answer can use the asker's word. */
  readonly asked?: readonly string[];
  /** The renewing proof must lie at or after this moment; with `factors`, one of those instead. */
  readonly since?: Instant;
  /** One of these factors must have been proven, whatever it earns: an Action that wants a certain one asks so. An empty list can never be met. */
  readonly factors?: readonly string[];
  /** `proof`: only the renewing proof must be that fresh. `every`: older proofs do not count at all. */
  readonly binds: 'proof' | 'every';
  /** A wish (OpenID Connect Core 1.0, section 3.1.2.1: `acr_values` read as voluntary): fulfilled when it can be, else dropped. */
  readonly voluntary?: true;
}
