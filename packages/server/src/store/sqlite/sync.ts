import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Brings a file to the disk. */
export const sync = (path: string): void => {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** Not every system lets a folder be opened or synced, and a folder may be one that is only written to: only a disk that fails counts. */
export const syncFolder = (folder: string): void => {
  try {
    sync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EIO' || code === 'ENOSPC') throw error;
  }
};
