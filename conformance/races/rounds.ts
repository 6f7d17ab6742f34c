/** Races of two processes on one database, again and again, among people who are there for nothing else. */
import assert from 'node:assert/strict';
import type { ConfigInput } from '@stile/server';
import { openStore, resolveConfig } from '@stile/server';
import { raceRounds } from '../../tools/race-rounds.ts';
import type { AuthorizationServer } from '../authorization-server.ts';
import type { Person } from '../people.ts';
import { person, whoIs } from '../people.ts';
import type { Page, UserAgent } from '../user-agent.ts';
import { formAction, hiddenFields } from '../user-agent.ts';

export const ROUNDS = raceRounds;

/** Rounds that go on side by side, so that neither process waits for the test. */
const SIDE_BY_SIDE = 4;

/** Runs every round once. */
export const inRounds = async (race: (round: number) => Promise<void>): Promise<void> => {
  assert.ok(ROUNDS > 0, 'STILE_RACE_ROUNDS is a number.');
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < ROUNDS) {
      next += 1;
      await race(next - 1);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
};

const PLENTY = { burst: 1_000_000, every: 1 } as const;

/** The same configuration with limits that no race comes near, except failures in a row, of which nobody may have more than a hundred. */
export const withoutLimits = (config: ConfigInput): ConfigInput => {
  const rows = Object.entries(resolveConfig(config).limits).filter(([kind]) => kind !== 'failuresInARow');
  const wide: NonNullable<ConfigInput['limits']> = Object.fromEntries(
    rows.map(([kind, row]): [string, unknown] => [kind, typeof row === 'number' ? PLENTY.burst : PLENTY]),
  );
  return { ...config, limits: wide };
};

interface Having {
  readonly factor: string;
  readonly material: Readonly<Record<string, unknown>>;
}

/** One person for each round, with the password of somebody who is there: hashing a thousand would take longer than the races. */
export const crowdOf = async (
  server: AuthorizationServer,
  config: ConfigInput,
  alike: string,
  having: (member: Person, index: number) => Having | undefined,
  name = 'racer',
): Promise<AuthorizationServer & { readonly crowd: readonly Person[] }> => {
  const crowd = Array.from({ length: ROUNDS }, (_, index) => person(`${name}${index}`, () => server.now()));
  const store = openStore(resolveConfig(config));
  const model = await store.users.findByUsername(alike);
  const password = (await store.authenticators.ofUser(model?.id ?? '')).find(({ factor }) => factor === 'password');
  assert.ok(model && password, `${alike} has a password.`);
  for (const [index, member] of crowd.entries()) {
    const { id, username } = member;
    const has = having(member, index);
    const second = has && { ...password, ...has, id: `auth_${id}_second`, name: 'Second' };
    const authenticators = [{ ...password, id: `auth_${id}_password` }, ...(second ? [second] : [])];
    const claims = { email: `${username}@fabrikam.example`, email_verified: true };
    await store.users.seed(
      { ...model, id, username, claims },
      authenticators.map((one) => ({ ...one, userId: id })),
    );
  }
  await store.close();
  return { ...server, crowd, person: (username) => whoIs(username, crowd) };
};

/** A browser before a page that asks for a proof. */
export interface Waiting {
  readonly agent: UserAgent;
  readonly page: Page;
}

/** Whether an answer made a fact of what it was given: then the browser has a new cookie for its session. */
const isAccepted = ({ headers }: Response): boolean =>
  headers.getSetCookie().some((line) => /session/.test(line) && !/max-age=0/i.test(line));

/**
 * Gives the same answer in every one of these browsers, in forms of their own, at both processes in one moment. Exactly one is accepted.
 */
export const raced = async (
  waiting: readonly Waiting[],
  fields: Readonly<Record<string, string>>,
  server: { atEach(path: string): readonly string[] },
  round: number,
): Promise<void> => {
  // Each a form of its own: the second click on one form is led where the first one was.
  const forms = await Promise.all(
    waiting.flatMap(({ agent, page }) =>
      [0, 1].map(async (replica) => ({ agent, replica, form: await agent.open(page.url) })),
    ),
  );
  const answers = await Promise.all(
    forms.map(({ agent, replica, form }) => {
      const { pathname, search } = new URL(formAction(form), form.url);
      return fetch(server.atEach(`${pathname}${search}`.slice(1))[replica] ?? '', {
        method: 'POST',
        headers: { cookie: [...agent.cookies].map((pair) => pair.join('=')).join('; ') },
        body: new URLSearchParams({ ...hiddenFields(form), ...fields }),
        redirect: 'manual',
      });
    }),
  );
  for (const { body } of answers) await body?.cancel();
  const statuses = answers.map(({ status }) => status).join(' ');
  assert.equal(answers.filter(isAccepted).length, 1, `round ${round}: ${statuses}`);
};

/** How many proofs by a factor are on record. */
export const proofsOnRecord = async (config: ConfigInput, factor: string): Promise<number> => {
  const store = openStore(resolveConfig(config));
  const records = await store.audit.recent(20 * ROUNDS + 1000);
  await store.close();
  return records.filter(({ type, details }) => type === 'proof.accepted' && details.factor === factor).length;
};
