import { auditRecord } from '../audit/audit.ts';
import { issueEnrolmentTicket } from '../factors/enrolment-ticket.ts';
import type { Store } from '../store/ports.ts';
import { systemNow, systemRandom } from '../system.ts';
import type { CommandLine } from './commands.ts';
import { withUser } from './people.ts';

/** `stile ticket <username>` */
export const issueTicket = (
  store: Store,
  username: string | undefined,
  { config, print }: CommandLine,
): Promise<number> =>
  withUser(store, username, print, async (user) => {
    const system = { now: systemNow, randomBytes: systemRandom };
    const code = await issueEnrolmentTicket(user.id, { store, config, ...system });
    await store.audit.append([auditRecord(system, 'enrolment_ticket.issued', { userId: user.id })]);
    print(`Set-up code for ${user.username}: ${code}`);
    print('It works once. Hand it over in a way that somebody who knows the password does not share.');
  });
