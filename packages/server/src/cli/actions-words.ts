/** What the commands about Actions have in common: whom they are about, and what goes on record. */
import { POST_LOGIN } from '../actions/deploy/deploy.ts';
import { auditRecord } from '../audit/audit.ts';
import type { Action, VersionSummary } from '../store/action-ports.ts';
import type { Store } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';
import { systemRandom } from '../system.ts';
import type { CommandLine } from './command.ts';
import { moment } from './moment.ts';

/** The word that follows an option, and the words without both. Undefined when the option is not there; empty when nothing follows. */
export const withOption = (
  words: readonly string[],
  option: string,
): { readonly value: string | undefined; readonly rest: readonly string[] } => {
  const index = words.indexOf(option);
  return index === -1
    ? { value: undefined, rest: words }
    : { value: words[index + 1] ?? '', rest: [...words.slice(0, index), ...words.slice(index + 2)] };
};

export const isOption = (word: string): boolean => word.startsWith('--');

/** Does something with a deployed Action, named as its file is. Returns the exit code. */
export const withAction = async (
  store: Store,
  name: string | undefined,
  print: CommandLine['print'],
  act: (action: Action) => Promise<number>,
): Promise<number> => {
  if (name === undefined || name === '') {
    print('Say which: the name of an Action comes next.');
    return 2;
  }
  const action = await store.actions.findByName(name);
  if (action === undefined) {
    print(`No Action ${name} is deployed. List them: stile actions list`);
    return 1;
  }
  return act(action);
};

export const byAdministrator = (
  type: string,
  { now }: Pick<CommandLine, 'now'>,
  details: AuditRecord['details'],
): AuditRecord =>
  auditRecord({ now, randomBytes: systemRandom }, type, { details: { reason: 'administrator', ...details } });

/** Versions beyond those that were forgotten have their number still. */
export const versionWithId = (versions: readonly VersionSummary[], id: string): string => {
  const found = versions.find((version) => version.id === id);
  return found === undefined ? 'a version that is gone' : `version ${found.number}`;
};

/** What is bound does not run all the same while everything is switched off. */
export const sayIfOff = async (store: Store, print: CommandLine['print']): Promise<void> => {
  const { offSince } = await store.actions.state(POST_LOGIN);
  if (offSince !== null)
    print(`All Actions are switched off since ${moment(offSince)}. To switch them on again: stile actions on`);
};

/** What somebody wrote into a terminal stays text: nothing of it moves the cursor or paints. */
export const printable = (text: string): string => text.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, '\ufffd');
