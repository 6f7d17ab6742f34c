/**
 * The recovery of somebody who has lost what they prove themselves with: an administrator's ticket, a waiting time in which whoever owns
 * the account can stop it, and then the enrolment of something new. A recovery is a ceremony for this one purpose; its name is made of the
 * ticket, which is kept nowhere. It never is a proof: it stands in for nothing but the guard before an enrolment.
 */
import type { Instant } from '@stile/core';
import { instant, secondsAfter } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { equalInConstantTime, hmacSha256, sha256 } from '../digest.ts';
import { generateRecoveryCodes, normaliseRecoveryCode } from '../factors/recovery-code.ts';
import type { Ceremony, User } from '../store/records.ts';

type Issuing = Pick<Deps, 'config' | 'now' | 'randomBytes' | 'store'>;

const idOf = (ticket: string): string | undefined => {
  const normal = normaliseRecoveryCode(ticket);
  return normal === undefined ? undefined : `rec_${sha256(`recovery ticket ${normal}`)}`;
};

const bondOf = (userId: string): string => `recovery of ${userId}`;

/**
 * Makes a recovery ticket of 120 bits. One that the person had before is worth nothing any more.
 *
 * @returns the ticket, to be handed over by a way that a password thief does not share
 */
export const issueRecoveryTicket = async (user: User, deps: Issuing): Promise<string> => {
  const [ticket = ''] = generateRecoveryCodes(deps.randomBytes, 1);
  const id = idOf(ticket);
  if (id === undefined) throw new Error('A new ticket must be readable.');
  await deps.store.ceremonies.begin({
    id,
    purpose: 'recover',
    factor: 'recovery-ticket',
    userId: user.id,
    authenticatorId: null,
    boundTo: bondOf(user.id),
    data: {},
    answer: null,
    createdAt: deps.now(),
    expiresAt: secondsAfter(deps.now(), deps.config.recovery.ticket),
  });
  await deps.store.audit.append([auditRecord(deps, 'recovery.issued', { userId: user.id })]);
  return ticket;
};

/** The recovery by its id, if it is this person's and was neither stopped nor used. */
export const recoveryOf = async (
  id: string,
  userId: string,
  { store, now }: Pick<Deps, 'store' | 'now'>,
): Promise<Ceremony | undefined> => {
  const found = await store.ceremonies.find(id, now());
  return found?.purpose === 'recover' && found.userId === userId ? found : undefined;
};

/** The recovery of this person that a ticket is for. */
export const recoveryByTicket = async (
  typed: string,
  userId: string,
  deps: Pick<Deps, 'store' | 'now'>,
): Promise<Ceremony | undefined> => {
  const id = idOf(typed);
  return id === undefined ? undefined : recoveryOf(id, userId, deps);
};

/** The one that a person has, stopped and used ones aside. */
export const openRecoveryOf = (userId: string, { store, now }: Pick<Deps, 'store' | 'now'>) =>
  store.ceremonies.underWay({ purpose: 'recover', boundTo: bondOf(userId), authenticatorId: null }, now());

/** When the waiting time is over; nothing before it has begun. */
export const readyAt = ({ answer }: Ceremony): Instant | undefined =>
  typeof answer?.readyAt === 'number' ? instant(answer.readyAt) : undefined;

/** Whether the person may enrol now. */
export const isReady = (recovery: Ceremony, now: Instant): boolean => {
  const ready = readyAt(recovery);
  return ready !== undefined && now >= ready;
};

/** Lets the waiting time begin, once. Returns whether it was this call that did. */
export const startRecovery = (
  recovery: Ceremony,
  user: User,
  { requestId, locale }: { readonly requestId: string; readonly locale: string },
  deps: Issuing,
): Promise<boolean> => {
  const ready = secondsAfter(deps.now(), deps.config.recovery.waiting);
  return deps.store.ceremonies.answer(recovery.id, { startedAt: deps.now(), readyAt: ready, locale }, deps.now(), [
    auditRecord(deps, 'recovery.started', { userId: user.id, requestId, details: { readyAt: ready } }),
  ]);
};

type Sealing = Pick<Deps, 'secrets'>;

const seal = (recoveryId: string, userId: string, { secrets }: Sealing): string =>
  hmacSha256(secrets.csrf, `stop recovery\n${userId}\n${recoveryId}`);

/** What whoever owns the account stops a recovery with: it opens nothing else. */
export const stopToken = ({ id, userId }: Ceremony, deps: Sealing): string =>
  `${Buffer.from(userId ?? '').toString('base64url')}.${seal(id, userId ?? '', deps)}`;

/** The recovery that such a token is for, as long as it can be stopped. Reads only. */
export const recoveryToStop = async (
  token: string,
  deps: Pick<Deps, 'secrets' | 'store' | 'now'>,
): Promise<Ceremony | undefined> => {
  const [, encoded, mac] = /^([\w-]{1,300})\.([\w-]{43})$/.exec(token) ?? [];
  if (encoded === undefined || mac === undefined) return undefined;
  const userId = Buffer.from(encoded, 'base64url').toString('utf8');
  const recovery = await openRecoveryOf(userId, deps);
  return recovery && equalInConstantTime(mac, seal(recovery.id, userId, deps)) ? recovery : undefined;
};

/**
 * Stops a recovery for good: through the one door of everything that happens once, so that it is stopped or used and never both.
 *
 * @returns whether it was this call that stopped it
 */
export const stopRecovery = (
  { id, userId, expiresAt }: Ceremony,
  reason: 'reported' | 'administrator',
  deps: Pick<Deps, 'now' | 'randomBytes' | 'store'>,
  requestId: string | null = null,
): Promise<boolean> =>
  deps.store.once.consume({ kind: 'ceremony', key: id, expiresAt }, [
    auditRecord(deps, 'recovery.stopped', { userId, requestId, details: { reason } }),
  ]);

/** When somebody said that the person's last recovery was not theirs, unless a ticket was issued since. */
export const reportedAt = async (userId: string, { store }: Pick<Deps, 'store'>): Promise<Instant | undefined> => {
  // Each ticket is stopped once at most: whatever an administrator stopped was issued after anything that was reported.
  const latest = await store.audit.latestOf(userId, ['recovery.issued', 'recovery.stopped']);
  return latest?.details.reason === 'reported' ? latest.at : undefined;
};
