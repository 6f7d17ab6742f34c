/** Providers of text messages and calls on this machine, which check who sends as the real ones do: one like Twilio, and a program behind a signed webhook. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { isJsonObject, parseJsonObject } from '@stile/core';
import { portOf } from '../authorization-server.ts';

export const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`;
export const AUTH_TOKEN = 'the token of the account';
export const FROM = '+4930555000';
export const WEBHOOK_SECRET = 'a secret of the webhook, with more than 32 characters';

/** What reached a phone. */
interface Delivered {
  readonly channel: 'sms' | 'voice';
  readonly to: string;
  readonly said: string;
}

interface PhoneProvider {
  readonly address: string;
  /** What it took and brought to a phone. */
  readonly delivered: readonly Delivered[];
  /** Every request, by the status that answered it. */
  readonly statuses: readonly number[];
  /** Answers with this status from now on, and delivers nothing; with none it does its work again. */
  fails(status: number | undefined): void;
  /** The code of the latest message to a number, once there are so many. */
  codeFor(number: string, count: number): Promise<string>;
  /** When so many requests were answered. */
  answered(count: number): Promise<void>;
  close(): Promise<void>;
}

/** What it makes of a request: what goes to a phone, or the status of a refusal. */
type Take = (request: IncomingMessage, body: string) => Delivered | number;

const MOST_LOOKS = 800;

const awaited = async <T>(what: string, look: () => T | undefined): Promise<T> => {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${what} did not come.`);
};

/** Six digits as they are written, or one by one as they are said. */
const codeIn = ({ said }: Delivered): string | undefined =>
  /(?<!\d)\d(?:(?:, )?\d){5}(?!\d)/.exec(said)?.[0].replaceAll(', ', '');

const start = async (take: Take): Promise<PhoneProvider> => {
  const delivered: Delivered[] = [];
  const statuses: number[] = [];
  let failure: number | undefined;
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const taken = failure ?? take(request, await text(request));
      const status = typeof taken === 'number' ? taken : 201;
      if (typeof taken !== 'number') delivered.push(taken);
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      statuses.push(status);
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, 'localhost', resolve);
  });
  return {
    address: `http://localhost:${portOf(server)}`,
    delivered,
    statuses,
    fails: (status) => {
      failure = status;
    },
    codeFor: (number, count) =>
      awaited(`The message to ${number}`, () => {
        const theirs = delivered.filter(({ to }) => to === number);
        const latest = theirs.length < count ? undefined : theirs.at(-1);
        return latest && codeIn(latest);
      }),
    answered: async (count) => {
      await awaited('The request', () => (statuses.length < count ? undefined : true));
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const E164 = /^\+[1-9]\d{6,14}$/;

/** What Twilio asks for: its account's name and token, and the fields of a message or a call (API of 2010-04-01). */
export const startTwilio = (): Promise<PhoneProvider> =>
  start(({ method, url, headers }, body) => {
    const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;
    if (headers.authorization !== authorization) return 401;
    const [, resource] =
      new RegExp(`^/2010-04-01/Accounts/${ACCOUNT_SID}/(Messages|Calls)\\.json$`).exec(url ?? '') ?? [];
    if (method !== 'POST' || resource === undefined) return 404;
    const form = new URLSearchParams(body);
    const [to, from] = [form.get('To') ?? '', form.get('From')];
    const said = resource === 'Messages' ? form.get('Body') : form.get('Twiml');
    if (!E164.test(to) || from !== FROM || !said) return 400;
    return { channel: resource === 'Messages' ? 'sms' : 'voice', to, said };
  });

const OLDEST_SECONDS = 300;

/** Checks a message as the guide says: by the moment, a dot and the body, in constant time, and not when it is old. */
const isSigned = (header: unknown, body: string): boolean => {
  const [, moment = '', signature = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(String(header)) ?? [];
  const wanted = createHmac('sha256', WEBHOOK_SECRET).update(`${moment}.${body}`).digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  return Math.abs(Date.now() / 1000 - Number(moment)) <= OLDEST_SECONDS;
};

export const startWebhook = (): Promise<PhoneProvider> =>
  start(({ method, headers }, body) => {
    if (method !== 'POST' || !isSigned(headers['stile-signature'], body)) return 401;
    const message = parseJsonObject(body);
    if (!isJsonObject(message)) return 400;
    const { channel, to, text: said } = message;
    if (channel !== 'sms' && channel !== 'voice') return 400;
    return typeof to === 'string' && typeof said === 'string' && E164.test(to) ? { channel, to, said } : 400;
  });
