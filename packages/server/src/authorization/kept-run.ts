/**
 * How a run through the Actions is kept with its interaction: encrypted, for one person in one session. Whoever goes on with it takes it
 * first, so that of what was kept once one request makes something else, and no Action runs twice from there.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Instant } from '@stile/core';
import { isInstant, secondsAfter } from '@stile/core';
import { z } from 'zod';
import { invalidRun, parseRun } from '../actions/parse-run.ts';
import type { ActionRun } from '../actions/run-state.ts';
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { CurrentSession } from '../session/current-session.ts';
import type { Denial, InteractionStore } from '../store/ports.ts';
import type { Interaction } from '../store/records.ts';
import { isOpen } from './open-interaction.ts';

const shape = z.strictObject({
  userId: z.string(),
  sessionId: z.string(),
  /** Encrypted; null before the first one was kept. */
  run: z.string().nullable(),
  /** Which request goes on with it, and until when nobody else does: should it break off, the person is not locked out. */
  taken: z.strictObject({ by: z.string(), until: z.custom<Instant>(isInstant) }).nullable(),
});

type Kept = Readonly<z.output<typeof shape>>;

const keptIn = ({ actions }: Pick<Interaction, 'actions'>): Kept | undefined => shape.safeParse(actions).data;

const isTheirs = ({ userId, sessionId }: Kept, { user, session }: CurrentSession): boolean =>
  userId === user.id && sessionId === session.id;

/** Elsewhere it is worth nothing: in another interaction, for another person, in another session. */
const bondOf = (interactionId: string, { user, session }: CurrentSession): string =>
  JSON.stringify([interactionId, user.id, session.id]);

/** How a run is kept with its interaction: it counts for this person in this session. */
export const asKept = (
  run: ActionRun,
  interactionId: string,
  current: CurrentSession,
  { actions }: Pick<Deps, 'actions'>,
): Interaction['actions'] => ({
  userId: current.user.id,
  sessionId: current.session.id,
  run: actions.seal(JSON.stringify(run), bondOf(interactionId, current)),
  taken: null,
});

/**
 * The run that was kept for whoever is signed in; nothing when it was another's. One that cannot be opened, or is none, has failed: nothing is
 * issued by it.
 */
export const keptRun = (
  interaction: Interaction | undefined,
  current: CurrentSession | undefined,
  { actions, log }: Pick<Deps, 'actions' | 'log'>,
): ActionRun | undefined => {
  if (!interaction?.actions || !current) return undefined;
  const kept = keptIn(interaction);
  if (kept && (!isTheirs(kept, current) || kept.run === null)) return undefined;
  try {
    const opened: unknown = JSON.parse(actions.open(kept?.run ?? '', bondOf(interaction.id, current)));
    return parseRun(opened);
  } catch (error) {
    log.error(
      { err: error, interaction: interaction.id },
      'what was kept of a run through the Actions cannot be opened',
    );
    return invalidRun;
  }
};

/** Whether a request goes on with it just now. */
export const isTaken = (interaction: Pick<Interaction, 'actions'>, now: Instant): boolean => {
  const taken = keptIn(interaction)?.taken;
  return taken !== undefined && taken !== null && now < taken.until;
};

/** Whether the same was kept of both, whoever has taken it. */
export const isSameRun = (one: Pick<Interaction, 'actions'>, other: Pick<Interaction, 'actions'>): boolean =>
  keptIn(one)?.run === keptIn(other)?.run;

/** How often is looked whether the other request is done. */
const LOOK_MILLISECONDS = 50;

/** How many requests wait for one other; whoever clicks again and again needs no more. */
const MOST_WAITING = 8;

const look = async (id: string, { store, now }: Pick<Deps, 'now' | 'store'>): Promise<Interaction | undefined> => {
  for (;;) {
    const found = await store.interactions.find(id);
    if (!found || !isOpen(found, now())) return undefined;
    if (!isTaken(found, now())) return found;
    await pause(LOOK_MILLISECONDS);
  }
};

interface Looking {
  readonly found: Promise<Interaction | undefined>;
  waiting: number;
}

/** Of each store what is looked for by id, once for all who wait for it. */
const lookings = new WeakMap<InteractionStore, Map<string, Looking>>();

