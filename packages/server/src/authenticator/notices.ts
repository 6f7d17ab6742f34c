/** The one place that tells a person of a change of their account: what nobody did unnoticed, nobody did in secret. */
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import type { Somebody } from '../factors/factor.ts';
import type { NoticeKind } from '../notify/message.ts';
import { browserName, networkAround } from '../push/place.ts';
import type { AuditRecord } from '../store/records.ts';
import type { Owner } from './owner.ts';

/** What was changed, as a stable word: it stands in the audit, in notices, and in the list of recent activity. */
export type AccountChange = Exclude<NoticeKind, 'new-device' | 'reported'>;

/** The record of a change, for the transaction that makes it. Names are the person's own words, and stay out of it. */
export const changeRecord = (
  owner: Owner,
  change: AccountChange,
  details: AuditRecord['details'],
  deps: Deps,
): AuditRecord =>
  auditRecord(deps, change, {
    userId: owner.user.id,
    sessionId: owner.guard.sessionId,
    clientId: owner.clientId,
    requestId: owner.caller.requestId,
    details: { by: 'owner', ...details },
  });

/**
 * Tells the person of what was done in their account. That it cannot be sent makes nothing undone.
 *
 * @param name what it is about, as they call it themselves
 */
export const tellOwner = (
  { user, request, caller }: Somebody,
  change: AccountChange | 'new-device',
  deps: Deps,
  name?: string,
): void => {
  const browser = browserName(request.headers.get('user-agent') ?? '');
  deps.notify.tell(user, { kind: change, name, browser, place: networkAround(caller.address) });
};
