/** What runs after a login, and what does not: bound, taken out, set back, switched off. */
import type { Rebound } from '../actions/deploy/bindings.ts';
import { bound, enabled, pointed, unbound } from '../actions/deploy/bindings.ts';
import { POST_LOGIN } from '../actions/deploy/deploy.ts';
import type { Action, Binding } from '../store/action-ports.ts';
import type { Store } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';
import { byAdministrator, isOption, sayIfOff, withAction, withOption } from './actions-words.ts';
import type { CommandLine, StoreCommand } from './command.ts';

const FAULTS = {
  'too-many': 'Nothing was changed: as many Actions are bound as may be (actions.limits.bindings).',
  'other-not-bound': 'Nothing was changed: the Action that it is to run before is not bound.',
  'not-bound': 'It is not bound.',
} as const;

/** Changes what is bound, and says what came of it. Returns the exit code. */
const rebind = async (
  store: Store,
  { print }: CommandLine,
  change: (bindings: readonly Binding[]) => Rebound,
  record: AuditRecord,
  done: string,
): Promise<number> => {
  const fault = await store.actions.changeBindings(POST_LOGIN, (bindings) => {
    const rebound = change(bindings);
    return typeof rebound === 'string'
      ? { bindings: undefined, value: rebound, audit: [] }
      : { bindings: rebound, value: undefined, audit: [record] };
  });
  print(fault === undefined ? done : FAULTS[fault]);
  await sayIfOff(store, print);
  return fault === undefined ? 0 : 1;
};

/** `stile actions bind <name> [--shadow] [--before <other>]` */
export const bindAction: StoreCommand = async (store, words, line) => {
  const { value: beforeName, rest } = withOption(words, '--before');
  const mode = rest.includes('--shadow') ? 'shadow' : 'live';
  const before = beforeName === undefined ? undefined : await store.actions.findByName(beforeName);
  if (beforeName !== undefined && before === undefined) {
    line.print(FAULTS['other-not-bound']);
    return beforeName === '' ? 2 : 1;
  }
  return withAction(store, nameIn(rest), line.print, async (action) => {
    const [version] = await store.actions.versionsOf(action.id);
    if (version === undefined) throw new Error('An Action has no version.');
    const most = line.config.actions.limits.bindings;
    const place = { trigger: POST_LOGIN, mode, versionId: version.id, before, most } as const;
    const about = { action: action.name, version: version.number, mode };
    const how = mode === 'shadow' ? 'as a shadow: what it says is kept, and not done' : 'after every login from now on';
    return rebind(
      store,
      line,
      (bindings) => bound(bindings, action, place),
      byAdministrator('action.bound', line, about),
      `${action.name}, version ${version.number}, runs ${how}.`,
    );
  });
};

const nameIn = (words: readonly string[]): string | undefined => words.find((word) => !isOption(word));

/** `stile actions unbind <name>` */
export const unbindAction: StoreCommand = (store, [name], line) =>
  withAction(store, name, line.print, (action) =>
    rebind(
      store,
      line,
      (bindings) => unbound(bindings, action),
      byAdministrator('action.unbound', line, { action: action.name }),
      `${action.name} runs no more. Its versions stay.`,
    ),
  );

/** `stile actions rollback <name> <number>` */
export const rollBackAction: StoreCommand = (store, [name, number], line) =>
  withAction(store, name, line.print, async (action) => {
    const versions = await store.actions.versionsOf(action.id);
    const version = versions.find((one) => String(one.number) === number);
    if (version === undefined) {
      line.print(
        number === undefined
          ? 'Say to which version: its number comes after the name.'
          : `${action.name} has no version ${number}. List them: stile actions versions ${action.name}`,
      );
      return number === undefined ? 2 : 1;
    }
    return rebind(
      store,
      line,
      (bindings) => pointed(bindings, action, version.id),
      byAdministrator('action.rolled-back', line, { action: action.name, version: version.number }),
      `${action.name} runs in version ${version.number} from now on. The file in the folder is as it was.`,
    );
  });

/** `stile actions off [<name>]`: needs neither a program that works nor the key of the secrets. */
export const switchActionsOff: StoreCommand = (store, words, line) => switchActions(store, words, line, false);

/** `stile actions on [<name>]` */
export const switchActionsOn: StoreCommand = (store, words, line) => switchActions(store, words, line, true);

const switchActions = (store: Store, [name]: readonly string[], line: CommandLine, isOn: boolean): Promise<number> =>
  name === undefined
    ? switchAll(store, line, isOn)
    : withAction(store, name, line.print, (action) => switchOne(store, action, line, isOn));

const switchAll = async (store: Store, line: CommandLine, isOn: boolean): Promise<number> => {
  const record = byAdministrator(isOn ? 'actions.switched-on' : 'actions.switched-off', line, { trigger: POST_LOGIN });
  const changed = await store.actions.setOff(POST_LOGIN, isOn ? null : line.now(), [record]);
  if (!changed) line.print(`They were switched ${isOn ? 'on' : 'off'} already.`);
  else if (isOn) line.print('Actions run again, as they are bound, within a second.');
  else line.print('No Action runs any more, within a second: logins go on without what they demand or forbid.');
  if (!isOn) line.print('What they were bound to is kept. To switch them on again: stile actions on');
  return 0;
};

const switchOne = (store: Store, action: Action, line: CommandLine, isOn: boolean): Promise<number> =>
  rebind(
    store,
    line,
    (bindings) => enabled(bindings, action, isOn),
    byAdministrator(isOn ? 'action.switched-on' : 'action.switched-off', line, { action: action.name }),
    isOn
      ? `${action.name} runs again, within a second.`
      : `${action.name} runs no more, within a second. To switch it on again: stile actions on ${action.name}`,
  );
