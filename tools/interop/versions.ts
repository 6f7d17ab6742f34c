/** Which version of a client was tried. */
import { execFileSync } from 'node:child_process';
import type { Client } from '../../conformance/interop/clients.ts';

/** The version of an npm package by `package-lock.json`. @throws Error when it is not there */
export const lockedVersion = (name: string, lock: string): string => {
  const parsed: unknown = JSON.parse(lock);
  const packages = property(parsed, 'packages');
  const version = property(property(packages, `node_modules/${name}`), 'version');
  if (typeof version !== 'string') throw new Error(`package-lock.json has no ${name}`);
  return version;
};

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

const installedVersion = (name: string): string => {
  const status = execFileSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  const [, version] = /^Version: (.+)$/m.exec(status) ?? [];
  if (version === undefined) throw new Error(`The package ${name} says no version`);
  return version;
};

/** @param lock the text of `package-lock.json` */
export const versionOf = ({ from }: Client, lock: string): string =>
  'npm' in from ? lockedVersion(from.npm, lock) : installedVersion(from.debian);
