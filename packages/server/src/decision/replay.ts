/** Judges recorded decisions by a candidate policy, and reports what would have come out otherwise. Reads only, a page at a time. */
import type { Instant } from '@stile/core';
import type { Store } from '../store/ports.ts';
import type { ActionsReport, CandidateActions } from './candidate-actions.ts';
import type { Example } from './changed.ts';
import { changeInWords, particularsOf } from './changed.ts';
import { policyReader } from './check.ts';
import type { Change, Changes } from './difference.ts';
import { CHANGES, changeOf, NO_CHANGES } from './difference.ts';
import type { NotKnown } from './not-known.ts';
import { NOT_KNOWN, notKnownBetween } from './not-known.ts';
import type { Policy } from './policy.ts';
import { keptPolicy } from './policy.ts';
import type { MadeAgain, RecordedDecision } from './recorded.ts';
import { decideAgain, decisionsSince, recordedDecision } from './recorded.ts';
import type { Line } from './tally.ts';
import { Lines, People, Requests } from './tally.ts';

/** What came of a replay. Its shape is stable: new members may come, and none changes its meaning. */
export interface ReplayReport {
  readonly format: 'stile-replay/1';
  /** The digest of the candidate. */
  readonly candidate: string;
  readonly since: Instant;
  /** When the first and the last decision of those that were judged were made. */
  readonly first: Instant | null;
  readonly last: Instant | null;
  readonly decisions: {
    /** The records that were read. */
    readonly records: number;
    readonly judged: number;
    /** No question of policy (a code that is not valid), or from before facts were kept. */
    readonly withoutFacts: number;
    /** Could not be judged: what is on record is not as it should be. */
    readonly failed: number;
    readonly changed: number;
  };
  /** Of one authorization request several decisions may be on record: asked, and after the answer granted. Here it counts once. */
  readonly requests: { readonly judged: number; readonly changed: number };
  /** `isMore`: beyond 100,000 nobody is counted any more. */
  readonly people: { readonly judged: number; readonly changed: number; readonly isMore: boolean };
  readonly changes: Changes;
  readonly byClient: readonly Line[];
  readonly byScope: readonly Line[];
  /** The factor that would be asked for first, or was; its `decisions` are those that would change. */
  readonly byFactor: readonly Line[];
  /** Who demands what is missing; its `decisions` are those that would change. */
  readonly byCause: readonly Line[];
  /** By day, in UTC. */
  readonly byDay: readonly Line[];
  readonly notKnown: readonly { readonly what: NotKnown; readonly decisions: number; readonly says: string }[];
  /** The first of each kind, the gravest kind first. */
  readonly examples: readonly Example[];
  /** What candidate Actions did, where there were any. */
  readonly actions?: ActionsReport;
}

const EXAMPLES_OF_A_KIND = 5;

/** What is known of a policy by which decisions were made. */
interface Then {
  readonly policy: Policy | undefined;
  readonly leaves: ReturnType<typeof notKnownBetween>;
}

/** All that is counted while records stream by. */
class Counts {
  readonly #candidate: Policy;
  readonly #then = new Map<string, Then>();
  #day = { number: -1, name: '' };
  readonly totals = { records: 0, judged: 0, withoutFacts: 0, failed: 0, changed: 0 };
  readonly changes: Record<Change, number> = { ...NO_CHANGES };
  readonly notKnown = new Map<NotKnown, number>();
  readonly examples = new Map<Change, Example[]>();
  readonly lines = {
    client: new Lines(),
    scope: new Lines(),
    factor: new Lines(),
    cause: new Lines(),
    day: new Lines(),
  };
  readonly people = { judged: new People(), changed: new People() };
  readonly requests = new Requests();
  first: Instant | null = null;
  last: Instant | null = null;

  constructor(candidate: Policy) {
    this.#candidate = candidate;
  }

  /** Tells the policy behind a digest, before the first decision of it is taken. */
  learn(digest: string, policy: Policy | undefined): void {
    this.#then.set(digest, { policy, leaves: notKnownBetween(policy, this.#candidate) });
  }

  knows(digest: string): boolean {
    return this.#then.has(digest);
  }

  take(recorded: RecordedDecision, now: MadeAgain): void {
    const change = changeOf(recorded.outcome, now.outcome);
    this.totals.judged += 1;
    this.first ??= recorded.at;
    this.last = recorded.at;
    this.#count(recorded, change !== undefined);
    this.#countNotKnown(recorded, now);
    if (change !== undefined) this.#countChange(recorded, now, change);
  }

  #count({ kind, userId, clientId, at, facts }: RecordedDecision, isChanged: boolean): void {
    const { client, scope, day } = this.lines;
    client.decided(clientId ?? NOBODY);
    for (const name of kind === 'authorization' ? facts.requestedScopes : facts.grant.scopes) scope.decided(name);
    day.decided(this.#dayOf(at));
    this.people.judged.add(userId);
    if (kind === 'authorization') this.requests.add(`${userId} ${clientId} ${facts.requestedAt}`, at, isChanged);
    else this.requests.addSingle(isChanged);
  }

  /** Making a date costs more than all the rest. */
  #dayOf(at: Instant): string {
    const number = Math.floor(at / DAY_SECONDS);
    if (number !== this.#day.number) this.#day = { number, name: dayOf(at) };
    return this.#day.name;
  }

