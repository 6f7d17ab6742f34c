/** A push service and the browser behind it, in small: takes messages over HTTP (RFC 8030) and decrypts them (RFC 8291). */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Subscription } from '../push/subscription.ts';

/** A message as it arrived. */
export interface Arrived {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface TestPushService {
  readonly origin: string;
  readonly subscription: Subscription;
  /** The next message that arrives, or has arrived and was not taken yet. */
  next(): Promise<Arrived>;
  decrypt(body: Buffer): string;
  /** What it answers from now on. */
  answers(status: number, headers?: Readonly<Record<string, string>>): void;
}

const derive = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array | string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, length));

/** RFC 8188 with the keys of RFC 8291, section 3.4; one record is all that a push message has. */
const decryptWith = (body: Buffer, receiver: ReturnType<typeof createECDH>, auth: Buffer): string => {
  const salt = body.subarray(0, 16);
  const idLength = body[20] ?? 0;
  const sender = body.subarray(21, 21 + idLength);
  const record = body.subarray(21 + idLength);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiver.getPublicKey(), sender]);
  const secret = derive(receiver.computeSecret(sender), auth, info, 32);
  const key = derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = derive(secret, salt, 'Content-Encoding: nonce\0', 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
};

export const startPushService = async (t: Pick<TestContext, 'after'>): Promise<TestPushService> => {
  const arrived: Arrived[] = [];
  let answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> } = {
    status: 201,
    headers: {},
  };
  let wake = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      arrived.push({ headers: request.headers, body: Buffer.concat(pieces) });
      response.writeHead(answer.status, { ...answer.headers }).end();
      wake.resolve();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const receiver = createECDH('prime256v1');
  receiver.generateKeys();
  const auth = randomBytes(16);
  return {
    origin,
    subscription: {
      endpoint: `${origin}/subscription/1`,
      p256dh: receiver.getPublicKey('base64url'),
      auth: auth.toString('base64url'),
    },
    next: async () => {
      for (;;) {
        const message = arrived.shift();
        if (message) return message;
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
    decrypt: (body) => decryptWith(body, receiver, auth),
    answers: (status, headers = {}) => {
      answer = { status, headers };
    },
  };
};
