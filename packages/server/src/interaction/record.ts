import type { AuthenticationEvent, Instant } from '@stile/core';
import { latest } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { askedFor } from '../authorization/asked.ts';
import type { Deps } from '../deps.ts';
import { randomId, randomToken } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { isIndependentOf, recoveryChannelOf, withoutChannel } from '../factors/recovery-channel.ts';
import { readCookie } from '../http/cookies.ts';
import type { CurrentSession } from '../session/current-session.ts';
import { successorSecret } from '../session/current-session.ts';
import { sessionCookie } from '../session/session-cookie.ts';
import type { MaterialChange, Once, ProofRecord } from '../store/ports.ts';
import type { Authenticator, User } from '../store/records.ts';
import { liftedByProof } from '../throttle/limits.ts';
import type { Answered, Opened } from './open.ts';

/** A proof that was checked and now becomes a fact. */
export interface NewProof {
  readonly event: AuthenticationEvent;
  readonly consume: readonly Once[];
  readonly retire: readonly Once[];
  readonly clearThrottles: readonly string[];
  /** How it changes the stored material of its authenticator. */
  readonly material?: Omit<MaterialChange, 'authenticatorId'>;
  readonly enrol?: readonly Authenticator[];
  /** Authenticators that those take the place of. */
  readonly remove?: readonly string[];
  /** The guard that was passed before something was enrolled. */
  readonly guard?: string;
}

/** The moment a proof for this request counts as given: never before the request, so that it always answers it. */
export const provenAt = ({ decided }: Opened, deps: Deps): Instant => latest(deps.now(), decided.requestedAt);

/**
 * Makes a proof a fact: the session gets a new cookie with every event, so that a value known from before is worth nothing.
 * A first proof by somebody else begins a session of its own and ends the one that was there.
 *
 * @returns the cookie, or why nothing was recorded
 */
export const recordProof = async (
  answered: Answered,
  user: User,
  proof: NewProof,
  deps: Deps,
): Promise<{ readonly cookie: string } | 'already-used' | 'session-gone'> => {
  const { interaction, decided, caller } = answered;
  const secret = secretFor(answered, user, deps);
  const session = sessionOf(answered, user, proof, sha256(secret), deps);
  const sessionId = session.kind === 'begin' ? session.session.id : session.id;
  const outcome = await deps.store.sessions.recordProof({
    event: proof.event,
    consume: proof.consume,
    retire: proof.retire,
    session,
    interactionId: interaction.id,
    materials: [
      ...(proof.material ? [{ authenticatorId: proof.event.authenticator, ...proof.material }] : []),
      ...forgottenChannel(answered, user, proof),
    ],
    enrol: proof.enrol ?? [],
    remove: proof.remove ?? [],
    clearThrottles: [...proof.clearThrottles, ...(await liftedBy(proof.event, user, deps))],
    audit: [
      auditRecord(deps, 'proof.accepted', {
        userId: user.id,
        clientId: decided.validated.client.id,
        sessionId,
        requestId: caller.requestId,
        details: {
          factor: proof.event.factor,
          authenticator: proof.event.authenticator,
          ...(proof.enrol && { enrolled: proof.enrol.map(({ id, factor }) => ({ id, factor })) }),
          ...(proof.remove && proof.remove.length > 0 && { removed: proof.remove }),
          ...(proof.guard !== undefined && { guard: proof.guard }),
        },
      }),
    ],
  });
  if (outcome !== 'recorded') return outcome;
  deps.metrics.met(proof.event.factor, askedFor(decided.decision).reason, secondsSinceAsked(decided, deps));
  const stepped = continues(decided, user) ? decided.current?.session : undefined;
  return { cookie: sessionCookie(secret, stepped, deps) };
};

/** A person is asked by the request, and again after each proof that was not enough. */
const secondsSinceAsked = ({ requestedAt, current }: Answered['decided'], deps: Deps): number =>
  Math.max(0, deps.now() - latest(requestedAt, ...(current?.session.events ?? []).map(({ at }) => at)));

/** T9: a proof that whoever reads the mailbox could not have given shows that the password is its owner's. */
const forgottenChannel = ({ decided }: Answered, user: User, { event }: NewProof): readonly MaterialChange[] => {
  if (!continues(decided, user)) return [];
  const password = decided.authenticators.find(({ proof }) => proof.factor === 'password')?.authenticator;
  const channel = password && recoveryChannelOf([password]);
  if (password === undefined || channel === undefined || !isIndependentOf(channel, event.factor)) return [];
  return [{ authenticatorId: password.id, seen: {}, becomes: withoutChannel }];
};

const liftedBy = async (event: AuthenticationEvent, user: User, deps: Deps): Promise<readonly string[]> => {
  const theirs = await deps.store.authenticators.ofUser(user.id);
  return liftedByProof(
    event,
    user,
    theirs.map(({ id }) => id),
  );
};

const continues = ({ current }: Answered['decided'], user: User): boolean => current?.user.id === user.id;

const secretFor = ({ decided, request, submission }: Answered, user: User, deps: Deps): string => {
  const former = readCookie(request, 'session', deps.config);
  return continues(decided, user) && former !== undefined
    ? successorSecret(former, submission, deps)
    : randomToken(deps);
};

/** What a browser calls itself is kept for its owner to recognise it by, and no longer than that takes. */
const LONGEST_USER_AGENT = 250;

const sessionOf = (
  { decided, request, caller }: Answered,
  user: User,
  { event }: NewProof,
  secretHash: string,
  deps: Deps,
): ProofRecord['session'] => {
  const { current } = decided;
  if (current && continues(decided, user)) {
    return {
      kind: 'append',
      id: current.session.id,
      secretHash: current.session.secretHash,
      newSecretHash: secretHash,
    };
  }
  return {
    kind: 'begin',
    endSessionId: current?.session.id ?? null,
    session: {
      id: randomId(deps, 'ses'),
      secretHash,
      rotatedAt: deps.now(),
      userId: user.id,
      events: [event],
      createdAt: deps.now(),
      lastSeenAt: deps.now(),
      endedAt: null,
      userAgent: (request.headers.get('user-agent') ?? '').slice(0, LONGEST_USER_AGENT),
      address: caller.address,
      expiresAt: null,
      idleExpiresAt: null,
      cookieMode: 'persistent',
      metadata: {},
      methods: [],
    },
  };
};

/** Records that a proof was not accepted; never what was typed. */
export const recordFailure = async (
  { decided, caller }: Opened,
  facts: { readonly userId: string | null; readonly factor: string; readonly reason: string },
  current: CurrentSession | undefined,
  deps: Deps,
): Promise<void> => {
  deps.metrics.failed(facts.factor, facts.reason);
  await deps.store.audit.append([
    auditRecord(deps, 'proof.refused', {
      userId: facts.userId,
      clientId: decided.validated.client.id,
      sessionId: current?.session.id ?? null,
      requestId: caller.requestId,
      details: { factor: facts.factor, reason: facts.reason },
    }),
  ]);
};