  #countNotKnown({ kind, policy, facts }: RecordedDecision, { outcome }: MadeAgain): void {
    if (kind !== 'authorization') return;
    for (const [what, isLeft] of this.#then.get(policy)?.leaves ?? []) {
      if (isLeft(facts, outcome)) this.notKnown.set(what, (this.notKnown.get(what) ?? 0) + 1);
    }
  }

  #countChange(recorded: RecordedDecision, now: MadeAgain, change: Change): void {
    const then = this.#madeThen(recorded);
    const { client, scope, factor, cause, day } = this.lines;
    const about = particularsOf(then, now, recorded.outcome);
    this.totals.changed += 1;
    this.changes[change] += 1;
    this.people.changed.add(recorded.userId);
    client.changed(recorded.clientId ?? NOBODY, change);
    day.changed(this.#dayOf(recorded.at), change);
    for (const name of about.scopes) scope.changed(name, change);
    for (const [lines, names] of [
      [factor, about.factor === undefined ? [] : [about.factor]],
      [cause, about.causes],
    ] as const) {
      for (const name of names) {
        lines.decided(name);
        lines.changed(name, change);
      }
    }
    this.#keepExample(recorded, then, now, change);
  }

  /** What it came to by the policy of then: made again once, if somebody looks. */
  #madeThen(recorded: RecordedDecision): () => MadeAgain | undefined {
    const policy = this.#then.get(recorded.policy)?.policy;
    let isMade = false;
    let made: MadeAgain | undefined;
    return () => {
      if (!isMade) made = policy && attempted(() => decideAgain(recorded, policy));
      isMade = true;
      return made;
    };
  }

  #keepExample(recorded: RecordedDecision, then: () => MadeAgain | undefined, now: MadeAgain, change: Change): void {
    const kept = this.examples.get(change) ?? [];
    if (kept.length >= EXAMPLES_OF_A_KIND) return;
    const { id, at, kind, clientId, userId, outcome } = recorded;
    const [before, after] = [outcome, now.outcome].map(({ step, reason }) => ({ step, reason }));
    if (!before || !after) return;
    const says = changeInWords(recorded, then(), now, change);
    this.examples.set(change, [...kept, { id, at, kind, clientId, userId, change, before, after, says }]);
  }
}

const NOBODY = '(none)';
const DAY_SECONDS = 86_400;

const dayOf = (at: Instant): string => new Date(at * 1000).toISOString().slice(0, 10);

const reportOf = (counts: Counts, since: Instant, candidate: Policy): ReplayReport => {
  const { people, requests, lines, totals, changes, notKnown, examples, first, last } = counts;
  return {
    format: 'stile-replay/1',
    candidate: keptPolicy(candidate).digest,
    since,
    first,
    last,
    decisions: totals,
    requests: { judged: requests.count, changed: requests.changed },
    people: { judged: people.judged.count, changed: people.changed.count, isMore: people.judged.isMore },
    changes,
    byClient: lines.client.inOrder(),
    byScope: lines.scope.inOrder(),
    byFactor: lines.factor.inOrder(),
    byCause: lines.cause.inOrder(),
    byDay: lines.day.byName(),
    notKnown: [...notKnown].map(([what, decisions]) => ({ what, decisions, says: NOT_KNOWN[what] })),
    examples: CHANGES.flatMap((change) => examples.get(change) ?? []),
  };
};

/** How a replay goes about it. */
export interface ReplayOptions {
  readonly since: Instant;
  /** Actions that are tried as well; without any, what Actions wanted then is kept as it was. */
  readonly actions?: Pick<CandidateActions, 'again' | 'report'>;
  /** Is told how many records were read so far. */
  readonly progress?: (records: number) => void;
}

/** Judges every decision on record since a moment by a candidate. */
export const replay = async (
  store: Pick<Store, 'audit' | 'policies'>,
  candidate: Policy,
  { since, progress, actions }: ReplayOptions,
): Promise<ReplayReport> => {
  const again: Again = actions ? (recorded) => actions.again(recorded) : (recorded) => decideAgain(recorded, candidate);
  const counts = new Counts(candidate);
  const policyThen = policyReader(store);
  for await (const page of decisionsSince(store, since)) {
    for (const record of page) {
      counts.totals.records += 1;
      const recorded = recordedDecision(record);
      if (!recorded) {
        counts.totals.withoutFacts += 1;
        continue;
      }
      if (!counts.knows(recorded.policy)) counts.learn(recorded.policy, await policyThen(recorded.policy));
      const made = madeAgain(recorded, again);
      const now = made instanceof Promise ? await made : made;
      if (now) counts.take(recorded, now);
      else counts.totals.failed += 1;
    }
    progress?.(counts.totals.records);
  }
  return { ...reportOf(counts, since, candidate), ...(actions && { actions: actions.report() }) };
};

type Again = CandidateActions['again'];

/** Nothing when it cannot be made again: what is on record is not as it should be. */
const attempted = <T>(make: () => T): T | undefined => {
  try {
    return make();
  } catch {
    return undefined;
  }
};

const madeAgain = (
  recorded: RecordedDecision,
  again: Again,
): MadeAgain | undefined | Promise<MadeAgain | undefined> => {
  const made = attempted(() => again(recorded));
  return made instanceof Promise ? made.catch(() => undefined) : made;
};
