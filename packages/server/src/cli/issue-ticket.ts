import { auditRecord } from '../audit/audit.ts';
import { issueEnrolmentTicket } from '../factors/enrolment-ticket.ts';
import { normaliseUsername } from '../session/username.ts';
import type { Store } from '../store/ports.ts';
import { systemNow, systemRandom } from '../system.ts';
import type { CommandLine } from './commands.ts';

/** `stile ticket <username>` */
export const issueTicket = async (
  store: Store,
  username: string | undefined,
  { config, print }: CommandLine,
): Promise<number> => {
  if (username === undefined) {
    print('Say for whom: stile ticket <username>');
    return 2;
  }
  const user = await store.users.findByUsername(normaliseUsername(username));
  if (!user) {
    print('There is no such user.');
    return 1;
  }
  const system = { now: systemNow, randomBytes: systemRandom };
  const code = await issueEnrolmentTicket(user.id, { store, config, ...system });
  await store.audit.append([auditRecord(system, 'enrolment_ticket.issued', { userId: user.id })]);
  print(`Set-up code for ${user.username}: ${code}`);
  print('It works once. Hand it over in a way that somebody who knows the password does not share.');
  return 0;
};
