/** The facts of a sign-in that does not happen: of what is supposed, and for the rest of what is kept today. Reads only. */
import type { Instant, Proof, Result } from '@stile/core';
import { agesFrom, isPublic, ok, refused, requestMoment, secondsBefore } from '@stile/core';
import type { Config } from '../config/config.ts';
import { sha256 } from '../digest.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import { factorNamed, proofOf } from '../factors/factors.ts';
import { channelOf, mailMayGuard } from '../recovery/guards.ts';
import { noPost } from '../recovery/mail.ts';
import { isOn } from '../risk/circumstances.ts';
import type { Circumstances } from '../risk/signals.ts';
import type { Store } from '../store/ports.ts';
import type { User } from '../store/records.ts';
import type { DecisionFacts, SignedIn } from './facts.ts';
import type { Policy } from './policy.ts';
import { policyOf } from './policy.ts';
import type { Supposition } from './supposition.ts';

/** What it takes to suppose. */
export interface SupposingDeps {
  readonly store: Store;
  readonly config: Config;
  readonly now: () => Instant;
  /** Whether this server can mail people. */
  readonly canMail: boolean;
}

export interface Supposed {
  readonly facts: DecisionFacts;
  /** Whoever they are once they are signed in. */
  readonly person: SignedIn;
  readonly assumed: readonly string[];
}

export const suppose = async (
  supposition: Supposition,
  user: User,
  at: Instant,
  deps: SupposingDeps,
): Promise<Result<Supposed, string>> => {
  const usable = await usableAuthenticators(user.id, deps);
  const enrolled = supposition.enrolled ? bestOf(supposition.enrolled) : ok(usable.map(({ proof }) => proof));
  if (!enrolled.ok) return enrolled;
  const events = provenOf(supposition, enrolled.value, at);
  if (!events.ok) return events;
  const requestedAt = requestMoment(at, events.value);
  const recoversBy = channelOf(usable);
  const { config, canMail } = deps;
  const circumstances = await circumstancesOf(supposition, user, requestedAt, deps);
  const person: SignedIn = {
    userId: user.id,
    sessionId: SESSION,
    events: events.value,
    enrolled: enrolled.value,
    consentMissing: await consentsMissing(supposition, user, deps),
    mailMayGuard: mailMayGuard(user, usable, { post: { ...noPost, canSend: canMail } }),
    isRecovering: false,
    ...(recoversBy !== undefined && { recoversBy }),
    ...(circumstances && { circumstances }),
    ...(supposition.remembered && config.rememberDevice && { remembered: rememberedBy(policyOf(config), at) }),
  };
  const { scopes, audience, acrValues, maxAgeSeconds, prompt, clientId } = supposition;
  const facts: DecisionFacts = {
    at,
    requestedAt,
    agesFrom: agesFrom(requestedAt, at),
    clientId,
    requestedScopes: scopes,
    request: { acrValues, prompt, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) },
    ...(audience !== undefined && { audience }),
    ...(events.value.length > 0 && { person }),
  };
  return ok({ facts, person, assumed: assumptions(supposition, user, circumstances) });
};

const SESSION = 'what-if';

const bestOf = (names: readonly string[]): Result<readonly Proof[], string> => {
  const unknown = names.find((one) => factorNamed(one) === undefined);
  if (unknown !== undefined) return refused(`There is no factor ${unknown}.`);
  return ok(
    names.flatMap((one) =>
      (factorNamed(one)?.best ?? []).slice(0, 1).map((traits) => proofOf(traits, `supposed-${one}`)),
    ),
  );
};

const provenOf = (
  { proven }: Supposition,
  enrolled: readonly Proof[],
  at: Instant,
): Result<SignedIn['events'], string> => {
  const missing = proven.find(({ factor }) => !enrolled.some((proof) => proof.factor === factor));
  if (missing) {
    const has = enrolled.map(({ factor }) => factor).join(', ') || 'nothing';
    return refused(`They cannot have proven ${missing.factor}: what they have is ${has}.`);
  }
  return ok(
    proven.flatMap(({ factor, secondsAgo }) =>
      enrolled
        .filter((proof) => proof.factor === factor)
        .slice(0, 1)
        .map((proof) => ({ ...proof, at: secondsBefore(at, secondsAgo) })),
    ),
  );
};

/** As in production: of a client on somebody's device anybody can say that it is this one, so that a consent of before proves nothing. */
const consentsMissing = async (
  { clientId, scopes, audience }: Supposition,
  user: User,
  { store, config }: SupposingDeps,
): Promise<readonly string[]> => {
  const client = config.clients.get(clientId);
  if (!client || client.firstParty) return [];
  const [redirect] = client.redirectUris;
  if (isPublic(client) && redirect?.startsWith('https:') !== true) return scopes;
  const given = await store.grants.consentsOf(user.id, clientId);
  const target = audience ?? client.defaultAudience ?? '';
  return scopes.filter(
    (scope) => !given.some((one) => one.scope === scope && (one.audience === target || one.audience === '')),
  );
};

/** A browser that nobody has. */
const NEW_BROWSER = sha256('what-if');

const circumstancesOf = async (
  { newDevice, country, failures }: Supposition,
  user: User,
  requestedAt: Instant,
  { store, config }: SupposingDeps,
): Promise<Circumstances | undefined> => {
  if (!isOn(config.risk)) return undefined;
  const arrivals = await store.arrivals.ofUser(user.id, secondsBefore(requestedAt, requestedAt));
  const [last] = arrivals;
  return {
    browserHash: newDevice ? NEW_BROWSER : last?.browserHash,
    place: placeOf(country, last),
    arrivals,
    failures,
    sessionId: SESSION,
    requestedAt,
    accountSince: user.createdAt,
  };
};

/** Where they were last, unless they are said to be elsewhere. */
const placeOf = (
  country: string | undefined,
  last:
    | { readonly country: string; readonly coordinates: Extract<Circumstances['place'], object>['coordinates'] }
    | undefined,
): Circumstances['place'] => {
  if (country !== undefined) return { country, coordinates: country === last?.country ? last.coordinates : null };
  return last && { country: last.country, coordinates: last.coordinates };
};

const rememberedBy = ({ rememberDevice, levels }: Policy, at: Instant): NonNullable<SignedIn['remembered']> => ({
  id: 'what-if',
  acrs: levels
    .filter((level) => [level.acr, ...level.aliases].some((one) => rememberDevice?.acr.includes(one)))
    .map(({ acr }) => acr),
  createdAt: at,
});

const assumptions = (
  { newDevice, country, enrolled }: Supposition,
  user: User,
  circumstances: Circumstances | undefined,
): readonly string[] => {
  const isNew = circumstances !== undefined && circumstances.arrivals.length === 0;
  return [
    ...(user.blockedAt === null ? [] : ['They are blocked and cannot sign in at all; that is passed over here.']),
    ...(enrolled ? [`They have ${enrolled.join(', ') || 'nothing'}, whatever is enrolled.`] : []),
    ...(isNew ? ['They were never accepted anywhere, so that every browser and every place is new.'] : []),
    ...(circumstances && !isNew && !newDevice ? ['They use the browser in which they were accepted last.'] : []),
    ...(circumstances && !isNew && country === undefined ? ['They are where they were accepted last.'] : []),
  ];
};
