/** A folder with Actions, an empty store, and what an operator types about them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { deployedActions } from '../actions/deploy/deployed-actions.ts';
import { openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import type { Command, CommandLine, StoreCommand } from '../cli/command.ts';
import type { Config } from '../config/config.ts';
import { resolveConfig } from '../config/config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { createSqliteStore } from '../store/store.ts';
import { START } from './test-server.ts';

type Files = Readonly<Record<string, string>>;

/** The least that an Action can be. */
export const NOTHING = 'export const onExecutePostLogin = async () => {};\n';

/** A folder with Actions, an empty store, and what an operator types. */
export const workshop = async (t: TestContext, files: Files, actions: ConfigInput['actions'] = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-actions-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'actions'));
  const write = (name: string, text: string): void => writeFileSync(join(folder, 'actions', name), text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  const store = createSqliteStore({ path: ':memory:' });
  t.after(() => store.close());
  const configWith = (more: ConfigInput['actions']): Config =>
    resolveConfig({
      dataFolder: join(folder, 'data'),
      actions: { folder: join(folder, 'actions'), ...actions, ...more },
    });
  let config = configWith({});
  const typed = async (act: (line: CommandLine) => Promise<number>) => {
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    const status = await act({ config, log: pino({ level: 'silent' }), print, now: () => START });
    return { status, text: lines.join('\n') };
  };
  const run = (command: StoreCommand, ...words: string[]) => typed((line) => command(store, words, line));
  /** A command that opens the store by itself, if at all. */
  const runAlone = (command: Command, ...words: string[]) => typed((line) => command(words, line));
  const bound = async (from: Config = config): Promise<string> => {
    const encryptionKey = () => openEncryptionKey(from, 'throw');
    const deployed = deployedActions({ store, encryptionKey, steadyMs: () => 0, complain: () => undefined });
    return (await deployed.bound())
      .map(({ pinned, number, mode }) => `${pinned.name} ${number}${mode === 'live' ? '' : ' shadow'}`)
      .join(', ');
  };
  const onRecord = async (): Promise<readonly string[]> =>
    (await store.audit.recent(99)).map(({ type, details }) => `${type} ${JSON.stringify(details)}`).toReversed();
  const settings = (more: ConfigInput['actions']): void => {
    config = configWith(more);
  };
  return { folder, write, store, run, runAlone, bound, onRecord, settings, config: () => config };
};
