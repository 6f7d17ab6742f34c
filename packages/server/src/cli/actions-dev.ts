/** Actions while they are written: built and deployed as they are saved, and every execution shown as it happens. */
import { existsSync, watch } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ActionFile } from '../actions/deploy/action-file.ts';
import { actionFilesIn } from '../actions/deploy/action-file.ts';
import { POST_LOGIN } from '../actions/deploy/deploy.ts';
import { isForTrying } from '../notify/channels.ts';
import type { Store } from '../store/ports.ts';
import { deployDraft, draftsOf } from './actions-deploy.ts';
import { inFull } from './actions-executions.ts';
import { sayIfOff } from './actions-words.ts';
import type { CommandLine, StoreCommand } from './command.ts';

/** How often it is looked whether something ran. */
const TICK_MILLISECONDS = 250;
/** An editor writes more than once when a file is saved. */
const SETTLE_MILLISECONDS = 80;
const AT_ONCE = 50;

/** `stile actions dev` */
export const developActions: StoreCommand = async (store, _words, line) => {
  const { config, print } = line;
  if (!isForTrying(config)) {
    print(
      `${config.issuer} is not on this machine alone: there Actions are deployed when they are finished, by stile actions deploy.`,
    );
    return 1;
  }
  if (!existsSync(config.actions.folder)) {
    print(`There is no folder ${resolve(config.actions.folder)}. Make the first Action: stile actions new <name>`);
    return 1;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const development = await startDeveloping(store, line);
  const watcher = watchFolder(config.actions.folder, () => void development.reload(), stop.signal);
  await sayIfOff(store, print);
  print('Waiting for changes and logins. To stop: Ctrl-C');
  while (!stop.signal.aborted) {
    await development.show();
    await pause(TICK_MILLISECONDS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  watcher.close();
  await development.idle();
  return 0;
};

/** Tells once when the folder has come to rest after a change. */
const watchFolder = (folder: string, changed: () => void, signal: AbortSignal) => {
  let timer: NodeJS.Timeout | undefined;
  return watch(folder, { recursive: true, signal }, (_event, file) => {
    if (file?.includes('node_modules') === true) return;
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MILLISECONDS);
  });
};

export interface Development {
  /** Deploys what has changed, one after another; what cannot be built is said, and left as it was. */
  reload(): Promise<void>;
  /** When nothing is being built. */
  idle(): Promise<void>;
  /** Prints every execution that was not printed yet, the oldest first. */
  show(): Promise<void>;
}

/** Deploys what there is, and takes note of what ran before. */
export const startDeveloping = async (store: Store, line: CommandLine): Promise<Development> => {
  const shown = new Set((await store.actions.executions(AT_ONCE)).map(({ id }) => id));
  let reloading = reload(store, line);
  await reloading;
  return {
    reload: () => {
      reloading = reloading.then(() => reload(store, line));
      return reloading;
    },
    idle: () => reloading,
    show: async () => {
      const latest = await store.actions.executions(AT_ONCE);
      for (const execution of latest.toReversed()) {
        if (shown.has(execution.id)) continue;
        shown.add(execution.id);
        for (const text of inFull(execution)) line.print(text);
      }
    },
  };
};

/** Whatever is wrong with one of them, the next save may mend it. */
const reload = async (store: Store, line: CommandLine): Promise<void> => {
  for (const file of actionFilesIn(line.config.actions.folder)) {
    const said = await deployed(store, file, line).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (said !== undefined && !said.includes('nothing has changed')) line.print(said);
  }
};

/** New ones are bound at once: nobody but its author is here. */
const deployed = async (store: Store, file: ActionFile, line: CommandLine): Promise<string | undefined> => {
  const [draft] = (await draftsOf([file], line)) ?? [];
  if (draft === undefined) return undefined;
  const action = await store.actions.findByName(file.name);
  const bindings = await store.actions.bindings(POST_LOGIN);
  const isBound = bindings.some(({ actionId }) => actionId === action?.id);
  const wasThere = action !== undefined;
  return deployDraft(store, draft, isBound || wasThere ? 'as-bound' : 'live', line);
};
