/** What happened with an account, in words: made of the audit, of which it leaves out what a person could not make anything of. */
import type { Deps } from '../deps.ts';
import { factorNamed } from '../factors/factors.ts';
import type { ActivityInWords } from '../pages/account/activity-page.ts';
import type { Messages } from '../pages/messages.ts';
import { browserName, networkAround } from '../push/place.ts';
import type { AuditRecord, Authenticator, Session } from '../store/records.ts';

/** More than anybody reads, so that enough is left when the rest is left out. */
const RECORDS_READ = 300;

const kindOf = ({ details }: AuditRecord, t: Messages): string => {
  const factor = typeof details.factor === 'string' ? factorNamed(details.factor) : undefined;
  return factor ? t.myAccount.kind(factor.view.kind) : t.myAccount.unknownKind;
};

const isFirst = ({ details }: AuditRecord): boolean =>
  typeof details.factor === 'string' && factorNamed(details.factor)?.best.some(({ first }) => first) === true;

const sentence = (record: AuditRecord, t: Messages): string | undefined => {
  const { events } = t.myAccount.activity;
  const kind = kindOf(record, t);
  switch (record.type) {
    case 'proof.accepted':
      if (record.details.enrolled !== undefined) return events.enrolled(kind);
      return isFirst(record) ? events.signedIn(kind) : events.confirmed(kind);
    case 'proof.refused':
      return events.refused(kind);
    case 'authenticator.added':
      return events.enrolled(kind);
    case 'authenticator.removed':
      return events.removed(kind);
    case 'authenticator.renamed':
      return events.renamed(kind);
    case 'authenticator.preferred':
      return events.preferred(kind);
    case 'recovery_codes.renewed':
      return events.codes;
    case 'password.changed':
    case 'password.reset':
      return events.password;
    case 'session.ended':
      return events.signedOut;
    case 'sessions.ended':
      return events.everywhere;
    case 'device.remembered':
      return events.remembered;
    case 'device.forgotten':
      return events.forgotten;
    default:
      return undefined;
  }
};

/** The name of what was proven, where somebody has several of its kind. */
const nameOf = ({ details, type }: AuditRecord, theirs: readonly Authenticator[]): readonly string[] => {
  const alike = theirs.filter(({ factor }) => factor === details.factor);
  const proven = alike.find(({ id }) => id === details.authenticator);
  return type === 'proof.accepted' && proven && alike.length > 1 ? [proven.name] : [];
};

const whereOf = (
  { clientId, details }: AuditRecord,
  session: Session | undefined,
  { t, deps }: { readonly t: Messages; readonly deps: Deps },
): readonly string[] => {
  const client = clientId === null ? undefined : deps.config.clients.get(clientId);
  return [
    ...(client ? [client.name] : []),
    ...(session ? [browserName(session.userAgent), networkAround(session.address)].filter((part) => part !== '') : []),
    ...(details.reason === 'administrator' ? [t.myAccount.activity.byAdministrator] : []),
  ];
};

/** The latest that happened with somebody's account. */
export const recentActivity = async (
  userId: string,
  limit: number,
  t: Messages,
  deps: Deps,
): Promise<readonly ActivityInWords[]> => {
  const [records, sessions, theirs] = await Promise.all([
    deps.store.audit.ofUser(userId, RECORDS_READ),
    deps.store.sessions.ofUser(userId),
    deps.store.authenticators.ofUser(userId),
  ]);
  return records
    .flatMap((record): readonly ActivityInWords[] => {
      const what = sentence(record, t);
      if (what === undefined) return [];
      const session = sessions.find(({ id }) => id === record.sessionId);
      const ago = Math.max(0, deps.now() - record.at);
      return [
        {
          what,
          at: record.at,
          ago,
          where: [...nameOf(record, theirs), ...whereOf(record, session, { t, deps })],
          bad: record.type === 'proof.refused',
        },
      ];
    })
    .slice(0, limit);
};
