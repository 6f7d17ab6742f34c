/** HTTP/1.1 by hand: what is written here goes over the socket byte for byte, which no HTTP client would allow. */
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  /** By name in lower case, each with all its values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Status line and headers, unparsed. */
  readonly head: string;
  readonly body: string;
}

/** A request that is put together, but nothing of which is checked or mended. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
  readonly version?: string;
  /** Without it `Host` and `Content-Length` are added, as every client does. */
  readonly bare?: boolean;
}

const ANSWER_MILLISECONDS = 10_000;

/** The bytes of a request. Headers are latin-1, so that a test can write every byte. */
export const bytesOf = (request: WireRequest): Buffer => {
  const { method, target, headers = [], body, version = 'HTTP/1.1', bare = false } = request;
  const content = typeof body === 'string' ? Buffer.from(body) : body;
  const has = (name: string): boolean => headers.some(([given]) => given.toLowerCase() === name);
  const usual: readonly (readonly [string, string])[] = [
    ...(bare || has('host') ? [] : [['Host', 'localhost'] as const]),
    ...(bare || content === undefined || has('content-length') || has('transfer-encoding')
      ? []
      : [['Content-Length', String(content.length)] as const]),
  ];
  const lines = [...usual, ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([
    Buffer.from(`${method} ${target} ${version}\r\n${lines}\r\n`, 'latin1'),
    content ?? Buffer.alloc(0),
  ]);
};

const headersIn = (head: string): ReadonlyMap<string, readonly string[]> => {
  const headers = new Map<string, string[]>();
  for (const line of head.split('\r\n').slice(1)) {
    const [, name = '', value = ''] = /^([^:]*):[ \t]*(.*)$/s.exec(line) ?? [];
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
  }
  return headers;
};

/** The content of a chunked body; `undefined` as long as its end is missing. */
const unchunked = (bytes: Buffer): { readonly body: Buffer; readonly end: number } | undefined => {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const end = line + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(pieces), end };
    pieces.push(bytes.subarray(line + 2, end - 2));
    at = end;
  }
};

interface Parsed {
  readonly answer: Answer;
  readonly rest: Buffer;
}

/** The first answer in the bytes, once all of it is there. */
const parse = (bytes: Buffer, isHead: boolean, ended: boolean): Parsed | undefined => {
  const split = bytes.indexOf('\r\n\r\n');
  if (split < 0) return undefined;
  const head = bytes.toString('latin1', 0, split);
  const content = bytes.subarray(split + 4);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  if (status === 100) return parse(content, isHead, ended);
  const headers = headersIn(head);
  const whole = (body: Buffer, end: number): Parsed => ({
    answer: { status, headers, head, body: body.toString('utf8') },
    rest: content.subarray(end),
  });
  if (isHead || status === 204 || status === 304) return whole(Buffer.alloc(0), 0);
  if (headers.get('transfer-encoding')?.[0] === 'chunked') {
    const read = unchunked(content);
    return read && whole(read.body, read.end);
  }
  const length = headers.get('content-length')?.[0];
  if (length !== undefined) {
    return content.length < Number(length) ? undefined : whole(content.subarray(0, Number(length)), Number(length));
  }
  return ended ? whole(content, content.length) : undefined;
};

/** Writes bytes and reads answers until the connection ends; `undefined` when it stays open without an answer to read. */
export const converse = async (
  port: number,
  bytes: Buffer | readonly Buffer[],
  { isHead = false, end = false }: { readonly isHead?: boolean; readonly end?: boolean } = {},
): Promise<readonly Answer[]> => {
  const socket = connect({ host: 'localhost', port, noDelay: true });
  const pieces: Buffer[] = [];
  const closed = new Promise<void>((resolve, reject) => {
    socket.on('data', (piece) => pieces.push(piece));
    socket.once('close', () => resolve());
    socket.on('error', () => socket.destroy());
    socket.setTimeout(ANSWER_MILLISECONDS, () => {
      socket.destroy();
      reject(new Error('The server said nothing and did not hang up.'));
    });
  });
  for (const piece of [bytes].flat()) socket.write(piece);
  if (end) socket.end();
  await closed;
  const answers: Answer[] = [];
  let left = Buffer.concat(pieces);
  for (let next = parse(left, isHead, true); next; next = parse(left, isHead, true)) {
    answers.push(next.answer);
    left = Buffer.from(next.rest);
  }
  return answers;
};

interface Waiting {
  readonly isHead: boolean;
  readonly settle: (answer: Answer | undefined) => void;
}

/** One connection that is kept open from request to request, and opened again when the server has closed it. */
export class Wire {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #waiting: Waiting | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends one request and reads its answer.
   *
   * @returns `undefined` when the server hung up without one
   */
  async send(request: WireRequest): Promise<Answer | undefined> {
    const isReused = this.#socket !== undefined;
    const answer = await this.#exchange(request);
    // A server may close a connection that has been idle just when the next request is on its way.
    return answer === undefined && isReused ? this.#exchange(request) : answer;
  }

  async #exchange(request: WireRequest): Promise<Answer | undefined> {
    this.#socket ??= this.#open();
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const patience = setTimeout(
        () => reject(new Error(`No answer to ${request.method} ${request.target.slice(0, 100)}`)),
        ANSWER_MILLISECONDS,
      );
      this.#waiting = {
        isHead: request.method === 'HEAD',
        settle: (answer) => {
          clearTimeout(patience);
          this.#waiting = undefined;
          if (answer?.headers.get('connection')?.[0]?.toLowerCase() === 'close') this.close();
          resolve(answer);
        },
      };
      socket.write(bytesOf(request));
    });
  }

  #open(): Socket {
    const socket = connect({ host: 'localhost', port: this.#port, noDelay: true });
    this.#received = Buffer.alloc(0);
    const settleIfWhole = (ended: boolean): void => {
      if (!this.#waiting || this.#socket !== socket) return;
      const parsed = parse(this.#received, this.#waiting.isHead, ended);
      if (parsed) this.#received = Buffer.from(parsed.rest);
      if (parsed || ended) this.#waiting.settle(parsed?.answer);
    };
    socket.on('data', (piece) => {
      this.#received = Buffer.concat([this.#received, piece]);
      settleIfWhole(false);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      settleIfWhole(true);
      if (this.#socket === socket) this.#socket = undefined;
    });
    return socket;
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }
}
