/** The machine that a run was made on, and the versions of what ran. */
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { isJsonObject } from '@stile/core';
import { newFolder, removeFolder } from './contenders/program.ts';
import type { Machine } from './results.ts';
import { median } from './results.ts';

const SYNCS = 200;

/** How long the disk takes to make a small write durable, in microseconds: the median of some. */
const syncMicroseconds = (): number => {
  const folder = newFolder();
  const file = openSync(join(folder, 'sync'), 'w');
  const took: number[] = [];
  for (let number = 0; number < SYNCS; number += 1) {
    const began = performance.now();
    writeSync(file, Buffer.alloc(4096, number));
    fdatasyncSync(file);
    took.push((performance.now() - began) * 1000);
  }
  closeSync(file);
  removeFolder(folder);
  return median(took);
};

export const describeMachine = (pinned: boolean): Machine => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release()}`,
  syncMicroseconds: Math.round(syncMicroseconds()),
  loadBefore: loadavg()[0] ?? 0,
  pinned,
});

const versionIn = (folder: string): string => {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, folder, 'package.json'), 'utf8'));
  return isJsonObject(manifest) ? String(manifest.version) : 'unknown';
};

const commit = (): string => {
  const git = (...args: string[]): string =>
    spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout.trim();
  const changed = git('status', '--porcelain', '--', '../packages', '.') !== '';
  return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? ' and changes' : ''}`;
};

export const versions = (): Readonly<Record<string, string>> => ({
  Node: process.versions.node,
  Stile: `${versionIn('../packages/server')} (${commit()})`,
  'better-sqlite3': versionIn('../node_modules/better-sqlite3'),
  'oidc-provider': versionIn('rivals/node_modules/oidc-provider'),
  'better-auth': versionIn('rivals/node_modules/better-auth'),
  '@better-auth/oauth-provider': versionIn('rivals/node_modules/@better-auth/oauth-provider'),
});
