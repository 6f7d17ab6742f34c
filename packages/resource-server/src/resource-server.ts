import type { Result } from '@stile/core';
import { ok, refused } from '@stile/core';
import type { VerifiedToken } from './access-token.ts';
import type { AuthorizationSource } from './bearer.ts';
import type { Refusal } from './decision.ts';
import { refusalFor } from './decision.ts';
import type { Demand } from './demand.ts';
import { checkedDemand } from './demand.ts';
import { keysOf, metadataOf } from './issuer.ts';
import { judgeWith } from './judge.ts';
import { metadataHandlerAt, metadataPathOf } from './protected-resource-metadata.ts';
import { refusalResponse } from './refusal-response.ts';
import type { ResourceServerOptions } from './settings.ts';
import { settingsFrom } from './settings.ts';
import { consumeWith } from './single-use.ts';
import { verifyWith } from './verified-tokens.ts';

/** Decides about one call: the token it carries, or why it is refused. A token that may be used once is then used. */
export type Guard = (source: AuthorizationSource) => Promise<Result<VerifiedToken, Refusal>>;

/** A route behind a guard. */
export type ProtectedHandler = (
  request: Request,
  context: { readonly token: VerifiedToken },
) => Response | Promise<Response>;

/** An API that verifies access tokens, demands step-up and uses tokens up. */
export interface ResourceServer {
  /** The rule for one demand, checked now rather than at the first call. Every other way in uses it. */
  guard(demand: Demand): Guard;
  /** Decides about one call, given the request or its `Authorization` header. */
  verify(source: AuthorizationSource, demand?: Demand): Promise<Result<VerifiedToken, Refusal>>;
  /** Runs the handler for the calls that the guard lets pass, and answers the others. */
  protect(demand: Demand, handler: ProtectedHandler): (request: Request) => Promise<Response>;
  /**
   * Publishes the metadata of this API (RFC 9728) at `/.well-known/oauth-protected-resource` followed by the path of the
   * audience, and answers 404 elsewhere.
   *
   * @throws TypeError when the audience is no address
   */
  metadataHandler(): (request: Request) => Response;
}

/**
 * Protects an API with the access tokens of one issuer.
 *
 * @throws TypeError for options that cannot be meant
 */
export const createResourceServer = (options: ResourceServerOptions): ResourceServer => {
  const settings = settingsFrom(options);
  const metadata = metadataOf(settings);
  const consume = consumeWith(options.singleUse, settings, metadata.ask);
  const judge = judgeWith(settings, verifyWith(settings, keysOf(settings, metadata)), consume);
  const demandedScopes = new Set<string>();

  const guard = (demand: Demand): Guard => {
    const checked = checkedDemand(demand);
    if (checked.mayUseUp && !consume) throw new TypeError('A single-use route needs the option singleUse.');
    for (const scope of checked.scopes) demandedScopes.add(scope);
    return async (source) => {
      const judgement = await judge(source, checked);
      if (!('ground' in judgement)) {
        options.onDecision?.({ outcome: 'allowed', demand, ...judgement });
        return ok(judgement.token);
      }
      const refusal = refusalFor(judgement.ground, checked, settings);
      options.onDecision?.({ outcome: 'refused', demand, refusal, token: judgement.token });
      return refused(refusal);
    };
  };

  return {
    guard,
    verify: async (source, demand = {}) => guard(demand)(source),
    protect: (demand, handler) => {
      const decideOn = guard(demand);
      return async (request) => {
        const decision = await decideOn(request);
        return decision.ok ? handler(request, { token: decision.value }) : refusalResponse(decision.error);
      };
    },
    metadataHandler: () => {
      const path = metadataPathOf(settings.audience);
      if (path === undefined) throw new TypeError('Only an audience that is an address has metadata.');
      return metadataHandlerAt(path, () => ({
        resource: settings.audience,
        authorization_servers: [settings.issuer],
        scopes_supported: [...(options.scopesSupported ?? demandedScopes)].sort(),
        bearer_methods_supported: ['header'],
      }));
    },
  };
};
