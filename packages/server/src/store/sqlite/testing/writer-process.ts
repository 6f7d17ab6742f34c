import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Interface } from 'node:readline';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

interface WriterProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** What it tells. The first line is `open`. */
  readonly lines: Interface;
}

/** Starts a process that writes to a file of its own accord. */
export const startWriter = (task: 'race' | 'endless', path: string, name: string): WriterProcess => {
  const script = fileURLToPath(import.meta.resolve('./writer.ts'));
  const writer = spawn(process.execPath, [script, task, path, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  return { child: writer, lines: createInterface({ input: writer.stdout }) };
};
