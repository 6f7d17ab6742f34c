/** `stile lock-out`: whom a policy would lock out, before it is in force. */
import type { ClientProblem } from '../decision/capable-clients.ts';
import type { DemandLine, LockedOut, LockOut } from '../decision/lock-out.ts';
import { previewLockOut } from '../decision/lock-out.ts';
import { policyOf } from '../decision/policy.ts';
import { printable } from './actions-words.ts';
import { candidateConfig } from './candidate.ts';
import type { StoreCommand } from './command.ts';
import { optionsIn } from './options.ts';

export const LOCK_OUT_OPTIONS = ['--policy', '--json', '--list', '--fail'] as const;

const numbers = new Intl.NumberFormat('en');

const PROBLEMS: Readonly<Record<ClientProblem['problem'], string>> = {
  client_gone: 'is not registered any more',
  not_allowed_any_more: 'may not have it any more',
  needs_a_person: 'acts for itself, and the scope demands a proof by somebody',
  unattainable: 'nobody could meet it, for no factor that can be asked for would do',
};

/** `stile lock-out [--policy <file>] [--json] [--list] [--fail]`; without a file the policy in force is looked at */
export const lockOut: StoreCommand = async (store, words, line) => {
  const { values } = optionsIn(words, ['--policy']);
  const path = values.get('--policy');
  const candidate = path === undefined ? line.config : await candidateConfig(path, line);
  const isJson = words.includes('--json');
  const listed: LockedOut[] = [];
  const tell = (who: LockedOut): void => {
    if (isJson) listed.push(who);
    else line.print(printable(personLine(who)));
  };
  const preview = await previewLockOut(store, candidate, {
    ...(path !== undefined && { inForce: policyOf(line.config) }),
    ...(words.includes('--list') && { tell }),
  });
  if (isJson) line.print(JSON.stringify(words.includes('--list') ? { ...preview, list: listed } : preview, null, 2));
  else for (const text of linesOf(preview, path !== undefined)) line.print(printable(text));
  return words.includes('--fail') && locksAnybodyOut(preview, path !== undefined) ? 1 : 0;
};

/** With a policy to compare with, only what is new counts. */
const locksAnybodyOut = ({ people, clients }: LockOut, isCompared: boolean): boolean =>
  isCompared ? people.newly > 0 || clients.some(({ newly }) => newly) : people.cannot > 0 || clients.length > 0;

const personLine = ({ username, userId, enrolled, cannot, mayEnrol }: LockedOut): string => {
  const where = cannot.map(
    ({ clientId, scope, newly }) => `${clientId}${scope === null ? '' : ` ${scope}`}${newly ? ' (new)' : ''}`,
  );
  const has = enrolled.length > 0 ? enrolled.join(', ') : 'nothing';
  return `${username} (${userId}) has ${has}, and cannot meet: ${where.join('; ')}${mayEnrol ? '; may set up what would do' : ''}`;
};

const demandLine = ({ clientId, scope, acr, people, refused, newly }: DemandLine, isCompared: boolean): string => {
  const levels = acr.map((any) => any.join(' or ')).join(', and ') || 'a sign-in';
  return `  ${numbers.format(people).padStart(8)}  ${clientId} ${scope ?? '(everybody)'}: ${levels}; ${numbers.format(refused)} of them refused${isCompared ? `, ${numbers.format(newly)} of them newly` : ''}`;
};

function* linesOf({ people, demands, clients }: LockOut, isCompared: boolean): Generator<string> {
  const { read, blocked, cannot, refused, newly } = people;
  const compared = isCompared ? `, ${numbers.format(newly)} of them newly` : '';
  yield `${numbers.format(cannot)} of ${numbers.format(read)} people have nothing that would meet all that is demanded${compared}; ${numbers.format(refused)} may not set it up either, and are refused.`;
  if (blocked > 0) yield `${numbers.format(blocked)} are blocked, and get in nowhere in any case.`;
  for (const demand of demands) yield demandLine(demand, isCompared);
  for (const { clientId, scope, problem, newly: isNew } of clients)
    yield `The client ${clientId}${scope === null ? '' : `, ${scope}`}: ${PROBLEMS[problem]}${isNew ? ' (new)' : ''}.`;
  if (cannot > 0) yield 'By name: stile lock-out … --list';
}
