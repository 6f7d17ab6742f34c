/** Actions from their folder into the database: built, shown what changed, deployed. */
import { resolve } from 'node:path';
import type { ActionFile } from '../actions/deploy/action-file.ts';
import { actionFilesIn } from '../actions/deploy/action-file.ts';
import type { Built } from '../actions/deploy/build.ts';
import { BuildError, buildAction } from '../actions/deploy/build.ts';
import type { BindingWish, DeployOutcome } from '../actions/deploy/deploy.ts';
import { deployAction } from '../actions/deploy/deploy.ts';
import type { Secrets } from '../actions/deploy/encryption-key.ts';
import { EncryptionKeyError, openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import { SecretError, secretsFor } from '../actions/deploy/secrets.ts';
import type { ActionVersion } from '../store/action-ports.ts';
import type { Store } from '../store/ports.ts';
import { systemRandom } from '../system.ts';
import { isOption, sayIfOff } from './actions-words.ts';
import type { CommandLine, StoreCommand } from './command.ts';

interface Draft {
  readonly built: Built;
  readonly secrets: Secrets;
}

/** `stile actions deploy [<name>…] [--bind] [--shadow]`: all or nothing. */
export const deployActions: StoreCommand = async (store, words, line) => {
  const { config, print } = line;
  if (words.includes('--bind') && words.includes('--shadow')) {
    print('Nothing was deployed: it is either --bind or --shadow.');
    return 2;
  }
  const files = chosen(words, config.actions.folder, print);
  if (files === undefined) return 1;
  try {
    const drafts = await draftsOf(files, line);
    if (drafts === undefined) return 1;
    for (const draft of drafts) print(await deployDraft(store, draft, wishOf(words), line));
    await sayIfOff(store, print);
  } catch (error) {
    if (!(error instanceof EncryptionKeyError)) throw error;
    print(error.message);
    return 1;
  }
  return 0;
};

const wishOf = (words: readonly string[]): BindingWish => {
  if (words.includes('--shadow')) return 'shadow';
  return words.includes('--bind') ? 'live' : 'as-bound';
};

const chosen = (
  words: readonly string[],
  folder: string,
  print: CommandLine['print'],
): readonly ActionFile[] | undefined => {
  const files = actionFilesIn(folder);
  const names = words.filter((word) => !isOption(word));
  const missing = names.filter((name) => !files.some((file) => file.name === name));
  if (files.length === 0) print(`There is no Action in ${resolve(folder)}. Make one: stile actions new <name>`);
  else if (missing.length > 0) print(`There is no Action ${missing.join(', ')} in ${resolve(folder)}.`);
  else return names.length === 0 ? files : files.filter(({ name }) => names.includes(name));
  return undefined;
};

/** Builds each and reads its secrets. Undefined, and each said why, when one cannot be deployed: then none is. */
export const draftsOf = async (
  files: readonly ActionFile[],
  { config, print }: Pick<CommandLine, 'config' | 'print'>,
): Promise<readonly Draft[] | undefined> => {
  const drafts: Draft[] = [];
  for (const { name, file } of files) {
    try {
      const built = await buildAction({ file }, config.actions.limits);
      drafts.push({ built, secrets: secretsFor(name, config.actions) });
      for (const warning of built.warnings) print(`A warning about ${name}: ${warning}`);
    } catch (error) {
      if (!(error instanceof BuildError || error instanceof SecretError)) throw error;
      print(error.message);
    }
  }
  if (drafts.length === files.length) return drafts;
  print('Nothing was deployed.');
  return undefined;
};

/** Deploys one, and says what came of it. */
export const deployDraft = async (
  store: Store,
  { built, secrets }: Draft,
  wish: BindingWish,
  { config, now }: CommandLine,
): Promise<string> => {
  const before = await newestVersion(store, built.name);
  const deps = {
    store: store.actions,
    settings: config.actions,
    encryptionKey: () => openEncryptionKey(config, 'make'),
    now,
    randomBytes: systemRandom,
  };
  const outcome = await deployAction(deps, built, secrets, wish);
  return [whatBecame(outcome, wish), ...(outcome.isNew ? changes(before, built, outcome) : [])].join('\n');
};

const newestVersion = async ({ actions }: Store, name: string): Promise<ActionVersion | undefined> => {
  const action = await actions.findByName(name);
  const [newest] = action === undefined ? [] : await actions.versionsOf(action.id);
  return newest && (await actions.findVersion(newest.id))?.version;
};

const whatBecame = ({ action, version, isNew, binding }: DeployOutcome, wish: BindingWish): string => {
  const { name } = action;
  const what = isNew
    ? `${name}: version ${version.number} is deployed`
    : `${name}: nothing has changed since version ${version.number}`;
  switch (binding) {
    case 'changed':
      return wish === 'shadow'
        ? `${what}, and runs as a shadow: what it says is kept, and not done.`
        : `${what}, and runs after every login from now on.`;
    case 'unchanged':
      return `${what}.`;
    case 'none':
      return `${what}. It is not bound, so it does not run: stile actions bind ${name}`;
    case 'too-many':
      return `${what}, but not bound, for as many are bound as may be. Take one out: stile actions unbind <name>`;
  }
};

/** What is different from the version before it. */
const changes = (before: ActionVersion | undefined, built: Built, { version }: DeployOutcome): readonly string[] => {
  if (before === undefined)
    return [...listed('packages', built.dependencies.map(inOneWord)), ...listed('secrets', version.secretNames)];
  const lines = difference(before.code.split('\n'), built.program.code.split('\n'));
  const packages = difference(before.dependencies.map(inOneWord), built.dependencies.map(inOneWord));
  const secrets = difference(before.secretNames, version.secretNames);
  const sameCode = before.checksum === version.checksum;
  return [
    ...(sameCode
      ? ['  The code is the same; secrets have changed.']
      : [`  ${lines.added.length} lines added, ${lines.removed.length} removed`]),
    ...listed('packages added', packages.added),
    ...listed('packages removed', packages.removed),
    ...listed('secrets added', secrets.added),
    ...listed('secrets removed', secrets.removed),
  ];
};

const inOneWord = ({ name, version }: { readonly name: string; readonly version: string }): string =>
  `${name}@${version}`;

const listed = (what: string, words: readonly string[]): readonly string[] =>
  words.length === 0 ? [] : [`  ${what}: ${words.join(', ')}`];

/** What is in one list and not in the other, as often as it is there. */
const difference = (
  old: readonly string[],
  fresh: readonly string[],
): { readonly added: readonly string[]; readonly removed: readonly string[] } => {
  const without = (from: readonly string[], what: readonly string[]): readonly string[] => {
    const left = new Map<string, number>();
    for (const word of what) left.set(word, (left.get(word) ?? 0) + 1);
    return from.filter((word) => {
      const times = left.get(word) ?? 0;
      left.set(word, times - 1);
      return times <= 0;
    });
  };
  return { added: without(fresh, old), removed: without(old, fresh) };
};
