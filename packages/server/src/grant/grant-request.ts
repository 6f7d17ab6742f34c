import type { OAuthError, Parameters, Result } from '@stile/core';
import type { RegisteredClient } from '../config/config.ts';
import type { Caller, Deps } from '../deps.ts';
import type { TokenResponse } from './issue-tokens.ts';

/** A token request whose client has authenticated. */
export interface GrantRequest {
  readonly client: RegisteredClient;
  readonly parameters: Parameters;
  readonly caller: Caller;
  /** As it came; its body has been read. */
  readonly request: Request;
}

/** One grant: a request in, tokens or a refusal out. */
export type GrantHandler = (request: GrantRequest, deps: Deps) => Promise<Result<TokenResponse, OAuthError>>;
