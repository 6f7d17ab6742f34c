import type { Instant } from '@stile/core';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { run } from '../operation.ts';

/** Of a person's remembered devices, those that are not forgotten yet. */
export const forgetting = (userId: string, now: Instant) =>
  build
    .updateTable('remembered_device')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null);

/** Forgets all of them, together with what ends otherwise. */
export const forgetDevicesOf = (userId: string, now: Instant): Operation<number> => run(forgetting(userId, now));
