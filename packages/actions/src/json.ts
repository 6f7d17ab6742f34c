/** What can be kept, sent and written down. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Metadata: values by key. */
export interface Metadata {
  readonly [key: string]: Json;
}
