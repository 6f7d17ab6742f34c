import type { VerifiedToken } from './access-token.ts';
import type { Demand } from './demand.ts';
import { refusalResponse } from './refusal-response.ts';
import type { ResourceServer } from './resource-server.ts';

interface HonoContext {
  readonly req: { readonly raw: Request };
  set(key: 'auth', token: VerifiedToken): void;
}

/** Hono middleware: lets a call pass with its token in `c.get('auth')`, or answers it. */
export const requireToken = (
  resourceServer: ResourceServer,
  demand: Demand,
): ((context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>) => {
  const guard = resourceServer.guard(demand);
  return async (context, next) => {
    const decision = await guard(context.req.raw);
    if (!decision.ok) return refusalResponse(decision.error);
    context.set('auth', decision.value);
    await next();
    return undefined;
  };
};
