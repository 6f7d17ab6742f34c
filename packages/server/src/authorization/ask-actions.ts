/**
 * Asks the bound Actions what they want of an authorization request: once somebody is signed in and is the right one, and before anything
 * is issued. They run once for a request; what they came to is kept with it, for this person in this session alone.
 */
import { countingProofs } from '@stile/core';
import type { ActiveAction } from '../actions/deploy/deployed-actions.ts';
import type { EventInput } from '../actions/event-input.ts';
import { beginRun } from '../actions/run.ts';
import type { ActionRun } from '../actions/run-state.ts';
import type { WantedEnrolment } from '../decision/enrolment-wanted.ts';
import { enrolmentWanted } from '../decision/enrolment-wanted.ts';
import type { Deps } from '../deps.ts';
import type { CurrentSession } from '../session/current-session.ts';
import type { Interaction } from '../store/records.ts';
import { eventInput, queryOf } from './action-input.ts';
import type { Asking } from './further.ts';
import { isTaken, keptRun, turnOf } from './kept-run.ts';
import { denialOf } from './perform-effects.ts';
import { messagesFor } from './respond.ts';
import type { RunAbout } from './run-actions.ts';
import { runActions, runShadows } from './run-actions.ts';
import type { Decided } from './situation.ts';
import { storedParameters } from './validated-request.ts';
import { wantedBy } from './wanted-by-actions.ts';

/** Somebody is there, and is the right one; and it is not refused whatever an Action says. */
const isTimeForActions = ({ decision: { next }, current }: Decided): boolean =>
  current !== undefined && ['challenge', 'enrol', 'consent', 'issue'].includes(next.step);

/** Whether a run waits for somebody to come back; whoever says that they have, and was never sent, has not. */
const isAway = ({ state }: ActionRun): boolean => state.is === 'waiting' && state.waits[0].wait === 'redirect';

/** The run that was kept, unless nothing was live when it began, and something is by now: a run through nothing has asked nobody. */
const keptRunWith = (
  live: readonly ActiveAction[],
  { interaction, current }: Decided,
  deps: Pick<Deps, 'actions' | 'log'>,
): ActionRun | undefined => {
  const kept = keptRun(interaction, current, deps);
  const hasAskedNobody = kept?.state.is === 'done' && kept.actions.length === 0;
  return hasAskedNobody && live.length > 0 ? undefined : kept;
};

/** What became of asking. */
export interface AskedActions {
  readonly run: ActionRun;
  /** What is otherwise about the interaction, now that the run is kept with it. */
  readonly changed: Partial<Pick<Interaction, 'consentedAt'>>;
}

/**
 * Runs what is to be run now, and keeps what came of it.
 *
 * @param isContinued whether somebody has come back from where an Action sent them
 * @returns nothing where no Action is bound, or where it is not their turn; `raced` when another request goes on, or has gone on, with the
 *   same run: then nothing came of this one, and it is to be decided by what that one keeps
 */
export const askActions = async (
  decided: Decided,
  asking: Asking,
  isContinued: boolean,
  deps: Deps,
): Promise<AskedActions | 'raced' | undefined> => {
  const active = await deps.actions.bound();
  const { current, interaction } = decided;
  if (active.length === 0 || !current || !isTimeForActions(decided)) return undefined;
  if (interaction && isTaken(interaction, deps.now())) return 'raced';
  const live = active.filter(({ mode }) => mode === 'live');
  const kept = keptRunWith(live, decided, deps);
  if (kept && kept.state.is !== 'running' && kept.state.is !== 'waiting') return { run: kept, changed: {} };
  const about: RunAbout = {
    input: await inputOf(decided, current, asking, isContinued, deps),
    ...enrolmentOf(decided, deps),
    sessionId: current.session.id,
    requestId: asking.caller.requestId,
    isContinued: isContinued && kept !== undefined && isAway(kept),
  };
  const begin = (actions: readonly ActiveAction[]): ActionRun => begun(actions, decided);
  const turn = turnOf(interaction, current, deps);
  try {
    const advanced = await runActions('live', kept ?? begin(live), about, deps, () => turn.take());
    if (!advanced) return 'raced';
    const { run, cache } = advanced;
    if (run === kept) return { run, changed: {} };
    // What was agreed to before these scopes were added was agreed to without them.
    const changed = wantedBy(run).addScopes.length > 0 ? { consentedAt: null } : {};
    const denial = denialOf(run, { ...about, userId: current.user.id, clientId: decided.validated.client.id }, deps);
    const outcome = await turn.keep(run, changed, denial);
    // What an Action that denies has done outlives the request, whoever has called that off meanwhile.
    if (outcome !== 'raced') await cache.close();
    if (outcome !== 'kept') return 'raced';
    if (kept === undefined) runShadows(active, begin, about, deps);
    return { run, changed };
  } catch (error) {
    await turn.giveBack();
    throw error;
  }
};

const enrolmentOf = (
  { facts, authenticators, requestedAt }: Decided,
  { config }: Pick<Deps, 'config'>,
): WantedEnrolment =>
  enrolmentWanted(
    facts.person,
    authenticators.map(({ proof }) => proof),
    requestedAt,
    config,
  );

const begun = (actions: readonly ActiveAction[], { requestedAt, facts }: Decided): ActionRun =>
  beginRun(
    actions.map(({ pinned }) => pinned),
    { requestedAt, interactive: !facts.request.prompt.includes('none') },
  );

const inputOf = (
  { validated, authenticators, facts, interaction, scopes }: Decided,
  { user, session }: CurrentSession,
  asking: Asking,
  isContinued: boolean,
  deps: Deps,
): Promise<EventInput> => {
  const { request, client } = validated;
  const { redirect, mode, state } = request.channel;
  return eventInput(
    {
      user,
      session,
      authenticators,
      events: countingProofs(session.events, deps.now()),
      circumstances: facts.person?.circumstances,
      clientId: client.id,
      refreshToken: undefined,
      body: {},
      // Home again from a page, the request is still the one by which they came.
      ...(interaction && !isContinued && { query: queryOf(storedParameters(interaction)) }),
      transaction: {
        id: interaction?.id ?? asking.caller.requestId,
        path: 'authorize',
        acrValues: request.acrValues,
        maxAgeSeconds: request.maxAgeSeconds,
        prompt: request.prompt,
        scopes: request.scopes.length > 0 ? request.scopes : scopes,
        audience: validated.api?.audience,
        redirectUri: redirect.uri,
        responseType: ['code'],
        responseMode: mode,
        state,
        loginHint: request.loginHint,
        uiLocales: request.uiLocales,
        locale: messagesFor(asking.request, request.uiLocales).locale,
      },
    },
    asking,
    deps,
  );
};
