import { auditRecord } from '../audit/audit.ts';
import { issueEnrolmentTicket } from '../factors/enrolment-ticket.ts';
import { systemRandom } from '../system.ts';
import type { StoreCommand } from './command.ts';
import { withUser } from './people.ts';

/** `stile ticket <username>` */
export const issueTicket: StoreCommand = (store, [username], { config, print, now }) =>
  withUser(store, username, print, async (user) => {
    const system = { now, randomBytes: systemRandom };
    const code = await issueEnrolmentTicket(user.id, { store, config, ...system });
    await store.audit.append([auditRecord(system, 'enrolment_ticket.issued', { userId: user.id })]);
    print(`Set-up code for ${user.username}: ${code}`);
    print('It works once. Hand it over in a way that somebody who knows the password does not share.');
    return 0;
  });
