/** A provider of text messages and calls that a test starts: it speaks Twilio's interface, and a webhook's. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { ConfigChange } from './test-server.ts';

interface ReceivedCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly form: URLSearchParams;
}

export interface PhoneService {
  readonly port: number;
  readonly calls: readonly ReceivedCall[];
  /** What it answers from now on. */
  answer(status: number): void;
  /** The code of the newest message. */
  code(): string;
}

export const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`;
export const AUTH_TOKEN = 'auth-token-of-the-tests-0001';

/** Starts it; it ends with the test. */
export const startPhoneService = async (t: TestContext): Promise<PhoneService> => {
  const calls: ReceivedCall[] = [];
  let status = 201;
  const server = createServer((request, response) => {
    const take = async (): Promise<void> => {
      const body = await text(request);
      const { authorization, 'content-type': type } = request.headers;
      const signature = [request.headers['stile-signature']].flat()[0];
      const headers = { authorization, type, signature };
      calls.push({ path: request.url ?? '', headers, body, form: new URLSearchParams(body) });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"sid":"SM1"}');
    };
    take().catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    calls,
    answer: (next) => {
      status = next;
    },
    code: () => /(\d{6}) is your code/.exec(calls.at(-1)?.form.get('Body') ?? '')?.[1] ?? 'none',
  };
};

/** A configuration that sends to phones through it, in Germany and North America. */
export const phonedBy =
  ({ port }: PhoneService, more: Readonly<Record<string, unknown>> = {}): ConfigChange =>
  (config) => ({
    ...config,
    phone: {
      regions: ['+49', '+1'],
      provider: {
        kind: 'twilio',
        accountSid: ACCOUNT_SID,
        authToken: AUTH_TOKEN,
        from: '+4930555000',
        address: `http://127.0.0.1:${port}`,
      },
      ...more,
    },
  });
