/** A running server together with its operator's command line, on one data folder and by one clock. */
import { instant } from '@stile/core';
import type { Config, ConfigInput, Deps } from '@stile/server';
import { createLog, resolveConfig, runCommand } from '@stile/server';
import type { AuthorizationServer } from '../authorization-server.ts';
import { startAuthorizationServer } from '../authorization-server.ts';

interface OperatedServer {
  readonly server: AuthorizationServer;
  readonly config: Config;
  /** Runs a command as the operator would; gives back its exit code and what it printed. */
  readonly stile: (...words: string[]) => Promise<{ readonly status: number; readonly text: string }>;
  /** What a running server does every few seconds: looks whether keys and secrets have changed. */
  readonly noticeKeys: () => Promise<void>;
}

export const startOperatedServer = async (people: readonly string[]): Promise<OperatedServer> => {
  let input: ConfigInput | undefined;
  let deps: Deps | undefined;
  const server = await startAuthorizationServer({
    people,
    change: (config) => {
      input = config;
      return config;
    },
    replace: (given) => {
      deps = given;
      return given;
    },
  });
  const config = resolveConfig(input);
  return {
    server,
    config,
    stile: async (...words) => {
      const lines: string[] = [];
      const status = await runCommand(words, {
        config,
        log: createLog('silent'),
        now: () => instant(server.now()),
        print: (line) => void lines.push(line),
      });
      return { status, text: lines.join('\n') };
    },
    noticeKeys: async () => {
      await deps?.keys.reload();
      await deps?.secrets.reload();
    },
  };
};
