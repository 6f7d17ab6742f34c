import type { Deps } from '../deps.ts';
import type { AuditRecord } from '../store/records.ts';

/** What is known about an event besides its type and time. `details` never holds a secret, code or token. */
export type AuditFacts = Partial<
  Pick<AuditRecord, 'userId' | 'clientId' | 'sessionId' | 'grantId' | 'requestId' | 'details'>
>;

let made = 0;

/** A name that sorts by time, and within this process by the order of making; its random end tells processes apart. */
const recordId = ({ now, randomBytes }: Pick<Deps, 'now' | 'randomBytes'>): string => {
  made = (made + 1) % 36 ** 6;
  const moment = now().toString(36).padStart(7, '0');
  return `dec_${moment}${made.toString(36).padStart(6, '0')}${Buffer.from(randomBytes(6)).toString('hex')}`;
};

/** Makes a record; the caller hands it to the store together with what it tells about, so that both happen or neither. */
export const auditRecord = (deps: Pick<Deps, 'now' | 'randomBytes'>, type: string, facts: AuditFacts): AuditRecord => ({
  id: recordId(deps),
  at: deps.now(),
  type,
  userId: facts.userId ?? null,
  clientId: facts.clientId ?? null,
  sessionId: facts.sessionId ?? null,
  grantId: facts.grantId ?? null,
  requestId: facts.requestId ?? null,
  details: facts.details ?? {},
});
