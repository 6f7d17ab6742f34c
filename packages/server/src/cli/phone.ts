/**
 * `stile phone`: plays the phone that approves, for trying out and for tests. It speaks to the server over HTTP as any device does, and
 * keeps its keys in a file of its own in the data folder.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isJsonObject, parseJsonObject } from '@stile/core';
import type { Decision } from '../push/answer.ts';
import { DeviceSide } from '../push/device-side.ts';
import type { Command, CommandLine } from './command.ts';

/** One account that this phone approves for. */
interface Account {
  readonly issuer: string;
  readonly username: string;
  readonly privateKey: string;
}

const fileOf = ({ config }: Pick<CommandLine, 'config'>): string => join(config.dataFolder, 'phone.json');

const asAccount = (value: unknown): Account[] => {
  if (!isJsonObject(value)) return [];
  const { issuer, username, privateKey } = value;
  return typeof issuer === 'string' && typeof username === 'string' && typeof privateKey === 'string'
    ? [{ issuer, username, privateKey }]
    : [];
};

const accountsIn = (line: CommandLine): readonly Account[] => {
  const file = fileOf(line);
  const kept = existsSync(file) ? parseJsonObject(readFileSync(file, 'utf8'))?.accounts : undefined;
  return Array.isArray(kept) ? kept.flatMap(asAccount) : [];
};

/** Only its owner may read the keys. */
const keep = (accounts: readonly Account[], line: CommandLine): void => {
  const file = fileOf(line);
  mkdirSync(line.config.dataFolder, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify({ accounts }, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
};

type Answer = Readonly<Record<string, unknown>> & { readonly status: number };

const post = async (issuer: string, path: string, message: string): Promise<Answer> => {
  const response = await fetch(new URL(path, issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
    redirect: 'error',
  });
  return { ...parseJsonObject(await response.text()), status: response.status };
};

/** A question, and whose. */
interface Question {
  readonly account: Account;
  readonly ceremony: string;
  readonly answerBy: number;
  readonly says: string;
}

const asQuestion = (account: Account, value: unknown): Question[] => {
  if (!isJsonObject(value)) return [];
  const { ceremony, answer_by: answerBy, application, what, browser, place } = value;
  if (typeof ceremony !== 'string' || typeof answerBy !== 'number') return [];
  const says = [application, what, browser, place]
    .filter((text) => typeof text === 'string' && text !== '')
    .join(' · ');
  return [{ account, ceremony, answerBy, says: `${account.username}: ${says}` }];
};

/** What an account is asked. The server says what time it is when the clocks differ. */
const ask = async (account: Account, now: number, again = true): Promise<readonly Question[]> => {
  const device = DeviceSide.open(account.privateKey, account.issuer);
  const answer = await post(account.issuer, 'push/poll', device.poll(now));
  if (answer.error === 'clock' && typeof answer.server_time === 'number' && again) {
    return ask(account, answer.server_time, false);
  }
  return Array.isArray(answer.questions) ? answer.questions.flatMap((one) => asQuestion(account, one)) : [];
};

const questions = async (line: CommandLine): Promise<readonly Question[]> =>
  (await Promise.all(accountsIn(line).map((account) => ask(account, line.now())))).flat();

const ADDRESS = /^(https?:\/\/[^/?#\s]+\/)approve#enrol=([\w.-]+)$/;

/** `stile phone enrol <address> [<name>]`: the address that the page shows on which a device is connected. */
export const enrolPhone: Command = async ([address = '', name = 'Command line'], line) => {
  const [, issuer, code] = ADDRESS.exec(address) ?? [];
  if (issuer === undefined || code === undefined) {
    line.print('Give the address that the page shows: https://login.example.com/approve#enrol=…');
    return 2;
  }
  const device = DeviceSide.make(issuer);
  const answer = await post(issuer, 'push/enrol', device.registration(code, name));
  if (answer.status !== 200 || typeof answer.account !== 'string') {
    line.print('That address does not work, or no longer. Begin again on the page.');
    return 1;
  }
  keep([...accountsIn(line), { issuer, username: answer.account, privateKey: device.pem }], line);
  line.print(`Ready to approve for ${answer.account}. Press the button on the page.`);
  return 0;
};

const WATCH_MILLISECONDS = 5_000;

/** `stile phone watch [--once]`: prints what is asked, as it comes. */
export const watchPhone: Command = async (words, line) => {
  const seen = new Set<string>();
  for (;;) {
    for (const { ceremony, says } of await questions(line)) {
      if (!seen.has(ceremony)) line.print(`${says}\n  stile phone approve <number>, or stile phone deny`);
      seen.add(ceremony);
    }
    if (words.includes('--once')) return seen.size > 0 ? 0 : 1;
    await pause(WATCH_MILLISECONDS);
  }
};

const SAYS: Readonly<Record<string, string>> = {
  approve: 'Approved.',
  deny: 'Denied.',
  report: 'Denied and reported.',
  mismatch: 'That is not the number that the page shows, so it was denied.',
};

/** Answers the question that is open. */
const decide = async (line: CommandLine, decision: Decision, number?: string): Promise<number> => {
  const [question] = await questions(line);
  if (!question) {
    line.print('Nothing is asked now.');
    return 1;
  }
  const { account, ceremony, answerBy } = question;
  const device = DeviceSide.open(account.privateKey, account.issuer);
  const answer = await post(account.issuer, 'push/answer', device.answer({ ceremony, answerBy }, decision, number));
  line.print(SAYS[String(answer.decision)] ?? 'The question is over.');
  return answer.decision === decision ? 0 : 1;
};

/** `stile phone approve <number>` */
export const approveOnPhone: Command = async ([number = ''], line) => {
  if (/^\d\d$/.test(number)) return decide(line, 'approve', number);
  line.print('Give the two digits that the page shows: stile phone approve 42');
  return 2;
};

/** `stile phone deny [--report]` */
export const denyOnPhone: Command = async (words, line) => decide(line, words.includes('--report') ? 'report' : 'deny');
