/** The time that this thread computes for one call; what it waits, or other programs take, does not count. */
import type { ActionLimits } from '../call.ts';

export interface CpuMeter {
  /** A stretch of computing begins. */
  start(): void;
  stop(): void;
  usedMs(): number;
  isExceeded(): boolean;
}

const threadMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

export const createCpuMeter = ({ cpuMs }: Pick<ActionLimits, 'cpuMs'>): CpuMeter => {
  let before = 0;
  let began: number | undefined;
  const usedMs = (): number => before + (began === undefined ? 0 : threadMs() - began);
  return {
    start: () => {
      began = threadMs();
    },
    stop: () => {
      before = usedMs();
      began = undefined;
    },
    usedMs,
    isExceeded: () => usedMs() > cpuMs,
  };
};
