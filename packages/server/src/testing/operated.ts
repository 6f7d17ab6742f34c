/** A server together with what its operator types, on one store and by one clock. */
import type { TestContext } from 'node:test';
import type { StoreCommand } from '../cli/command.ts';
import type { StoreChange } from './test-server.ts';
import { testServer } from './test-server.ts';

export const operated = async (t: TestContext, wrap?: StoreChange) => {
  const server = await testServer(t, undefined, wrap);
  const run = async (command: StoreCommand, ...words: string[]) => {
    const lines: string[] = [];
    const { config, log, now } = server.deps;
    const status = await command(server.store, words, { config, log, now, print: (line) => void lines.push(line) });
    return { status, text: lines.join('\n') };
  };
  return { server, run };
};