/**
 * Waits until no request goes on with it any more, and has what was kept then.
 *
 * @returns nothing when the request was answered meanwhile, or is over; `busy` when too many wait for the same
 */
export const keptMeanwhile = async (
  { id }: Interaction,
  deps: Pick<Deps, 'now' | 'store'>,
): Promise<Interaction | 'busy' | undefined> => {
  const { interactions } = deps.store;
  const underWay = lookings.get(interactions) ?? new Map<string, Looking>();
  lookings.set(interactions, underWay);
  const looking = underWay.get(id) ?? {
    found: look(id, deps).finally(() => underWay.delete(id)),
    waiting: 0,
  };
  underWay.set(id, looking);
  if (looking.waiting >= MOST_WAITING) return 'busy';
  looking.waiting += 1;
  return looking.found;
};

/** A request's turn to go on with what it has read. */
export interface Turn {
  /** False when another request was first; then nothing may run. */
  take(): Promise<boolean>;
  /**
   * Keeps what came of it, and does with that what an Action that denies wants done: also when the request is `over`, called off meanwhile.
   * `raced` when another request was first; then nothing may come of it.
   */
  keep(
    run: ActionRun,
    agreed: Partial<Pick<Interaction, 'consentedAt'>>,
    denial: Denial | undefined,
  ): Promise<'kept' | 'over' | 'raced'>;
  /** What broke off can be tried again at once. */
  giveBack(): Promise<void>;
}

/** Of a request that was not put by nobody knows but itself. */
const undisputed: Turn = {
  take: () => Promise.resolve(true),
  keep: () => Promise.resolve('kept'),
  giveBack: () => Promise.resolve(),
};

/** For how long a run is taken: a process that died keeps nobody out for longer. */
const TAKEN_SECONDS = 5;

/** How often whoever goes on with it says that they still do. */
const RENEW_MILLISECONDS = 1000;

export const turnOf = (interaction: Interaction | undefined, current: CurrentSession, deps: Deps): Turn => {
  if (!interaction) return undisputed;
  const { id, actions } = interaction;
  const { interactions } = deps.store;
  let standing = actions;
  let renewal: NodeJS.Timeout | undefined;
  /** One change at a time: each names what the one before it made. */
  let renewed = Promise.resolve();
  const change = async (
    next: Interaction['actions'],
    more: Partial<Pick<Interaction, 'consentedAt'>> = {},
  ): Promise<boolean> => {
    const isFirst = await interactions.update(id, { actions: next, ...more }, { actions: standing });
    if (isFirst) standing = next;
    return isFirst;
  };
  const taking = (by: string, run: string | null): Kept => ({
    userId: current.user.id,
    sessionId: current.session.id,
    run,
    taken: { by, until: secondsAfter(deps.now(), TAKEN_SECONDS) },
  });
  /** One that could not be said in time lets another request go on; then nothing of this one can be kept. */
  const renew = async (by: string, run: string | null): Promise<void> => {
    await change(taking(by, run)).catch((error: unknown) => {
      deps.log.warn({ err: error, interaction: id }, 'that a run through the Actions goes on could not be kept');
    });
  };
  const stopRenewing = async (): Promise<void> => {
    clearInterval(renewal);
    renewal = undefined;
    await renewed;
  };
  return {
    take: async () => {
      const kept = keptIn(interaction);
      const run = kept && isTheirs(kept, current) ? kept.run : null;
      const by = randomId(deps, 'turn');
      if (!(await change(taking(by, run)))) return false;
      renewal = setInterval(() => {
        renewed = renewed.then(() => renew(by, run));
      }, RENEW_MILLISECONDS).unref();
      return true;
    },
    keep: async (run, agreed, denial) => {
      await stopRenewing();
      const next = asKept(run, id, current, deps);
      if (!denial) return (await change(next, agreed)) ? 'kept' : 'raced';
      const outcome = await interactions.deny(id, { actions: next }, { actions: standing }, denial, deps.now());
      if (outcome === 'unkept') throw new Error('What an Action that denies keeps about a person could not be kept.');
      if (outcome === 'kept') standing = next;
      return outcome;
    },
    giveBack: async () => {
      await stopRenewing();
      // When it cannot be given back it comes back by itself.
      if (standing?.taken) await change(actions).catch(() => false);
    },
  };
};
