/** A phone in small: it keeps a key, and speaks to a server as a page or the command line does. */
import { isJsonObject, parseJsonObject } from '@stile/core';
import type { Decision } from '../push/answer.ts';
import { lookupOf, materialOf } from '../push/device.ts';
import { DeviceSide } from '../push/device-side.ts';
import { neverDenied } from '../push/fatigue.ts';
import type { Subscription } from '../push/subscription.ts';
import { ROBIN } from './test-config.ts';
import type { TestServer } from './test-server.ts';

/** A question that the phone was told of. */
interface Told {
  readonly ceremony: string;
  readonly answerBy: number;
  readonly shown: Readonly<Record<string, unknown>>;
}

interface PhoneAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export class TestPhone {
  readonly device: DeviceSide;
  readonly id: string;
  readonly #server: TestServer;

  constructor(server: TestServer, device: DeviceSide, id: string) {
    this.#server = server;
    this.device = device;
    this.id = id;
  }

  async post(path: string, message: string): Promise<PhoneAnswer> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ message }) };
    const response = await this.#server.send(path, init, '198.51.100.7');
    return { status: response.status, body: parseJsonObject(await response.text()) ?? {} };
  }

  poll(): Promise<PhoneAnswer> {
    return this.post('/push/poll', this.device.poll(this.#server.deps.now()));
  }

  /** What it is asked now. */
  async question(): Promise<Told> {
    const { body } = await this.poll();
    const shown: unknown = Array.isArray(body.questions) ? body.questions[0] : undefined;
    if (!isJsonObject(shown)) throw new Error(`Nothing is asked: ${JSON.stringify(body)}`);
    return { ceremony: String(shown.ceremony), answerBy: Number(shown.answer_by), shown };
  }

  answer(question: Pick<Told, 'ceremony' | 'answerBy'>, decision: Decision, number?: string): Promise<PhoneAnswer> {
    return this.post('/push/answer', this.device.answer(question, decision, number));
  }
}

/** A phone of somebody's, connected without the pages of it. */
export const connectPhone = async (
  server: TestServer,
  {
    user = ROBIN.id,
    id = 'auth_phone',
    subscription = null,
  }: { readonly user?: string; readonly id?: string; readonly subscription?: Subscription | null } = {},
): Promise<TestPhone> => {
  const device = DeviceSide.make(server.deps.config.issuer);
  const outcome = await server.store.authenticators.enrol({
    userId: user,
    guard: null,
    authenticators: [
      {
        id,
        userId: user,
        factor: 'push',
        name: 'Robin’s phone',
        material: materialOf({ key: device.key, subscription, denials: neverDenied }),
        lookup: lookupOf(device.thumbprint),
        createdAt: server.deps.now(),
        lastUsedAt: null,
        preferredAt: null,
      },
    ],
    consume: [],
    audit: [],
  });
  if (outcome !== 'enrolled') throw new Error(`The phone is not connected: ${outcome}`);
  return new TestPhone(server, device, id);
};

/** The number that a page shows which waits. */
export const numberOn = (html: string): string => /<dd translate="no">(\d\d)<\/dd>/.exec(html)?.[1] ?? '';
