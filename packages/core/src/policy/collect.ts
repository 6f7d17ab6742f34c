import type { AuthorizationRequest } from '../authorization-request/authorization-request.ts';
import type { Client } from '../client/client.ts';
import type { Instant } from '../instant.ts';
import { secondsBefore } from '../instant.ts';
import type { Api, ProofDemand } from './api.ts';
import { scopePolicy } from './api.ts';
import type { Level } from './levels.ts';
import { levelNamed } from './levels.ts';
import type { Requirement, RequirementSource } from './requirement.ts';

/** Everything that can demand something of an authorization. */
export interface RequirementContext {
  readonly client: Client;
  readonly api: Api | undefined;
  /** The scopes that will be granted, not the ones that were merely asked for. */
  readonly scopes: readonly string[];
  readonly levels: readonly Level[];
  /** The moment the request was made; `prompt=login` and `max_age=0` want proofs since then. */
  readonly requestedAt: Instant;
  /** The moment that ages are counted back from (`agesFrom`). */
  readonly agesFrom: Instant;
  /** Requirements of the user's or role's policy, of risk signals and of Actions; they can only add. */
  readonly further: readonly Requirement[];
}

/** What of an authorization request demands a proof. */
export type DemandingRequest = Pick<AuthorizationRequest, 'acrValues' | 'acrClaim' | 'maxAgeSeconds' | 'prompt'>;

/**
 * All that is required, from every source. Their order means nothing, and none can lower another.
 */
export const collectRequirements = (request: DemandingRequest, context: RequirementContext): readonly Requirement[] => [
  ...requestRequirements(request, context),
  ...scopeRequirements(context.api, context.scopes, context.levels, context.agesFrom),
  ...clientRequirements(context.client, context.levels),
  ...context.further,
];

/** Names become levels; names nobody knows are passed over, and if none is left the requirement can never be met (RFC 9470, section 5). */
const resolve = (levels: readonly Level[], names: readonly string[]): readonly string[] => {
  const known: string[] = [];
  for (const name of names) {
    const acr = levelNamed(levels, name)?.acr;
    if (acr !== undefined && !known.includes(acr)) known.push(acr);
  }
  return known;
};

/**
 * Requirements that were kept, in today's names: a level that was renamed since, and kept its old name as an alias, is the same level.
 */
export const inTodaysNames = (requirements: readonly Requirement[], levels: readonly Level[]): readonly Requirement[] =>
  requirements.map((requirement) =>
    requirement.acr === undefined ? requirement : { ...requirement, acr: resolve(levels, requirement.acr) },
  );

/** A declared demand, as a requirement at a moment. An age without a level binds every proof. */
const demandRequirement = (
  source: RequirementSource,
  { acr, maxAgeSeconds }: ProofDemand,
  levels: readonly Level[],
  at: Instant,
): readonly Requirement[] => {
  if (acr === undefined && maxAgeSeconds === undefined) return [];
  return [
    {
      source,
      binds: acr === undefined ? 'every' : 'proof',
      ...(acr !== undefined && { acr: resolve(levels, acr) }),
      ...(maxAgeSeconds !== undefined && { since: secondsBefore(at, maxAgeSeconds) }),
    },
  ];
};

/** What the scopes demand when they are granted at a moment. */
export const scopeRequirements = (
  api: Api | undefined,
  scopes: readonly string[],
  levels: readonly Level[],
  at: Instant,
): readonly Requirement[] => {
  const requirements: Requirement[] = [];
  for (const scope of scopes) {
    const policy = scopePolicy(api, scope);
    if (!policy || !api) continue;
    const source = { from: 'scope', audience: api.audience, scope } as const;
    requirements.push(...demandRequirement(source, policy.requires, levels, at));
  }
  return requirements;
};

/** What the client's own minimum demands. */
export const clientRequirements = (client: Client, levels: readonly Level[]): readonly Requirement[] =>
  client.minimumAcr === undefined ? [] : clientMinimum(client.minimumAcr, levels);

const clientMinimum = (minimum: readonly string[], levels: readonly Level[]): readonly Requirement[] => [
  { source: { from: 'client' }, acr: resolve(levels, minimum), binds: 'proof' },
];

/** What scopes and client might demand one day. None of it is required of anybody. */
export const shadowRequirements = (
  client: Client,
  api: Api | undefined,
  scopes: readonly string[],
  levels: readonly Level[],
  at: Instant,
): readonly Requirement[] => [
  ...scopes.flatMap((scope) => {
    const shadow = scopePolicy(api, scope)?.shadow;
    if (!shadow || !api) return [];
    return demandRequirement({ from: 'scope', audience: api.audience, scope }, shadow, levels, at);
  }),
  ...(client.shadow ? clientMinimum(client.shadow.minimumAcr, levels) : []),
];

const requestRequirements = (request: DemandingRequest, context: RequirementContext): readonly Requirement[] => {
  const named = levelRequirements(request, context);
  const requirements: Requirement[] = [...named];
  if (request.maxAgeSeconds !== undefined) requirements.push(ageRequirement(request.maxAgeSeconds, named, context));
  if (request.prompt.includes('login')) {
    requirements.push({ source: { from: 'request', parameter: 'prompt' }, since: context.requestedAt, binds: 'every' });
  }
  return requirements;
};

/** A requirement that names levels. */
type LevelRequirement = Requirement & { readonly acr: readonly string[] };

const levelRequirements = (
  request: DemandingRequest,
  { levels, client }: RequirementContext,
): readonly LevelRequirement[] => {
  const requirements: LevelRequirement[] = [];
  if (request.acrValues.length > 0) {
    requirements.push({
      source: { from: 'request', parameter: 'acr_values' },
      asked: request.acrValues,
      acr: resolve(levels, request.acrValues),
      binds: 'proof',
      ...(client.acrValues === 'voluntary' && { voluntary: true }),
    });
  }
  // OpenID Connect Core 1.0, section 5.5.1.1: an essential acr must be met; without values it asks for no level in particular.
  if (request.acrClaim && request.acrClaim.values.length > 0) {
    requirements.push({
      source: { from: 'request', parameter: 'claims' },
      asked: request.acrClaim.values,
      acr: resolve(levels, request.acrClaim.values),
      binds: 'proof',
      ...(!request.acrClaim.essential && { voluntary: true }),
    });
  }
  return requirements;
};

/**
 * `max_age` (OpenID Connect Core 1.0, section 3.1.2.1). It binds the renewing proof alone only beside a level that is needed and
 * that not just any proof renews; otherwise adding an easy level, or a wish that may yet be dropped, would make the request ask for less.
 */
const ageRequirement = (
  maxAgeSeconds: number,
  named: readonly LevelRequirement[],
  { requestedAt, agesFrom, levels }: RequirementContext,
): Requirement => {
  const easy = levels.filter(({ renewedBy }) => renewedBy === 'any');
  const narrows = named.some(({ voluntary, acr }) => !voluntary && !easy.some((level) => acr.includes(level.acr)));
  return {
    source: { from: 'request', parameter: 'max_age' },
    since: maxAgeSeconds === 0 ? requestedAt : secondsBefore(agesFrom, maxAgeSeconds),
    binds: narrows && maxAgeSeconds > 0 ? 'proof' : 'every',
  };
};
