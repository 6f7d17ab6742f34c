import { authorizationIn } from './bearer.ts';
import type { Demand } from './demand.ts';
import { renderRefusal } from './refusal-response.ts';
import type { ResourceServer } from './resource-server.ts';
import { rememberToken } from './token-of.ts';

interface ExpressRequest {
  readonly rawHeaders: readonly string[];
  auth?: unknown;
}

interface ExpressResponse {
  writeHead(status: number, headers: Readonly<Record<string, string>>): { end(body: string): unknown };
}

type Next = (error?: unknown) => void;

/** Express middleware: lets a call pass with its token in `req.auth` and {@link tokenOf}, or answers it. */
export const requireToken = (
  resourceServer: ResourceServer,
  demand: Demand,
): ((request: ExpressRequest, response: ExpressResponse, next: Next) => Promise<void>) => {
  const guard = resourceServer.guard(demand);
  return async (request, response, next) => {
    try {
      const decision = await guard(authorizationIn(request.rawHeaders));
      if (!decision.ok) {
        const { status, headers, body } = renderRefusal(decision.error);
        response.writeHead(status, headers).end(body);
        return;
      }
      request.auth = decision.value;
      rememberToken(request, decision.value);
      next();
    } catch (error) {
      next(error);
    }
  };
};
