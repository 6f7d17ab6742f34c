/**
 * Asks the bound Actions what they want of an authorization request: once somebody is signed in and is the right one, and before anything
 * is issued. They run once for a request; what they came to is kept with it, for this person in this session alone.
 */
import { countingProofs, secondsBefore } from '@stile/core';
import type { ActiveAction } from '../actions/deploy/deployed-actions.ts';
import type { EventInput } from '../actions/event-input.ts';
import { parseRun } from '../actions/parse-run.ts';
import { beginRun } from '../actions/run.ts';
import type { ActionRun } from '../actions/run-state.ts';
import { canProveToAdd, changeDemand } from '../authenticator/demand.ts';
import { policyOf } from '../decision/policy.ts';
import type { Deps } from '../deps.ts';
import { enrollableNow } from '../recovery/guards.ts';
import type { CurrentSession } from '../session/current-session.ts';
import type { Interaction } from '../store/records.ts';
import { eventInput, queryOf } from './action-input.ts';
import type { Asking } from './further.ts';
import { messagesFor } from './respond.ts';
import type { RunAbout } from './run-actions.ts';
import { runActions, runShadows } from './run-actions.ts';
import type { Decided } from './situation.ts';
import { storedParameters } from './validated-request.ts';

/** How a run is kept with its interaction: it counts for this person in this session. */
export const asKept = (run: ActionRun, { user, session }: CurrentSession): Interaction['actions'] => ({
  userId: user.id,
  sessionId: session.id,
  run,
});

/** The run that was kept for whoever is signed in; nothing when it was another's. */
export const keptRun = (
  interaction: Interaction | undefined,
  current: CurrentSession | undefined,
): ActionRun | undefined => {
  const kept = interaction?.actions;
  if (!kept || !current || kept.userId !== current.user.id || kept.sessionId !== current.session.id) return undefined;
  return parseRun(kept.run);
};

/** Somebody is there, and is the right one; and it is not refused whatever an Action says. */
const isTimeForActions = ({ decision: { next }, current }: Decided): boolean =>
  current !== undefined && ['challenge', 'enrol', 'consent', 'issue'].includes(next.step);

/** Whether a run waits for somebody to come back; whoever says that they have, and was never sent, has not. */
const isAway = ({ state }: ActionRun): boolean => state.is === 'waiting' && state.waits[0].wait === 'redirect';

/** The run that was kept, unless nothing was live when it began, and something is by now: a run through nothing has asked nobody. */
const keptRunWith = (live: readonly ActiveAction[], { interaction, current }: Decided): ActionRun | undefined => {
  const kept = keptRun(interaction, current);
  const hasAskedNobody = kept?.state.is === 'done' && kept.actions.length === 0;
  return hasAskedNobody && live.length > 0 ? undefined : kept;
};

/** What became of asking. */
export interface AskedActions {
  readonly run: ActionRun;
  /** Whether anything ran just now, so that the run is to be kept anew. */
  readonly isNew: boolean;
}

/**
 * Runs what is to be run now.
 *
 * @param isContinued whether somebody has come back from where an Action sent them
 * @returns nothing where no Action is bound, or where it is not their turn
 */
export const askActions = async (
  decided: Decided,
  asking: Asking,
  isContinued: boolean,
  deps: Deps,
): Promise<AskedActions | undefined> => {
  const active = await deps.actions.bound();
  if (active.length === 0 || !decided.current || !isTimeForActions(decided)) return undefined;
  const live = active.filter(({ mode }) => mode === 'live');
  const kept = keptRunWith(live, decided);
  if (kept && kept.state.is !== 'running' && kept.state.is !== 'waiting') return { run: kept, isNew: false };
  const about: RunAbout = {
    input: await inputOf(decided, decided.current, asking, isContinued, deps),
    ...enrolment(decided, deps),
    sessionId: decided.current.session.id,
    requestId: asking.caller.requestId,
    isContinued: isContinued && kept !== undefined && isAway(kept),
  };
  const begin = (actions: readonly ActiveAction[]): ActionRun => begun(actions, decided);
  if (kept === undefined) runShadows(active, begin, about, deps);
  const run = kept ?? begin(live);
  const advanced = await runActions('live', run, about, deps);
  return { run: advanced, isNew: kept === undefined || advanced !== kept };
};

/** What the person of a request may enrol, and what they have to show before: what stands before an addition at the account pages. */
const enrolment = (
  { facts, authenticators, requestedAt }: Decided,
  { config }: Pick<Deps, 'config'>,
): Pick<RunAbout, 'beforeEnrolment' | 'enrollable'> => {
  const { person } = facts;
  if (!person) return { enrollable: [] };
  const policy = policyOf(config);
  if (!canProveToAdd(authenticators)) return { enrollable: enrollableNow(person, policy) };
  const { acr, maxAgeSeconds } = changeDemand('add', authenticators, config);
  return {
    enrollable: enrollableNow({ ...person, hasProvenToAdd: true }, policy),
    beforeEnrolment: { acr, since: secondsBefore(requestedAt, maxAgeSeconds) },
  };
};

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
