import { authorizationIn } from './bearer.ts';
import type { Demand } from './demand.ts';
import { renderRefusal } from './refusal-response.ts';
import type { ResourceServer } from './resource-server.ts';
import { rememberToken } from './token-of.ts';

interface FastifyRequest {
  readonly raw: { readonly rawHeaders: readonly string[] };
  auth?: unknown;
}

interface FastifyReply {
  code(status: number): FastifyReply;
  headers(headers: Record<string, string>): FastifyReply;
  send(body: string): FastifyReply;
}

/** A Fastify hook, for `onRequest` (before the body is read) or `preHandler`: the token is in `request.auth` and {@link tokenOf}. */
export const requireToken = (
  resourceServer: ResourceServer,
  demand: Demand,
): ((request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>) => {
  const guard = resourceServer.guard(demand);
  return async (request, reply) => {
    const decision = await guard(authorizationIn(request.raw.rawHeaders));
    if (!decision.ok) {
      const { status, headers, body } = renderRefusal(decision.error);
      return reply.code(status).headers(headers).send(body);
    }
    request.auth = decision.value;
    rememberToken(request, decision.value);
    return undefined;
  };
};
