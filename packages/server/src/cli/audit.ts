/** The audit log: verified, exported, vouched for. */
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Instant } from '@stile/core';
import { durationInSeconds, secondsBefore } from '@stile/core';
import type { VerifiedCheckpoint } from '../audit/checkpoint.ts';
import { checkpointLine, makeCheckpoint, parseCheckpointLine } from '../audit/checkpoint.ts';
import { exportLines } from '../audit/export.ts';
import { sealWaiting } from '../audit/seal.ts';
import type { Verification } from '../audit/verify.ts';
import { verifyExport, verifyStore } from '../audit/verify-log.ts';
import { openKeyRing } from '../keys/key-ring.ts';
import { openStore } from '../server.ts';
import type { Checkpoint } from '../store/chain-ports.ts';
import type { Store } from '../store/ports.ts';
import type { Command, CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';
import { optionsIn } from './options.ts';

type Print = CommandLine['print'];

const numbers = new Intl.NumberFormat('en');

/** Seals what waits and signs where the chain stands now; the latest checkpoint when nothing has come since. */
const checkpointNow = async (store: Store, { config, now }: CommandLine): Promise<Checkpoint | undefined> => {
  await sealWaiting(store.chain);
  const [head, latest] = await Promise.all([store.chain.head(), store.chain.latestCheckpoint()]);
  if (!head || latest?.seq === head.seq) return latest;
  return makeCheckpoint({ store, config, now, keys: await openKeyRing(store.keys, now) });
};

/** `stile audit checkpoint` */
export const printCheckpoint: StoreCommand = async (store, _words, line) => {
  const checkpoint = await checkpointNow(store, line);
  line.print(checkpoint ? checkpointLine(checkpoint) : 'Nothing is on record yet.');
  return checkpoint ? 0 : 1;
};

/** How long ago, as `--since` says it; false when it cannot be read. */
const sinceOf = (text: string | undefined, now: Instant): Instant | undefined | false => {
  if (text === undefined) return undefined;
  const seconds = durationInSeconds(text);
  return seconds === undefined ? false : secondsBefore(now, seconds);
};

const HOW_SINCE = 'Say how far back to go as 30s, 5m, 12h or 3d.';

/** `stile audit export [--since <age>] [<file>]` */
export const exportAudit: StoreCommand = async (store, words, line) => {
  const { values, rest } = optionsIn(words, ['--since']);
  const since = sinceOf(values.get('--since'), line.now());
  if (since === false) {
    line.print(HOW_SINCE);
    return 2;
  }
  await checkpointNow(store, line);
  const [path] = rest;
  if (path === undefined) {
    for await (const text of exportLines(store.chain, since)) line.print(text);
    return 0;
  }
  // It names people, so that its owner alone may read it, like the database; an earlier export is never written over.
  const file = await open(path, 'wx', 0o600);
  let lines = 0;
  try {
    for await (const text of exportLines(store.chain, since)) {
      await file.write(`${text}\n`);
      lines += 1;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  line.print(
    `${numbers.format(lines)} lines are in ${path}. To verify them, there or elsewhere: stile audit verify --file ${path}`,
  );
  return 0;
};

/** The checkpoints in a file, a line each. */
const checkpointsIn = (path: string | undefined): readonly (VerifiedCheckpoint | undefined)[] =>
  path === undefined
    ? []
    : readFileSync(path, 'utf8')
        .split('\n')
        .filter((text) => text.trim() !== '')
        .map(parseCheckpointLine);

const OPTIONS = ['--file', '--checkpoint', '--since'] as const;

/** `stile audit verify [--file <export>] [--checkpoint <file>] [--since <age>] [--json]` */
export const verifyAudit: Command = async (words, { config, print, now }) => {
  const offline = await verifyOffline(words, print);
  if (offline !== undefined) return offline;
  const { values } = optionsIn(words, OPTIONS);
  const since = sinceOf(values.get('--since'), now());
  if (since === false) {
    print(HOW_SINCE);
    return 2;
  }
  const store = openStore(config);
  try {
    const total = (await store.chain.head())?.seq ?? 0;
    const outside = checkpointsIn(values.get('--checkpoint'));
    const isJson = words.includes('--json');
    const verification = await verifyStore(store, since, {
      outside,
      progress: (entries) => {
        if (!isJson) print(`${numbers.format(entries)} of ${numbers.format(total)} …`);
      },
    });
    const status = tell(verification, isJson, print);
    const [oldest] = await store.chain.waiting(1);
    if (oldest && !isJson)
      print(`The newest records are not sealed yet; the oldest of them is from ${moment(oldest.at)}.`);
    return status;
  } finally {
    await store.close();
  }
};

/** An exported log is verified without a server, its database or its configuration. Nothing when no export is named. */
export const verifyOffline = async (words: readonly string[], print: Print): Promise<number | undefined> => {
  const { values } = optionsIn(words, OPTIONS);
  const path = values.get('--file');
  if (path === undefined) return undefined;
  const isJson = words.includes('--json');
  const verification = await verifyExport(path, {
    outside: checkpointsIn(values.get('--checkpoint')),
    progress: (lines) => {
      if (!isJson) print(`${numbers.format(lines)} lines …`);
    },
  });
  return tell(verification, isJson, print);
};

const tell = (verification: Verification, isJson: boolean, print: Print): number => {
  const { findings } = verification;
  const status = findings.length === 0 ? 0 : 1;
  if (isJson) {
    print(JSON.stringify(verification, null, 2));
    return status;
  }
  for (const text of [...summary(verification), ...verification.late.map(({ says }) => `Look at this: ${says}`)])
    print(text);
  for (const { code, says } of findings) print(`${code}: ${says}`);
  if (verification.more > 0) print(`… and ${numbers.format(verification.more)} more.`);
  print(status === 0 ? 'Nothing is wrong.' : 'The log is not as it was sealed.');
  return status;
};

const summary = ({ from, to, hash, records, agreed, before, kids }: Verification): readonly string[] => [
  from === null || to === null
    ? 'Nothing is on record.'
    : `${numbers.format(records)} records were read: number ${numbers.format(from)} to ${numbers.format(to)}, whose hash is ${hash}.`,
  `${numbers.format(agreed)} signed checkpoints agree${kids.length > 0 ? `, by the keys ${kids.join(', ')}` : ''}.`,
  ...(before > 0
    ? [`${numbers.format(before)} checkpoints are of records from before, which are not looked at here.`]
    : []),
];
