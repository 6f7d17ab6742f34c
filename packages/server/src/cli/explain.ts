import type { Store } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';
import type { CommandLine } from './commands.ts';

const SHOWN = 20;

const when = ({ at }: AuditRecord): string => new Date(at * 1000).toISOString();

/** `stile decisions` */
export const recentDecisions = async (store: Store, { print }: CommandLine): Promise<number> => {
  for (const record of await store.audit.recent(SHOWN)) {
    print(`${when(record)}  ${record.id}  ${record.type}  ${record.clientId ?? ''}  ${record.userId ?? ''}`);
  }
  return 0;
};

/** `stile explain <decision>`: the record with its whole trace. */
export const explain = async (store: Store, id: string | undefined, { print }: CommandLine): Promise<number> => {
  const record = id === undefined ? undefined : await store.audit.find(id);
  if (!record) {
    print('There is no such decision. List the latest ones: stile decisions');
    return 1;
  }
  print(`${record.type} at ${when(record)}`);
  print(JSON.stringify(record, null, 2));
  return 0;
};
