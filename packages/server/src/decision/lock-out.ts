/**
 * Whom a policy would lock out: the people who have enrolled nothing that would meet what it demands, and the clients that could bring
 * nobody to meet it (T30). Reads only, and people a page at a time.
 */
import { setImmediate as otherWork } from 'node:timers/promises';
import type { Proof, Requirement } from '@stile/core';
import { isAttainable } from '@stile/core';
import type { Config } from '../config/config.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { usableAuthenticators, wouldProve } from '../factors/authenticators.ts';
import { canMail } from '../notify/channels.ts';
import { channelOf, enrollableNow, mailMayGuard } from '../recovery/guards.ts';
import { noPost } from '../recovery/mail.ts';
import type { Store } from '../store/ports.ts';
import type { User } from '../store/records.ts';
import type { ClientProblem } from './capable-clients.ts';
import { clientProblems } from './capable-clients.ts';
import { demandsIn } from './declared-demands.ts';
import type { Policy } from './policy.ts';
import { keptPolicy, policyOf } from './policy.ts';

/** What some people could not meet. */
export interface DemandLine {
  readonly clientId: string;
  /** The scope that cannot be had there; null: nobody of them gets in there at all. */
  readonly scope: string | null;
  /** Any of these levels: one list for each of all that is demanded. */
  readonly acr: readonly (readonly string[])[];
  readonly people: number;
  /** Of them, those who may not set anything up either: they are refused. */
  readonly refused: number;
  /** Of them, those who could meet what the policy in force demands there. */
  readonly newly: number;
}

/** Somebody who could not meet it. */
export interface LockedOut {
  readonly userId: string;
  readonly username: string;
  /** What they have. */
  readonly enrolled: readonly string[];
  readonly cannot: readonly { readonly clientId: string; readonly scope: string | null; readonly newly: boolean }[];
  /** Whether they may set up what would do, behind a guard (`enrolment`). */
  readonly mayEnrol: boolean;
}

/** What came of a preview. Its shape is stable: new members may come, and none changes its meaning. */
export interface LockOut {
  readonly format: 'stile-lock-out/1';
  /** The digest of the candidate. */
  readonly candidate: string;
  readonly people: {
    readonly read: number;
    /** They get in nowhere, whatever the policy. */
    readonly blocked: number;
    /** They could not meet something. */
    readonly cannot: number;
    /** Of them, those who may set up nothing that would do: they are refused. */
    readonly refused: number;
    /** Of them, those who could meet it under the policy in force. */
    readonly newly: number;
    /** Whether reading stopped before everybody was read. */
    readonly isCut: boolean;
  };
  readonly demands: readonly DemandLine[];
  readonly clients: readonly ClientProblem[];
  /** The first of them, those who newly cannot first. */
  readonly examples: readonly LockedOut[];
  /** After whom a next preview would go on, if there may be more. */
  readonly next: string | null;
}

