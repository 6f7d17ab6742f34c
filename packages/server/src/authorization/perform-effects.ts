/** Performs what Actions want done besides tokens: what is kept about the person, and of the session. */
import type { Instant } from '@stile/core';
import type { LifeChanges, RunEffects } from '../actions/effects.ts';
import { effectsOf } from '../actions/effects-of.ts';
import type { ActionRun } from '../actions/run-state.ts';
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import type { Denial, NewAuthorization, SessionChange } from '../store/ports.ts';
import type { AuditRecord, CustomClaims, RecordedMethod, Session } from '../store/records.ts';

/** Metadata as it is after a change: `null` takes a name away. */
export const changedMetadata = (
  before: Readonly<Record<string, unknown>>,
  { evictMetadata, metadata }: Pick<LifeChanges, 'evictMetadata' | 'metadata'>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...new Map([...(evictMetadata ? [] : Object.entries(before)), ...Object.entries(metadata)])].filter(
      ([, value]) => value !== null,
    ),
  );

const changesAnything = ({ expiresAt, idleExpiresAt, evictMetadata, metadata }: LifeChanges): boolean =>
  expiresAt !== undefined || idleExpiresAt !== undefined || evictMetadata || Object.keys(metadata).length > 0;

/** What is kept of methods that were completed elsewhere. */
const MOST_METHODS = 20;

/** An end can only come nearer. */
const earliest = (before: Instant | null, wanted: Instant | undefined): Instant | null =>
  wanted === undefined || (before !== null && before <= wanted) ? before : wanted;

const sessionChange =
  ({ session: wanted, recordedMethods }: RunEffects, now: RecordedMethod['at']) =>
  (session: Session): SessionChange => ({
    expiresAt: earliest(session.expiresAt, wanted.expiresAt),
    idleExpiresAt: earliest(session.idleExpiresAt, wanted.idleExpiresAt),
    cookieMode: wanted.cookieMode ?? session.cookieMode,
    metadata: changedMetadata(session.metadata, wanted),
    methods: [...session.methods, ...recordedMethods.map((url) => ({ url, at: now }))].slice(-MOST_METHODS),
  });

const keepsMetadata = ({ userMetadata, appMetadata }: RunEffects): boolean =>
  Object.keys(userMetadata).length + Object.keys(appMetadata).length > 0;

const changesSession = ({ session, recordedMethods }: RunEffects): boolean =>
  changesAnything(session) || session.cookieMode !== undefined || recordedMethods.length > 0;

/** What is to be kept together with a grant: once, by whoever makes it, and not without it. */
export const keptWithGrant = (
  run: ActionRun,
  deps: Pick<Deps, 'now'>,
): Pick<NewAuthorization, 'amendSession' | 'metadata'> => {
  const effects = effectsOf(run);
  const { userMetadata, appMetadata } = effects;
  return {
    ...(keepsMetadata(effects) && { metadata: { userMetadata, appMetadata } }),
    ...(changesSession(effects) && { amendSession: sessionChange(effects, deps.now()) }),
  };
};

/** What is to be done together with keeping that a run was denied; nothing when it was not. */
export const denialOf = (run: ActionRun, about: About, deps: Deps): Denial | undefined => {
  if (run.state.is !== 'denied') return undefined;
  const effects = effectsOf(run);
  const { userMetadata, appMetadata, session } = effects;
  const { userId, sessionId } = about;
  const { revoke } = session;
  return {
    userId,
    ...(keepsMetadata(effects) && { metadata: { userMetadata, appMetadata } }),
    ...(revoke &&
      sessionId !== null && {
        ends: {
          sessionId,
          preserveRefreshTokens: revoke.preserveRefreshTokens,
          audit: [endRecord(sessionId, revoke, about, deps)],
        },
      }),
  };
};

const keepMetadata = async (userId: string, effects: RunEffects, deps: Deps): Promise<void> => {
  if (!keepsMetadata(effects)) return;
  const { userMetadata, appMetadata } = effects;
  const outcome = await deps.store.users.mergeMetadata(userId, { userMetadata, appMetadata }, []);
  if (outcome !== 'merged') throw new Error(`What an Action keeps about a person could not be kept: ${outcome}.`);
};

interface About {
  readonly userId: string;
  readonly sessionId: string | null;
  readonly clientId: string;
  readonly requestId: string;
}

/** Performed even when the run was denied; nothing of the session then, unless the Action ended it. */
export const performEffects = async (run: ActionRun, about: About, deps: Deps): Promise<void> => {
  if (run.state.is !== 'done' && run.state.is !== 'denied') return;
  const effects = effectsOf(run);
  const { sessionId } = about;
  // First what matters most: that something else cannot be kept must not keep a session alive.
  const { revoke } = effects.session;
  if (revoke && sessionId !== null) await endSession(sessionId, revoke, about, deps);
  await keepMetadata(about.userId, effects, deps);
  if (revoke || sessionId === null || run.state.is !== 'done') return;
  if (changesSession(effects)) {
    await deps.store.sessions.amend(sessionId, sessionChange(effects, deps.now()));
  }
};

type Revocation = NonNullable<RunEffects['session']['revoke']>;

const endRecord = (
  sessionId: string,
  { reason, preserveRefreshTokens }: Revocation,
  { userId, clientId, requestId }: About,
  deps: Deps,
): AuditRecord =>
  auditRecord(deps, 'session.ended', {
    userId,
    sessionId,
    clientId,
    requestId,
    details: { reason: 'ended_by_action', said: reason, preserveRefreshTokens },
  });

const endSession = async (sessionId: string, revoke: Revocation, about: About, deps: Deps): Promise<void> => {
  const now = deps.now();
  const audit = [endRecord(sessionId, revoke, about, deps)];
  if (revoke.preserveRefreshTokens) await deps.store.sessions.end(sessionId, now, audit);
  else await deps.store.sessions.signOut(about.userId, { only: sessionId }, now, audit, null);
};

/** What a run puts into tokens. */
export const customClaimsOf = (run: ActionRun): CustomClaims => {
  const { accessTokenClaims, idTokenClaims } = effectsOf(run);
  return { accessToken: accessTokenClaims, idToken: idTokenClaims };
};
