/** The sandbox as it is in production, for tests. */
import type { ActionRuntime } from '../call.ts';
import { insideScript } from '../inside/script.ts';
import { createActionRuntime } from '../runtime/runtime.ts';

export const openSandbox = (): ActionRuntime =>
  createActionRuntime({
    limits: {
      cpuMs: 500,
      wallMs: 5000,
      memoryBytes: 64 * 1024 * 1024,
      resultBytes: 512 * 1024,
      consoleLines: 100,
      consoleBytes: 64 * 1024,
    },
    egress: 'ask',
    workers: 1,
    queue: 50,
    insideSource: insideScript,
  });
