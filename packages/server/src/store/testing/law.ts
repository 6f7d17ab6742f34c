import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Judgement, Once, Store } from '../ports.ts';
import type { Grant } from '../records.ts';
import { at, authorization, code, grant, refreshToken, withSession } from './fixtures.ts';
import type { Promises } from './setting.ts';

/*
 * Law 5: a code, a generation of a refresh token and every other once-only thing succeed at most once. Here any sequence of
 * requests is put to the store and to a model of a few lines, which must give the same answers.
 */

const GRACE_SECONDS = 10;
const GRANTS = 2;

type Verdict = 'grant' | 'refuse' | 'throw';
type Request =
  | { readonly do: 'redeem'; readonly grant: number; readonly verdict: Verdict }
  | { readonly do: 'rotate'; readonly grant: number; readonly generation: number; readonly verdict: Verdict }
  | { readonly do: 'revoke'; readonly grant: number }
  | { readonly do: 'consume'; readonly kind: Once['kind']; readonly key: string }
  | { readonly do: 'wait'; readonly seconds: number };

const anyGrant = fc.integer({ min: 0, max: GRANTS - 1 });
const verdict = fc.constantFrom<Verdict[]>('grant', 'grant', 'grant', 'refuse', 'throw');
const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('redeem'), grant: anyGrant, verdict }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('rotate'),
      grant: anyGrant,
      generation: fc.integer({ min: 0, max: 3 }),
      verdict,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke'), grant: anyGrant }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('consume'),
      kind: fc.constantFrom<Once['kind'][]>('totp', 'recovery-code'),
      key: fc.constantFrom('1', '2'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), seconds: fc.constantFrom(1, 4, GRACE_SECONDS + 1) }) },
);

/** What the law says, in memory. */
class Model {
  now = 100;
  readonly #used = new Set<string>();
  readonly #revoked = new Set<number>();
  /** For each grant, when each generation was rotated. */
  readonly #generations = new Map<number, (number | null)[]>();

  answer(asked: Request): string {
    switch (asked.do) {
      case 'wait':
        this.now += asked.seconds;
        return 'waited';
      case 'consume':
        return String(this.#useUp(`${asked.kind}:${asked.key}`));
      case 'revoke': {
        const alive = !this.#revoked.has(asked.grant);
        this.#revoked.add(asked.grant);
        return String(alive);
      }
      case 'redeem':
        return this.#redeem(asked.grant, asked.verdict);
      case 'rotate':
        return this.#rotate(asked.grant, asked.generation, asked.verdict);
    }
  }

  #useUp(thing: string): boolean {
    const fresh = !this.#used.has(thing);
    this.#used.add(thing);
    return fresh;
  }

  #redeem(of: number, wanted: Verdict): string {
    if (!this.#useUp(`code:${of}`)) return this.#reuse(of);
    const judged = this.#judge(of, wanted);
    if (judged === 'grant') this.#generations.set(of, [null]);
    return judged;
  }

  #rotate(of: number, generation: number, wanted: Verdict): string {
    const generations = this.#generations.get(of) ?? [];
    const rotatedAt = generations[generation];
    if (rotatedAt === undefined) return 'unknown';
    const isLast = generation === generations.length - 1;
    const isLastButOne = generation === generations.length - 2;
    const inGrace = isLastButOne && rotatedAt !== null && this.now - rotatedAt <= GRACE_SECONDS;
    if (!isLast && !inGrace) return this.#reuse(of);
    const judged = this.#judge(of, wanted);
    if (judged === 'grant' && isLast) {
      generations[generation] = this.now;
      generations.push(null);
    }
    return judged;
  }

  #judge(of: number, wanted: Verdict): string {
    return this.#revoked.has(of) ? 'dead' : wanted;
  }

  #reuse(of: number): string {
    this.#revoked.add(of);
    return 'reused';
  }
}

/** The same requests, to the store. Names begin with the number of the run, so that runs share a database. */
const ask = async (store: Store, run: string, now: number, asked: Request): Promise<string> => {
  switch (asked.do) {
    case 'wait':
      return 'waited';
    case 'consume':
      return String(await store.once.consume({ kind: asked.kind, key: `${run}:${asked.key}`, expiresAt: null }, []));
    case 'revoke':
      return String(await store.grants.revoke(`${run}:${asked.grant}`, at(now), 'revoked', []));
    case 'redeem': {
      const grantId = `${run}:${asked.grant}`;
      const judge = (found: { grant: Grant }) => judgement(found.grant, asked.verdict, `${grantId}:0`);
      return outcomeOf(store.grants.redeemCode(grantId, at(now), judge));
    }
    case 'rotate': {
      const token = `${run}:${asked.grant}:${asked.generation}`;
      const successor = `${run}:${asked.grant}:${asked.generation + 1}`;
      const judge = (found: { grant: Grant }) => judgement(found.grant, asked.verdict, successor);
      return outcomeOf(store.grants.rotateRefreshToken(token, successor, at(now), GRACE_SECONDS, judge));
    }
  }
};

class JudgeThrew extends Error {}

const judgement = (of: Grant, wanted: Verdict, tokenHash: string): Judgement<string> => {
  if (of.revokedAt !== null) return { value: 'dead', refreshToken: null, audit: [] };
  if (wanted === 'throw') throw new JudgeThrew();
  const granted = wanted === 'grant' ? refreshToken({ tokenHash, grantId: of.id }) : null;
  return { value: wanted, refreshToken: granted, audit: [] };
};

const outcomeOf = async (
  asked: Promise<{ outcome: 'judged'; value: string } | { outcome: 'reused' | 'unknown' }>,
): Promise<string> => {
  try {
    const answer = await asked;
    return answer.outcome === 'judged' ? answer.value : answer.outcome;
  } catch (error) {
    assert.ok(error instanceof JudgeThrew);
    return 'throw';
  }
};

const withGrants = async (store: Store, run: string): Promise<void> => {
  for (let number = 0; number < GRANTS; number += 1) {
    const id = `${run}:${number}`;
    await store.grants.authorize(
      authorization({ grant: grant({ id }), code: code({ codeHash: id, grantId: id }), interactionId: null }),
    );
  }
};

export const lawPromises: Promises = {
  'one request after the other: the store answers as the law says': async (store) => {
    await withSession(store);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), async (requests) => {
        runs += 1;
        const model = new Model();
        await withGrants(store, `run-${runs}`);
        for (const asked of requests) {
          const expected = model.answer(asked);
          assert.equal(await ask(store, `run-${runs}`, model.now, asked), expected, JSON.stringify(asked));
        }
      }),
      { numRuns: 150 },
    );
  },

  'all requests at once: nothing succeeds twice': async (store) => {
    await withSession(store);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 40 }), async (requests) => {
        runs += 1;
        await withGrants(store, `all-${runs}`);
        const answers = await Promise.all(requests.map((asked) => ask(store, `all-${runs}`, 100, asked)));
        const successes = requests.flatMap((asked, index) => {
          const succeeded = asked.do === 'redeem' ? isJudged(answers[index]) : answers[index] === 'true';
          return succeeded && asked.do !== 'wait' && asked.do !== 'rotate' ? [onceOnly(asked)] : [];
        });
        assert.equal(new Set(successes).size, successes.length);
      }),
      { numRuns: 50 },
    );
  },
};

const isJudged = (answer: string | undefined): boolean => answer !== 'reused' && answer !== 'unknown';

const onceOnly = (asked: Exclude<Request, { do: 'wait' | 'rotate' }>): string =>
  asked.do === 'consume' ? `${asked.kind}:${asked.key}` : `${asked.do}:${asked.grant}`;
