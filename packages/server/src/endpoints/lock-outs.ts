/** `/api/v2/lock-outs`: whom a policy locks out (T30), some people at a time. Reads only. */
import type { Config } from '../config/config.ts';
import type { LockedOut } from '../decision/lock-out.ts';
import { previewLockOut } from '../decision/lock-out.ts';
import type { Policy } from '../decision/policy.ts';
import { keptPolicy, parsePolicy, policyOf } from '../decision/policy.ts';
import { changedConfig, parsePolicyChange } from '../decision/policy-change.ts';
import type { Deps, Handler } from '../deps.ts';
import { jsonBody } from '../http/body.ts';
import { json } from '../http/responses.ts';
import { badRequest, plain, queryOf, refuseUnless } from './management.ts';

const NAMES = ['take', 'cursor'] as const;

const MOST = 100;
const USUAL = 50;

/** One call looks through no more people; whoever wants everybody goes on from the cursor. */
const MOST_READ = 2000;

const LONGEST_ID = 200;

interface Part {
  readonly take: number;
  readonly after: string;
}

const partOf = (request: Request): Part | Response => {
  const sent = queryOf(request, NAMES);
  if (sent instanceof Response) return sent;
  const { take: many, cursor: after = '' } = sent;
  const take = many === undefined ? USUAL : /^\d{1,3}$/.test(many) ? Number(many) : 0;
  if (take < 1 || take > MOST) return badRequest(`take is a number from 1 to ${MOST}.`);
  return after.length > LONGEST_ID ? badRequest('The cursor is none of ours.') : { take, after };
};

const previewed = async (
  candidate: Config,
  inForce: Policy | undefined,
  { take, after }: Part,
  { store }: Deps,
): Promise<Response> => {
  const list: LockedOut[] = [];
  const {
    examples: _examples,
    next,
    ...preview
  } = await previewLockOut(store, candidate, {
    ...(inForce && { inForce }),
    tell: (who) => list.push(who),
    after,
    atMost: MOST_READ,
    mostFound: take,
  });
  return json({
    ...preview,
    comparedWith: inForce ? keptPolicy(inForce).digest : null,
    list,
    next_cursor: next,
  });
};

/** `GET /api/v2/lock-outs?take=&cursor=`: whom the policy in force locks out; and anew, compared with the one that was kept before it. */
export const listLockOuts: Handler = async (request, deps) => {
  const refusal = await refuseUnless('read:lock_outs', request, deps);
  if (refusal) return refusal;
  const part = partOf(request);
  if (part instanceof Response) return part;
  const { store, config } = deps;
  const before = await store.policies.before(keptPolicy(policyOf(config)).digest);
  return previewed(config, before && parsePolicy(before), part, deps);
};

/** `POST /api/v2/lock-outs?take=&cursor=`: whom a change of it would lock out; and anew, compared with what is in force. */
export const previewLockOuts: Handler = async (request, deps) => {
  const refusal = await refuseUnless('read:lock_outs', request, deps);
  if (refusal) return refusal;
  const part = partOf(request);
  if (part instanceof Response) return part;
  const body = await jsonBody(request);
  if (!body.ok) return badRequest(body.error.description);
  const change = parsePolicyChange(body.value);
  const candidate = change.ok ? changedConfig(deps.config, change.value) : change;
  return candidate.ok
    ? previewed(candidate.value, policyOf(deps.config), part, deps)
    : badRequest(plain(candidate.error));
};
