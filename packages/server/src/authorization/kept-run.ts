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

/**
 * Waits until no request goes on with it any more, and has what was kept then.
 *
 * @returns nothing when the request was answered meanwhile, or is over
 */
export const keptMeanwhile = async (
  { id }: Interaction,
  { store, now }: Pick<Deps, 'now' | 'store'>,
): Promise<Interaction | undefined> => {
  for (;;) {
    const found = await store.interactions.find(id);
    if (!found || !isOpen(found, now())) return undefined;
    if (!isTaken(found, now())) return found;
    await pause(LOOK_MILLISECONDS);
  }
};

/** A request's turn to go on with what it has read. */
export interface Turn {
  /** False when another request was first; then nothing may run. */
  take(run: ActionRun): Promise<boolean>;
  /** Keeps what came of it. False when another request was first; then nothing may come of it. */
  keep(run: ActionRun, agreed: Partial<Pick<Interaction, 'consentedAt'>>): Promise<boolean>;
  /** What broke off can be tried again at once. */
  giveBack(): Promise<void>;
}

/** Of a request that was not put by nobody knows but itself. */
const undisputed: Turn = {
  take: () => Promise.resolve(true),
  keep: () => Promise.resolve(true),
  giveBack: () => Promise.resolve(),
};

/** As long as the Actions that are left may take. */
const secondsFor = ({ actions, position }: ActionRun, { config }: Pick<Deps, 'config'>): number =>
  Math.ceil((config.actions.limits.wallMs * Math.max(1, actions.length - position)) / 1000) + 1;

export const turnOf = (interaction: Interaction | undefined, current: CurrentSession, deps: Deps): Turn => {
  if (!interaction) return undisputed;
  const { id, actions } = interaction;
  let standing = actions;
  let isTakenByUs = false;
  const change = async (
    next: Interaction['actions'],
    more: Partial<Pick<Interaction, 'consentedAt'>> = {},
  ): Promise<boolean> => {
    const isFirst = await deps.store.interactions.update(id, { actions: next, ...more }, { actions: standing });
    if (isFirst) standing = next;
    return isFirst;
  };
  return {
    take: async (run) => {
      const kept = keptIn(interaction);
      const until = secondsAfter(deps.now(), secondsFor(run, deps));
      isTakenByUs = await change({
        userId: current.user.id,
        sessionId: current.session.id,
        run: kept && isTheirs(kept, current) ? kept.run : null,
        taken: { by: randomId(deps, 'turn'), until },
      });
      return isTakenByUs;
    },
    keep: async (run, agreed) => {
      const isKept = await change(asKept(run, id, current, deps), agreed);
      if (isKept) isTakenByUs = false;
      return isKept;
    },
    giveBack: async () => {
      // When it cannot be given back it comes back by itself.
      if (isTakenByUs) await change(actions).catch(() => false);
    },
  };
};
