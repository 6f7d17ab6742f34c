/** Judges recorded decisions by a candidate policy, and reports what would have come out otherwise. Reads only, a page at a time. */
import type { Instant } from '@stile/core';
import type { Store } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';
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
}

const EXAMPLES_OF_A_KIND = 5;

/** Makes a decision again by the candidate; what Actions wanted then is kept as it was, unless somebody runs others. */
export type Candidate = (recorded: RecordedDecision) => MadeAgain | Promise<MadeAgain>;

/** All that is counted while records stream by. */
class Counts {
  readonly #candidate: Policy;
  readonly #policyThen: (digest: string) => Promise<Policy | undefined>;
  readonly #leaves = new Map<string, ReturnType<typeof notKnownBetween>>();
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

  constructor(store: Pick<Store, 'policies'>, candidate: Policy) {
    this.#candidate = candidate;
    this.#policyThen = policyReader(store);
  }

  async take(recorded: RecordedDecision, now: MadeAgain): Promise<void> {
    const change = changeOf(recorded.outcome, now.outcome);
    this.totals.judged += 1;
    this.first ??= recorded.at;
    this.last = recorded.at;
    this.#count(recorded, change !== undefined);
    await this.#countNotKnown(recorded, now);
    if (change !== undefined) await this.#countChange(recorded, now, change);
  }

  #count({ userId, clientId, at, facts, ...recorded }: RecordedDecision, isChanged: boolean): void {
    const { client, scope, day } = this.lines;
    client.decided(clientId ?? NOBODY);
    const isAuthorization = 'requestedScopes' in facts;
    for (const name of isAuthorization ? facts.requestedScopes : facts.grant.scopes) scope.decided(name);
    day.decided(dayOf(at));
    this.people.judged.add(userId);
    const key = isAuthorization ? `${userId} ${clientId} ${facts.requestedAt}` : recorded.id;
    this.requests.add(key, at, isChanged);
  }

  async #countNotKnown({ policy, facts }: RecordedDecision, { outcome }: MadeAgain): Promise<void> {
    if (!('request' in facts)) return;
    let leaves = this.#leaves.get(policy);
    if (!leaves) {
      leaves = notKnownBetween(await this.#policyThen(policy), this.#candidate);
      this.#leaves.set(policy, leaves);
    }
    for (const [what, isLeft] of leaves) {
      if (isLeft(facts, outcome)) this.notKnown.set(what, (this.notKnown.get(what) ?? 0) + 1);
    }
  }

  async #countChange(recorded: RecordedDecision, now: MadeAgain, change: Change): Promise<void> {
    const policy = await this.#policyThen(recorded.policy);
    const then = policy && decideAgain(recorded, policy);
    const { client, scope, factor, cause, day } = this.lines;
    const about = particularsOf(then, now, recorded.outcome);
    this.totals.changed += 1;
    this.changes[change] += 1;
    this.people.changed.add(recorded.userId);
    client.changed(recorded.clientId ?? NOBODY, change);
    day.changed(dayOf(recorded.at), change);
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

  #keepExample(recorded: RecordedDecision, then: MadeAgain | undefined, now: MadeAgain, change: Change): void {
    const kept = this.examples.get(change) ?? [];
    if (kept.length >= EXAMPLES_OF_A_KIND) return;
    const { id, at, kind, clientId, userId, outcome } = recorded;
    const [before, after] = [outcome, now.outcome].map(({ step, reason }) => ({ step, reason }));
    if (!before || !after) return;
    const says = changeInWords(recorded, then, now, change);
    this.examples.set(change, [...kept, { id, at, kind, clientId, userId, change, before, after, says }]);
  }
}

const NOBODY = '(none)';

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
  /** How decisions are made again; by the candidate policy alone unless it says. */
  readonly again?: Candidate;
  /** Is told how many records were read so far. */
  readonly progress?: (records: number) => void;
}

/** Judges every decision on record since a moment by a candidate. */
export const replay = async (
  store: Pick<Store, 'audit' | 'policies'>,
  candidate: Policy,
  { since, progress, again = (recorded) => decideAgain(recorded, candidate) }: ReplayOptions,
): Promise<ReplayReport> => {
  const counts = new Counts(store, candidate);
  for await (const page of decisionsSince(store, since)) {
    for (const record of page) await judge(record, again, counts);
    progress?.(counts.totals.records);
  }
  return reportOf(counts, since, candidate);
};

const judge = async (record: AuditRecord, again: Candidate, counts: Counts): Promise<void> => {
  counts.totals.records += 1;
  const recorded = recordedDecision(record);
  if (!recorded) {
    counts.totals.withoutFacts += 1;
    return;
  }
  const now = await madeAgain(recorded, again);
  if (now) await counts.take(recorded, now);
  else counts.totals.failed += 1;
};

const madeAgain = async (recorded: RecordedDecision, again: Candidate): Promise<MadeAgain | undefined> => {
  try {
    return await again(recorded);
  } catch {
    return undefined;
  }
};
