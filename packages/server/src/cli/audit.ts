/** The audit log: verified, exported, vouched for. */
import { open, readFile } from 'node:fs/promises';
import type { Instant } from '@stile/core';
import { durationInSeconds, secondsBefore } from '@stile/core';
import type { VerifiedCheckpoint } from '../audit/checkpoint.ts';
import { checkpointLine, makeCheckpoint, parseCheckpointLine } from '../audit/checkpoint.ts';
import { exportLines } from '../audit/export.ts';
import { sealWaiting } from '../audit/seal.ts';
import type { Verification } from '../audit/verify.ts';
import { verifyExport, verifyStore } from '../audit/verify-log.ts';
import { openKeyRing } from '../keys/key-ring.ts';
import type { Checkpoint } from '../store/chain-ports.ts';
import type { Store } from '../store/ports.ts';
import { printable } from './actions-words.ts';
import type { CommandLine, StoreCommand } from './command.ts';
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
  const lines = await writeLines(path, exportLines(store.chain, since));
  if (lines === undefined) {
    line.print(`${path} is there already, and is left as it is. Name another file.`);
    return 1;
  }
  line.print(`${numbers.format(lines)} lines are in ${path}.`);
  line.print(`To verify them, here or elsewhere: stile audit verify --file ${path}`);
  return 0;
};

const PAGE_CHARACTERS = 65_536;

/** Says how many; nothing when the file is there. It names people, so that its owner alone may read it, like the database. */
const writeLines = async (path: string, lines: AsyncIterable<string>): Promise<number | undefined> => {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (!file) return undefined;
  let written = 0;
  try {
    let page = '';
    for await (const text of lines) {
      page += `${text}\n`;
      written += 1;
      if (page.length < PAGE_CHARACTERS) continue;
      await file.appendFile(page);
      page = '';
    }
    await file.appendFile(page);
    await file.sync();
  } finally {
    await file.close();
  }
  return written;
};

/** What is in a file; nothing, and it is said why, when it cannot be read. */
const read = async <T>(path: string, work: () => Promise<T>, print: Print): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    print(`${path} cannot be read: ${String(error.code)}.`);
    return undefined;
  }
};

/** The checkpoints in a file, a line each; an empty list when none is named. */
const checkpointsIn = async (
  path: string | undefined,
  print: Print,
): Promise<readonly (VerifiedCheckpoint | undefined)[] | undefined> => {
  if (path === undefined) return [];
  const text = await read(path, () => readFile(path, 'utf8'), print);
  return text
    ?.split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseCheckpointLine);
};

const OPTIONS = ['--file', '--checkpoint', '--since'] as const;

/** `stile audit verify [--checkpoint <file>] [--since <age>] [--json]` */
export const verifyAudit: StoreCommand = async (store, words, { print, now }) => {
  const { values } = optionsIn(words, OPTIONS);
  const since = sinceOf(values.get('--since'), now());
  if (since === false) {
    print(HOW_SINCE);
    return 2;
  }
  const outside = await checkpointsIn(values.get('--checkpoint'), print);
  if (!outside) return 2;
  const total = (await store.chain.head())?.seq ?? 0;
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
};

/** An exported log is verified without a server, its database or its configuration. Nothing when no export is named. */
export const verifyOffline = async (words: readonly string[], print: Print): Promise<number | undefined> => {
  const { values } = optionsIn(words, OPTIONS);
  const path = values.get('--file');
  if (path === undefined) return undefined;
  const outside = await checkpointsIn(values.get('--checkpoint'), print);
  if (!outside) return 2;
  const isJson = words.includes('--json');
  const progress = (lines: number): void => {
    if (!isJson) print(`${numbers.format(lines)} lines …`);
  };
  const verification = await read(path, () => verifyExport(path, { outside, progress }), print);
  return verification ? tell(verification, isJson, print) : 2;
};

const tell = (verification: Verification, isJson: boolean, print: Print): number => {
  const { findings } = verification;
  const status = findings.length === 0 ? 0 : 1;
  if (isJson) {
    print(JSON.stringify(verification, null, 2));
    return status;
  }
  // Names and hashes of an export are what somebody else wrote: they neither end a line nor steer the terminal.
  const printLine = (text: string): void => print(printable(text.replaceAll('\n', '\ufffd')));
  for (const text of [...summary(verification), ...verification.late.map(({ says }) => `Look at this: ${says}`)])
    printLine(text);
  for (const { code, says } of findings) printLine(`${code}: ${says}`);
  if (verification.more > 0) print(`… and ${numbers.format(verification.more)} more.`);
  if (verification.agreed === 0)
    print('No signed checkpoint vouches for it: whoever could write all of it could have made all of it.');
  print(status === 0 ? 'Nothing is wrong.' : 'The log is not as it was sealed.');
  return status;
};

const counted = (many: number, one: string, several: string): string =>
  `${numbers.format(many)} ${many === 1 ? one : several}`;

const summary = ({ from, to, hash, records, agreed, before, kids }: Verification): readonly string[] => [
  from === null || to === null
    ? 'Nothing is on record.'
    : `${counted(records, 'record was', 'records were')} read: number ${numbers.format(from)} to ${numbers.format(to)}, whose hash is ${hash}.`,
  `${counted(agreed, 'signed checkpoint agrees', 'signed checkpoints agree')}${kids.length > 0 ? `, by the keys ${kids.join(', ')}` : ''}.`,
  ...(before > 0
    ? [`${counted(before, 'checkpoint is', 'checkpoints are')} of records from before, which are not looked at here.`]
    : []),
];
