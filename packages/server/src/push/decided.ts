/** What follows from an answer besides the proof: denials are counted, a report ends the session that asked. */
import { auditRecord } from '../audit/audit.ts';
import type { Caller, Deps } from '../deps.ts';
import type { Authenticator, User } from '../store/records.ts';
import type { Decision } from './answer.ts';
import type { Ask } from './ask.ts';
import { materialOf, parseDevice } from './device.ts';
import { afterDecision, askerOf } from './fatigue.ts';

interface Decider {
  readonly user: User;
  readonly authenticator: Authenticator;
}

/** Enough for answers, renewed subscriptions and new names that meet in one moment. */
const TRIES = 5;

const countDenials = async (
  { user, authenticator }: Decider,
  ask: Ask,
  decision: Decision | 'mismatch',
  deps: Deps,
): Promise<void> => {
  const asker = askerOf(ask);
  let found: Authenticator | undefined = authenticator;
  for (let tries = 0; found && tries < TRIES; tries += 1) {
    const device = parseDevice(found.material);
    if (!device || (decision === 'approve' && device.denials[asker].count === 0)) return;
    const denials = { ...device.denials, [asker]: afterDecision(device.denials[asker], decision, deps.now()) };
    const material = materialOf({ ...device, denials });
    if (await deps.store.authenticators.replaceMaterial(found.id, found.material, material)) return;
    found = (await deps.store.authenticators.ofUser(user.id)).find(({ id }) => id === authenticator.id);
  }
};

/** Its owner says that somebody else asked: that is put on record and told by mail, and the session that asked ends. */
const reported = async (
  { user, authenticator }: Decider,
  { sessionId, browser, place }: Ask,
  { requestId }: Caller,
  deps: Deps,
): Promise<void> => {
  await deps.store.audit.append([auditRecord(deps, 'push.reported', { userId: user.id, sessionId, requestId })]);
  deps.notify.tell(user, { kind: 'reported', name: authenticator.name, browser, place });
  if (sessionId === null || !deps.config.push.endReportedSession) return;
  await deps.store.sessions.end(sessionId, deps.now(), [
    auditRecord(deps, 'session.ended', {
      userId: user.id,
      sessionId,
      requestId,
      details: { reason: 'push_reported' },
    }),
  ]);
};

export const noteDecision = async (
  decider: Decider,
  ask: Ask,
  decision: Decision | 'mismatch',
  caller: Caller,
  deps: Deps,
): Promise<void> => {
  await countDenials(decider, ask, decision, deps);
  if (decision === 'report') await reported(decider, ask, caller, deps);
};
