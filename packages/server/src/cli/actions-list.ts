/** Which Actions there are: what runs after a login, what is deployed, what is only a file. */
import { relative } from 'node:path';
import { actionFilesIn } from '../actions/deploy/action-file.ts';
import { POST_LOGIN } from '../actions/deploy/deploy.ts';
import type { Action, Binding, VersionSummary } from '../store/action-ports.ts';
import type { Store } from '../store/ports.ts';
import { sayIfOff, versionWithId, withAction } from './actions-words.ts';
import type { CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';

interface Deployed {
  readonly action: Action;
  readonly versions: readonly VersionSummary[];
}

const deployedIn = async ({ actions }: Store): Promise<readonly Deployed[]> =>
  Promise.all((await actions.all()).map(async (action) => ({ action, versions: await actions.versionsOf(action.id) })));

/** `stile actions list` */
export const listActions: StoreCommand = async (store, _words, { config, print }) => {
  const deployed = await deployedIn(store);
  const bindings = await store.actions.bindings(POST_LOGIN);
  const idle = deployed.filter(({ action }) => bindings.every(({ actionId }) => actionId !== action.id));
  const known = new Set(deployed.map(({ action }) => action.name));
  const drafts = actionFilesIn(config.actions.folder).filter(({ name }) => !known.has(name));
  printBound(bindings, deployed, print);
  if (idle.length > 0) print('Deployed, and not bound: they do not run.');
  for (const { action, versions } of idle) print(`     ${action.name}  version ${versions[0]?.number ?? 0}`);
  if (drafts.length > 0) print(`In ${placeOf(config.actions.folder)}, and not deployed:`);
  for (const { name } of drafts) print(`     ${name}`);
  await sayIfOff(store, print);
  return 0;
};

const placeOf = (folder: string): string => {
  const place = relative('.', folder);
  return place === '' || place.startsWith('..') ? folder : `./${place}`;
};

const printBound = (bindings: readonly Binding[], deployed: readonly Deployed[], print: CommandLine['print']): void => {
  print(bindings.length === 0 ? 'No Action runs after a login.' : 'After a login, in this order:');
  for (const [index, binding] of bindings.entries()) {
    const found = deployed.find(({ action }) => action.id === binding.actionId);
    const version = versionWithId(found?.versions ?? [], binding.versionId);
    print(`  ${String(index + 1).padStart(2)}  ${[found?.action.name, version, ...howItRuns(binding)].join('  ')}`);
  }
};

const howItRuns = ({ mode, enabled }: Binding): readonly string[] => [
  ...(mode === 'shadow' ? ['as a shadow: what it says is kept, and not done'] : []),
  ...(enabled ? [] : ['switched off']),
];

/** `stile actions versions <name>` */
export const listVersions: StoreCommand = (store, [name], { print }) =>
  withAction(store, name, print, async (action) => {
    const bindings = (await store.actions.bindings(POST_LOGIN)).filter(({ actionId }) => actionId === action.id);
    for (const version of await store.actions.versionsOf(action.id)) print(describe(version, bindings));
    return 0;
  });

const describe = (version: VersionSummary, bindings: readonly Binding[]): string => {
  const { id, number, createdAt, checksum, dependencies, secretNames } = version;
  const runs = bindings.filter(({ versionId }) => versionId === id).map(({ mode }) => mode);
  return [
    `version ${number}`,
    `deployed ${moment(createdAt)}`,
    `checksum ${checksum}`,
    ...(dependencies.length > 0 ? [dependencies.map((one) => `${one.name}@${one.version}`).join(' ')] : []),
    ...(secretNames.length > 0 ? [`secrets ${secretNames.join(' ')}`] : []),
    ...runs.map((mode) => (mode === 'live' ? 'runs' : 'runs as a shadow')),
  ].join('  ');
};
