/**
 * What somebody is told when the recovery of their account begins: in the waiting time they can stop it, so it is no wait at all unless they
 * know. The mail is handed over again and again until a mail server has taken it once, or the time is over.
 */
import type { Instant } from '@stile/core';
import type { Deps } from '../deps.ts';
import type { Messages } from '../pages/messages.ts';
import { translate } from '../pages/messages.ts';
import type { Once } from '../store/ports.ts';
import type { Ceremony, User } from '../store/records.ts';
import { readyAt, stopToken } from './lost-factor.ts';
import { mailNotice } from './mail.ts';
import { verifiedEmail } from './verified-email.ts';

/** Longer than the tries that are made of one mail. */
const PAUSE_SECONDS = 300;

const told = ({ id, expiresAt }: Ceremony): Once => ({ kind: 'ceremony', key: `${id} told`, expiresAt });

/** Each further try belongs to one process. */
const tryOf = ({ id, expiresAt }: Ceremony, count: number): Once => ({
  kind: 'ceremony',
  key: `${id} told, try ${count}`,
  expiresAt,
});

interface Telling {
  readonly recovery: Ceremony;
  readonly user: User;
  readonly t: Messages;
  readonly readyInSeconds: number;
}

/** Tells somebody that their recovery has begun, and how to stop it. */
export const tellOfRecovery = ({ recovery, user, t, readyInSeconds }: Telling, deps: Deps): void => {
  const url = new URL('/recover/stop', deps.config.issuer);
  url.searchParams.set('token', stopToken(recovery, deps));
  mailNotice(user, { kind: 'recovery-started', stopLink: url.href, readyInSeconds }, t, deps, () =>
    deps.store.once.consume(told(recovery), []),
  );
};

/** How often somebody should have been told by now, besides the first time; nothing when nobody waits. */
const triesBy = ({ answer }: Ceremony, ready: Instant | undefined, now: Instant): number => {
  if (ready === undefined || now >= ready || typeof answer?.startedAt !== 'number') return 0;
  return Math.floor((now - answer.startedAt) / PAUSE_SECONDS);
};

const tellAgain = async (recovery: Ceremony, deps: Deps): Promise<void> => {
  const { store, now } = deps;
  const ready = readyAt(recovery);
  const tries = triesBy(recovery, ready, now());
  if (tries === 0 || ready === undefined || recovery.userId === null) return;
  const user = await store.users.find(recovery.userId);
  if (!user || verifiedEmail(user) === undefined) return;
  const once = told(recovery);
  if ((await store.authenticators.usedOf(once.kind, [once.key])).length > 0) return;
  if (!(await store.once.consume(tryOf(recovery, tries), []))) return;
  const t = translate(recovery.answer?.locale === 'de' ? 'de' : 'en');
  tellOfRecovery({ recovery, user, t, readyInSeconds: ready - now() }, deps);
};

/** Tells everybody again whose recovery waits, and whom no mail has been sent to. */
export const tellAgainOfRecoveries = async (deps: Deps): Promise<void> => {
  if (!deps.post.canSend) return;
  for (const recovery of await deps.store.ceremonies.ofPurpose('recover', deps.now())) await tellAgain(recovery, deps);
};
