import type { PolicyRecord } from '../../decision-ports.ts';
import { seconds, table, text } from './table.ts';

export const policies = table<PolicyRecord>()({
  digest: text('digest'),
  text: text('text'),
  firstAt: seconds('first_at'),
  lastAt: seconds('last_at'),
});
