/** The one place that tells a person of a change of their account: what nobody did unnoticed, nobody did in secret. */
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import type { AuditRecord } from '../store/records.ts';
import type { Owner } from './owner.ts';

/** What was changed, as a stable word: it stands in the audit, in notices, and in the list of recent activity. */
export type AccountChange =
  | 'authenticator.added'
  | 'authenticator.removed'
  | 'authenticator.renamed'
  | 'authenticator.preferred'
  | 'recovery_codes.renewed'
  | 'password.changed'
  | 'session.ended'
  | 'sessions.ended'
  | 'device.forgotten';

/** The record of a change, for the transaction that makes it. Names are the person's own words, and stay out of it. */
export const changeRecord = (
  owner: Owner,
  change: AccountChange,
  details: AuditRecord['details'],
  deps: Deps,
): AuditRecord =>
  auditRecord(deps, change, {
    userId: owner.user.id,
    sessionId: owner.sessionId,
    clientId: owner.clientId,
    requestId: owner.caller.requestId,
    details: { by: 'owner', ...details },
  });

/** Tells the person of a change that was made. That it cannot be sent makes nothing undone. */
export const tellOwner = async (owner: Owner, change: AccountChange, deps: Deps): Promise<void> => {
  deps.log.info({ requestId: owner.caller.requestId, change }, 'an account was changed');
};
