import { randomBytes } from 'node:crypto';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';

/** The clock of the system, in whole seconds: the one place where milliseconds become seconds. */
export const systemNow = (): Instant => instant(Math.floor(Date.now() / 1000));

/** The system's source of unguessable bytes. */
export const systemRandom = (length: number): Uint8Array => randomBytes(length);
