import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { AuditRecord } from '../store/records.ts';

/** What is known about an event besides its type and time. `details` never holds a secret, code or token. */
export type AuditFacts = Partial<
  Pick<AuditRecord, 'userId' | 'clientId' | 'sessionId' | 'grantId' | 'requestId' | 'details'>
>;

/** Makes a record; the caller hands it to the store together with what it tells about, so that both happen or neither. */
export const auditRecord = (deps: Pick<Deps, 'now' | 'randomBytes'>, type: string, facts: AuditFacts): AuditRecord => ({
  id: randomId(deps, 'dec'),
  at: deps.now(),
  type,
  userId: facts.userId ?? null,
  clientId: facts.clientId ?? null,
  sessionId: facts.sessionId ?? null,
  grantId: facts.grantId ?? null,
  requestId: facts.requestId ?? null,
  details: facts.details ?? {},
});
