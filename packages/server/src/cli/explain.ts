import { scopePolicy } from '@stile/core';
import type { Explanation } from '../decision/explain.ts';
import { explainDecision } from '../decision/explain.ts';
import type { ChainLink } from '../store/chain-ports.ts';
import type { AuditRecord } from '../store/records.ts';
import type { CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';

const SHOWN = 20;

const about = ({ clientId, userId }: AuditRecord): string =>
  [clientId === null ? '' : `at ${clientId}`, userId === null ? '' : `by ${userId}`]
    .filter((part) => part !== '')
    .join(' ');

/** `stile decisions` */
export const recentDecisions: StoreCommand = async (store, _words, { print }) => {
  for (const record of await store.audit.recent(SHOWN)) {
    print(`${moment(record.at)}  ${record.id}  ${record.type}  ${about(record)}  ${explainDecision(record).sentence}`);
  }
  return 0;
};

/** `stile explain <decision> [--json]` */
export const explain: StoreCommand = async (store, words, { config, print }) => {
  const id = words.find((word) => word !== '--json');
  const record = id === undefined ? undefined : await store.audit.find(id);
  if (!record) {
    print('There is no such decision. List the latest ones: stile decisions');
    return 1;
  }
  const describe = (audience: string, scope: string) => scopePolicy(config.apis.get(audience), scope)?.description?.en;
  const explanation = explainDecision(record, describe);
  const link = await store.chain.find(record.id);
  if (words.includes('--json')) print(JSON.stringify({ record, explanation, chain: link ?? null }, null, 2));
  else tell(record, explanation, link, print);
  return 0;
};

const tell = (
  record: AuditRecord,
  explanation: Explanation,
  link: ChainLink | undefined,
  print: CommandLine['print'],
): void => {
  const { sentence, person, requirements, dropped, shadow, actions, reason } = explanation;
  print(sentence);
  if (person !== null) print(`The person read: “${person}”`);
  print('');
  print(`${moment(record.at)}  ${record.type}  ${about(record)}`.trim());
  if (reason !== null) print(`reason: ${reason}`);
  for (const { met, says, reason: why } of requirements) print(`  ${met ? '✓' : '✗'} ${says} (${why})`);
  for (const { says, reason: why } of dropped) print(`  – ${says} (${why}); it was a wish, and was dropped`);
  for (const { met, says, reason: why } of shadow) print(`  ${met ? '✓' : '✗'} only tried: ${says} (${why})`);
  for (const { says } of actions) print(`  · ${says}`);
  const { policy } = record.details;
  if (typeof policy === 'string') print(`policy ${policy}`);
  print(link ? `sealed as number ${link.seq}: ${link.hash}` : 'not sealed yet');
  print('All that is on record: stile explain --json');
};
