/** Processes that share a data folder must have the same configuration, or one allows what the other refuses. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseJsonObject } from '@stile/core';
import type { Config } from '../config/config.ts';
import { sha256 } from '../digest.ts';
import type { Finding } from './finding.ts';
import { fine, warning } from './finding.ts';

/** How often a process says that it is still there, and for how long it is believed. */
export const BEAT_MILLISECONDS = 60_000;
const BELIEVED_MILLISECONDS = 3 * BEAT_MILLISECONDS;

const folderOf = ({ dataFolder }: Pick<Config, 'dataFolder'>): string => join(resolve(dataFolder), 'processes');

/**
 * A digest of all in a configuration that decides anything. What may differ from process to process is left out: addresses, the
 * folder by its name, and the people of the first start.
 */
export const configurationDigest = (config: Config): string => {
  const { listen: _, dataFolder: _folder, metrics: _metrics, users: _users, demoHint: _hint, ...decides } = config;
  return sha256(JSON.stringify(decides, (_key, value: unknown) => (value instanceof Map ? [...value] : value)));
};

/** A process that has said that it is there. */
export interface Announcement {
  beat(): void;
  withdraw(): void;
}

/** Says, in the data folder, that a server runs with this configuration. */
export const announce = (config: Config): Announcement => {
  const folder = folderOf(config);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${randomUUID()}.json`);
  const text = JSON.stringify({ pid: process.pid, configuration: configurationDigest(config) });
  writeFileSync(file, text, { mode: 0o600 });
  return {
    beat: () => {
      const now = new Date();
      utimesSync(file, now, now);
    },
    withdraw: () => rmSync(file, { force: true }),
  };
};

/** What the running servers of this folder said, those that are still believed; what is long past is removed. */
const running = (
  config: Config,
  nowMs: number,
): readonly { readonly pid: unknown; readonly configuration: unknown }[] =>
  filesIn(folderOf(config)).flatMap((file) => {
    try {
      if (nowMs - statSync(file).mtimeMs > BELIEVED_MILLISECONDS) {
        rmSync(file, { force: true });
        return [];
      }
      const { pid, configuration } = parseJsonObject(readFileSync(file, 'utf8')) ?? {};
      return [{ pid, configuration }];
    } catch {
      // It ended at this moment.
      return [];
    }
  });

const filesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};

/** Whether every server that runs on this folder has this configuration. */
export const checkProcesses = (config: Config, nowMs: number): Finding => {
  const found = running(config, nowMs);
  const others = found.filter(({ configuration }) => configuration !== configurationDigest(config));
  return others.length === 0
    ? fine(
        'processes',
        found.length === 0 ? 'No server runs on this folder' : `${found.length} running, with this configuration`,
      )
    : warning('processes', {
        what: `${others.length === 1 ? 'A server that runs' : `${others.length} servers that run`} on this folder (process ${others.map(({ pid }) => String(pid)).join(', ')}) started with another configuration.`,
        why: 'A scope may demand a second proof of one process and not of the other; which one answers is chance.',
        todo: 'Restart them, so that all read the same configuration. One that was killed is believed for three minutes.',
      });
};
