/** Processes that share a data folder must have the same configuration, or one allows what the other refuses. */
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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
  /** Says it again: anew, where another process thought that this one had ended, as after a sleep or when the clock was put right. */
  beat(): void;
  withdraw(): void;
}

/** Says, in the data folder, that a server runs with this configuration, and clears away what was said by those that crashed. */
export const announce = (config: Config): Announcement => {
  const folder = folderOf(config);
  const file = join(folder, `${randomUUID()}.json`);
  const text = JSON.stringify({ pid: process.pid, configuration: configurationDigest(config) });
  const say = (): void => {
    // A data folder that was moved away is not made again: it would be in the way of what is put there.
    mkdirSync(folder, { recursive: existsSync(dirname(folder)), mode: 0o700 });
    // Under another name first, for somebody may read it at this moment.
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    const now = new Date();
    utimesSync(`${file}.new`, now, now);
    renameSync(`${file}.new`, file);
  };
  clearAway(folder, Date.now());
  say();
  return { beat: say, withdraw: () => rmSync(file, { force: true }) };
};

/**
 * Goes on saying that a server runs here, from the first moment that it can be said: the disk may have been full at the start.
 *
 * @param complain is told why it could not be said
 */
export const keepAnnouncing = (config: Config, complain: (error: unknown) => void): Announcement => {
  let made: Announcement | undefined;
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      complain(error);
    }
  };
  const beat = (): void =>
    attempt(() => {
      if (made) made.beat();
      else made = announce(config);
    });
  beat();
  return { beat, withdraw: () => attempt(() => made?.withdraw()) };
};

/** What is dated ahead was dated by a clock that has been put right since, and is as little to be believed as what is old. */
const ageOf = (file: string, nowMs: number): number => Math.abs(nowMs - statSync(file).mtimeMs);

const clearAway = (folder: string, nowMs: number): void => {
  const ours = namesIn(folder).filter((name) => /^[\da-f-]{36}\.json(?:\.new)?$/.test(name));
  for (const file of ours.map((name) => join(folder, name))) {
    try {
      if (ageOf(file, nowMs) > BELIEVED_MILLISECONDS) rmSync(file, { force: true });
    } catch {
      // It ended at this moment, or another start clears away too.
    }
  }
};

/** What the running servers of this folder said, those that are still believed. */
const running = (
  config: Config,
  nowMs: number,
): readonly { readonly pid: unknown; readonly configuration: unknown }[] =>
  announcementsIn(folderOf(config)).flatMap((file) => {
    try {
      if (ageOf(file, nowMs) > BELIEVED_MILLISECONDS) return [];
      const { pid, configuration } = parseJsonObject(readFileSync(file, 'utf8')) ?? {};
      return [{ pid, configuration }];
    } catch {
      // It ended at this moment.
      return [];
    }
  });

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const announcementsIn = (folder: string): readonly string[] =>
  namesIn(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));

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
