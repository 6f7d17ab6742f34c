/** What a person, or whoever uses their name, has tried too often: listed, and given back. */
import { auditRecord } from '../audit/audit.ts';
import type { Store } from '../store/ports.ts';
import type { User } from '../store/records.ts';
import { systemRandom } from '../system.ts';
import type { SpentLimit } from '../throttle/spent-limits.ts';
import { spentLimits, whoseAre } from '../throttle/spent-limits.ts';
import type { CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';
import { withUser } from './people.ts';

/** `stile limits <username>`, or `stile limits <username> --lift` */
export const limits: StoreCommand = (store, words, line) =>
  withUser(
    store,
    words.find((word) => word !== '--lift'),
    line.print,
    (user) => (words.includes('--lift') ? lift(store, user, line) : list(store, user, line)),
  );

const list = async (store: Store, user: User, { config, print, now }: CommandLine): Promise<number> => {
  const spent = await spentLimits(user, { config, store, now });
  if (spent.length === 0) print(`Nothing is spent of the limits of ${user.username}.`);
  for (const limit of spent) print(describe(limit));
  if (spent.some(({ exhaustedUntil }) => exhaustedUntil !== undefined))
    print(`To give all of it back: stile limits ${user.username} --lift`);
  return 0;
};

const describe = ({ kind, label, spent, burst, exhaustedUntil, freeAt }: SpentLimit): string =>
  exhaustedUntil === undefined
    ? `${kind}  ${label}  ${spent} of ${burst} spent, all free again at ${moment(freeAt)}`
    : `${kind}  ${label}  exhausted until ${moment(exhaustedUntil)}, all free again at ${moment(freeAt)}`;

const lift = async (store: Store, user: User, { print, now }: CommandLine): Promise<number> => {
  const record = auditRecord({ now, randomBytes: systemRandom }, 'limits.lifted', {
    userId: user.id,
    details: { reason: 'administrator' },
  });
  const lifted = await store.throttles.lift(whoseAre(user), [record]);
  print(
    lifted === 0
      ? `Nothing was spent of the limits of ${user.username}.`
      : `${user.username} can try again: ${lifted === 1 ? 'one limit is' : `${lifted} limits are`} lifted.`,
  );
  print('What networks have spent is theirs and stays: it passes within minutes, or a day where many names failed.');
  return 0;
};
