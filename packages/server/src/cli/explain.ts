import type { AuditRecord } from '../store/records.ts';
import type { StoreCommand } from './command.ts';

const SHOWN = 20;

const when = ({ at }: AuditRecord): string => new Date(at * 1000).toISOString();

/** `stile decisions` */
export const recentDecisions: StoreCommand = async (store, _words, { print }) => {
  for (const record of await store.audit.recent(SHOWN)) {
    print(`${when(record)}  ${record.id}  ${record.type}  ${record.clientId ?? ''}  ${record.userId ?? ''}`);
  }
  return 0;
};

/** `stile explain <decision>`: the record with its whole trace. */
export const explain: StoreCommand = async (store, [id], { print }) => {
  const record = id === undefined ? undefined : await store.audit.find(id);
  if (!record) {
    print('There is no such decision. List the latest ones: stile decisions');
    return 1;
  }
  print(`${record.type} at ${when(record)}`);
  print(JSON.stringify(record, null, 2));
  return 0;
};
