/** Asks the bound Actions before a token is refreshed. Nobody is there who could be asked or sent anywhere. */
import { countingProofs } from '@stile/core';
import type { ActiveAction } from '../actions/deploy/deployed-actions.ts';
import { isJsonRecord } from '../actions/json.ts';
import { beginRun } from '../actions/run.ts';
import type { ActionRun } from '../actions/run-state.ts';
import type { TokenFacts } from '../decision/token-facts.ts';
import type { Deps } from '../deps.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import type { Grant, RefreshToken, Session, User } from '../store/records.ts';
import { eventInput, transactionBase } from './action-input.ts';
import type { Asking } from './further.ts';
import type { Advanced, RunAbout } from './run-actions.ts';
import { runActions, runShadows } from './run-actions.ts';

/** A refresh token that would do, as far as the server itself is concerned. */
export interface Refreshing {
  readonly refreshToken: RefreshToken;
  readonly grant: Grant;
  readonly user: User;
  readonly session: Session | undefined;
  readonly facts: TokenFacts;
  /** What was posted; what is secret in it is left out of the event. */
  readonly body: Readonly<Record<string, string>>;
}

/** @returns nothing where no Action is bound */
export const askActionsAtRefresh = async (
  refreshing: Refreshing,
  asking: Asking,
  deps: Deps,
): Promise<Advanced | undefined> => {
  const active = await deps.actions.bound();
  if (active.length === 0) return undefined;
  const { session, grant } = refreshing;
  const about: RunAbout = {
    input: await inputOf(refreshing, asking, deps),
    enrollable: [],
    sessionId: session?.id ?? grant.sessionId,
    requestId: asking.caller.requestId,
    isContinued: false,
  };
  const begin = (actions: readonly ActiveAction[]): ActionRun =>
    beginRun(
      actions.map(({ pinned }) => pinned),
      // What was proven for the authorization is good at its refreshes as well, so that an Action that always asks for a second factor breaks
      // none of them (T27).
      { requestedAt: grant.requestedAt ?? grant.agesFrom, interactive: false },
    );
  runShadows(active, begin, about, deps);
  const live = active.filter(({ mode }) => mode === 'live');
  // With nothing but those that only run along, the tokens stay what the grant made them.
  return live.length === 0 ? undefined : runActions('live', begin(live), about, deps);
};

const inputOf = async (
  { refreshToken, grant, user, session, facts, body }: Refreshing,
  asking: Asking,
  deps: Deps,
): Promise<RunAbout['input']> => {
  const { clientId, createdAt, expiresAt, idleExpiresAt, metadata, tokenHash } = refreshToken;
  const scopes = facts.askedScopes ?? grant.scopes;
  return eventInput(
    {
      user,
      session,
      authenticators: await usableAuthenticators(user.id, deps),
      events: countingProofs(grant.events, deps.now()),
      circumstances: undefined,
      clientId,
      body,
      refreshToken: {
        // A digest of a digest: enough to tell one from another.
        id: `rt_${tokenHash.slice(0, 16)}`,
        clientId,
        createdAt,
        expiresAt,
        idleExpiresAt,
        sessionId: grant.sessionId ?? undefined,
        audience: grant.audience ?? undefined,
        scopes: grant.scopes,
        metadata: isJsonRecord(metadata) ? metadata : {},
      },
      transaction: {
        ...transactionBase('refresh', asking.caller.requestId, 'en'),
        scopes,
        audience: grant.audience ?? undefined,
      },
    },
    asking,
    deps,
  );
};