/** How a preview goes about it. */
export interface LockOutOptions {
  /** The policy in force, to tell what is new. */
  readonly inForce?: Policy;
  /** Is told of everybody who could not meet something. */
  readonly tell?: (who: LockedOut) => void;
  /** Is told how many people were read so far. */
  readonly progress?: (people: number) => void;
  /** Begins with whoever comes after this user id. */
  readonly after?: string;
  /** Reads no more than so many, to the end of a page. */
  readonly atMost?: number;
  /** Stops once so many could not meet something. */
  readonly mostFound?: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

const PAGE = 100;
const MOST_EXAMPLES = 20;

/** What is demanded somewhere, and in the same place by the policy in force. */
interface Weighed {
  readonly clientId: string;
  readonly scope: string | null;
  readonly requirements: readonly Requirement[];
  /** Nothing where there is no such place in force. */
  readonly before: readonly Requirement[] | undefined;
  readonly counts: { people: number; refused: number; newly: number };
}

interface Means {
  readonly enrolled: readonly Proof[];
  readonly enrollable: readonly Proof[];
  /** What they could prove under the policy in force. */
  readonly enrolledBefore: readonly Proof[];
}

export const previewLockOut = async (
  store: Store,
  candidate: Config,
  options: LockOutOptions = {},
): Promise<LockOut> => {
  const { inForce, tell, progress, signal } = options;
  const { after = '', atMost = Number.POSITIVE_INFINITY, mostFound = Number.POSITIVE_INFINITY } = options;
  const policy = policyOf(candidate);
  const weighed = weigh(policy, inForce);
  const people = { read: 0, blocked: 0, cannot: 0, refused: 0, newly: 0, isCut: false };
  const examples: LockedOut[] = [];
  let last = after;
  for (;;) {
    const page = await store.users.after(last, PAGE);
    for (const user of page) {
      if (signal?.aborted || people.cannot >= mostFound) break;
      last = user.id;
      people.read += 1;
      if (user.blockedAt !== null) people.blocked += 1;
      const found =
        user.blockedAt === null
          ? judge(user, await meansOf(user, store, candidate, inForce), weighed, policy)
          : undefined;
      if (!found) continue;
      const isNew = found.cannot.some(({ newly }) => newly);
      people.cannot += 1;
      people.newly += isNew ? 1 : 0;
      people.refused += found.mayEnrol ? 0 : 1;
      tell?.(found);
      keep(found, isNew, examples);
    }
    progress?.(people.read);
    const isHalfRead = page.length > 0 && page.at(-1)?.id !== last;
    people.isCut = isHalfRead || signal?.aborted === true || (page.length === PAGE && people.read >= atMost);
    if (people.isCut || page.length < PAGE) break;
    await otherWork();
  }
  return {
    format: 'stile-lock-out/1',
    candidate: keptPolicy(policy).digest,
    people,
    demands: linesOf(weighed),
    clients: clientProblems(policy, inForce),
    examples,
    next: people.isCut ? last : null,
  };
};

const weigh = (policy: Policy, before: Policy | undefined): readonly Weighed[] => {
  const then = new Map((before ? demandsIn(before) : []).map((one) => [placeOf(one), one.requirements]));
  return demandsIn(policy).map(({ clientId, audience, scope, requirements }) => ({
    clientId,
    scope,
    requirements,
    before: then.get(placeOf({ clientId, scope })) ?? (before && undemanding(before, clientId, audience, scope)),
    counts: { people: 0, refused: 0, newly: 0 },
  }));
};

/** Nothing is demanded where the client, and the scope there, could be had without a demand. */
const undemanding = (
  { clients }: Policy,
  clientId: string,
  audience: string | null,
  scope: string | null,
): readonly Requirement[] | undefined => {
  const client = clients.get(clientId);
  const had = scope === null || client?.apis[audience ?? '']?.includes(scope) === true;
  return client && had ? [] : undefined;
};

const placeOf = ({ clientId, scope }: Pick<Weighed, 'clientId' | 'scope'>): string => `${clientId} ${scope ?? ''}`;

const proofsOf = (usable: readonly UsableAuthenticator[]): readonly Proof[] => usable.map(({ proof }) => proof);

/** What somebody has to meet demands with. */
const meansOf = async (user: User, store: Store, candidate: Config, inForce: Policy | undefined): Promise<Means> => {
  const usable = await usableAuthenticators(user.id, { store, config: candidate });
  const recoversBy = channelOf(usable);
  const mayBeMailed = mailMayGuard(user, usable, { post: { ...noPost, canSend: canMail(candidate) } });
  const enrolled = proofsOf(usable);
  return {
    enrolled,
    enrollable: enrollableNow(
      { mailMayGuard: mayBeMailed, isRecovering: false, ...(recoversBy !== undefined && { recoversBy }) },
      policyOf(candidate),
    ),
    enrolledBefore: inForce ? await enrolledUnder(inForce, user, enrolled, store) : [],
  };
};

/** What of theirs the policy in force can ask for, what the candidate cannot included. */
const enrolledUnder = async (
  { installed }: Policy,
  user: User,
  now: readonly Proof[],
  { authenticators }: Store,
): Promise<readonly Proof[]> => {
  const theirs = (await authenticators.ofUser(user.id)).flatMap((one) => wouldProve(one) ?? []);
  const others = theirs.filter(({ authenticator }) => now.every((proof) => proof.authenticator !== authenticator));
  return [...now, ...others].filter(({ factor }) => installed.some((one) => one.factor === factor));
};

/** What somebody could not meet, if there is anything. */
const judge = (
  { id, username }: User,
  { enrolled, enrollable, enrolledBefore }: Means,
  weighed: readonly Weighed[],
  { levels }: Policy,
): LockedOut | undefined => {
  const cannot: LockedOut['cannot'][number][] = [];
  let mayEnrol = true;
  for (const { clientId, scope, requirements, before, counts } of weighed) {
    if (isAttainable(requirements, enrolled, levels)) continue;
    const may = enrollable.some((proof) => isAttainable(requirements, [...enrolled, proof], levels));
    const newly = before !== undefined && isAttainable(before, enrolledBefore, levels);
    counts.people += 1;
    counts.refused += may ? 0 : 1;
    counts.newly += newly ? 1 : 0;
    mayEnrol &&= may;
    cannot.push({ clientId, scope, newly });
  }
  return cannot.length === 0
    ? undefined
    : { userId: id, username, enrolled: enrolled.map(({ factor }) => factor), cannot, mayEnrol };
};

/** Those who newly cannot come first. */
const keep = (found: LockedOut, isNew: boolean, examples: LockedOut[]): void => {
  if (isNew) {
    const firstOld = examples.findIndex(({ cannot }) => !cannot.some(({ newly }) => newly));
    examples.splice(firstOld === -1 ? examples.length : firstOld, 0, found);
  } else examples.push(found);
  examples.splice(MOST_EXAMPLES);
};

const linesOf = (weighed: readonly Weighed[]): readonly DemandLine[] =>
  weighed
    .filter(({ counts }) => counts.people > 0)
    .map(({ clientId, scope, requirements, counts }) => ({
      clientId,
      scope,
      acr: [...new Map(requirements.flatMap(({ acr }) => (acr ? [[acr.join(' '), acr]] : []))).values()],
      ...counts,
    }))
    .toSorted((one, other) => other.newly - one.newly || other.people - one.people);
