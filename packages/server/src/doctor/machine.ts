/** The machine and the program that runs Stile. */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { Finding } from './finding.ts';
import { error, fine, warning } from './finding.ts';

const LEAST_NODE = 24;
const LEAST_FILES = 4096;
const MEBIBYTE = 1024 * 1024;
/** What Stile takes by itself, and what one password that is being hashed takes. */
const OWN_MEMORY = 160 * MEBIBYTE;
const HASH_MEMORY = 19 * MEBIBYTE;

/** What is asked of the machine; replaced in tests. */
export interface Machine {
  readonly nodeVersion: string;
  /** How many files and connections the process may have open; nothing where that cannot be known. */
  readonly openFiles: number | undefined;
  /** Bytes that the process may use. */
  readonly memory: number;
  readonly cores: number;
}

export const thisMachine = (): Machine => ({
  nodeVersion: process.versions.node,
  openFiles: openFilesLimit(),
  memory: availableMemory(),
  cores: availableParallelism(),
});

/** The limit of the system for this process; Node has raised it as far as it may before this is read. */
const openFilesLimit = (): number | undefined => {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
};

/** The memory of the machine, or of the container if that is less. */
const availableMemory = (): number => {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
};

export const checkNode = ({ nodeVersion }: Machine): Finding =>
  Number.parseInt(nodeVersion, 10) >= LEAST_NODE
    ? fine('node', `Node ${nodeVersion}`)
    : error('node', {
        what: `This is Node ${nodeVersion}.`,
        why: `Stile is written for Node ${LEAST_NODE} and newer, and is tested there alone.`,
        todo: `Install Node ${LEAST_NODE}, or start Stile by npm, which brings the right one along.`,
      });

export const checkOpenFiles = ({ openFiles }: Machine): Finding =>
  openFiles === undefined || openFiles >= LEAST_FILES
    ? fine('open-files', openFiles === undefined ? 'The limit of open files is not known' : `${openFiles} open files`)
    : warning('open-files', {
        what: `The process may have ${openFiles} files and connections open.`,
        why: 'Every browser holds a connection; beyond the limit new ones are refused, and so may be the database.',
        todo: `Raise it to ${LEAST_FILES} or more: LimitNOFILE= in the systemd unit, ulimits in a container.`,
      });

export const checkMemory = ({ memory, cores }: Machine): Finding => {
  const needed = OWN_MEMORY + cores * HASH_MEMORY;
  const inMebibytes = (bytes: number): string => `${Math.round(bytes / MEBIBYTE)} MiB`;
  return memory >= needed
    ? fine('memory', `${inMebibytes(memory)} of memory`)
    : warning('memory', {
        what: `There are ${inMebibytes(memory)} of memory.`,
        why: `Hashing a password on each of ${cores} cores takes up to ${inMebibytes(needed)} with the rest; without them the system ends the process.`,
        todo: 'Give it more memory, or fewer cores.',
      });
};
