import type { Instant } from '@stile/core';
import type { Logger } from 'pino';
import type { Config, Environment } from '../config/config.ts';
import type { Store } from '../store/ports.ts';

/** What a command is given besides its words. */
export interface CommandLine {
  readonly config: Config;
  readonly log: Logger;
  readonly print: (line: string) => void;
  readonly now: () => Instant;
  /** What a configuration file that a command is given may read; nothing unless it is there. */
  readonly environment?: Environment;
}

/** A command: the words after its name in, the exit code out. 0: done. 1: not done, and said why. 2: not understood. */
export type Command = (words: readonly string[], line: CommandLine) => Promise<number>;

/** A command that works on the store. */
export type StoreCommand = (store: Store, words: readonly string[], line: CommandLine) => Promise<number>;
