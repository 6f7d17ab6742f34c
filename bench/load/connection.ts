/** One connection to one server, one request at a time: a client that costs so little that the server is what is measured. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** An answer as it came, a character for every byte. */
export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** The first value of a header; empty if it is not there. */
export const headerOf = ({ head }: Answer, name: string): string => {
  const start = head.toLowerCase().indexOf(`\r\n${name}:`);
  if (start === -1) return '';
  const from = start + name.length + 3;
  const end = head.indexOf('\r\n', from);
  return head.slice(from, end === -1 ? undefined : end).trim();
};

/** The cookies that an answer sets, by name. */
export const cookiesIn = ({ head }: Answer): ReadonlyMap<string, string> => {
  const lines = head.matchAll(/\r\nset-cookie: *([^=\r\n]+)=([^;\r\n]*)/gi);
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
};

interface Body {
  readonly text: string;
  /** Where it ends in what was received. */
  readonly end: number;
}

/** The body, once all of it has come. */
const bodyAt = (received: string, from: number, head: string): Body | undefined => {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const end = from + Number(length);
    return received.length < end ? undefined : { text: received.slice(from, end), end };
  }
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? chunkedBodyAt(received, from) : { text: '', end: from };
};

/** RFC 9112, section 7.1. */
const chunkedBodyAt = (received: string, from: number): Body | undefined => {
  let text = '';
  let at = from;
  for (;;) {
    const line = received.indexOf('\r\n', at);
    if (line === -1) return undefined;
    const size = Number.parseInt(received.slice(at, line), 16);
    const end = line + 2 + size + 2;
    if (received.length < end) return undefined;
    if (size === 0) return { text, end };
    text += received.slice(line + 2, line + 2 + size);
    at = end;
  }
};

export class Connection {
  readonly #socket: Socket;
  #received = '';
  #waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (piece) => this.#take(String(piece)));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The server closed the connection.')));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: 'localhost' });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** Sends a whole request and waits for the whole answer. */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(piece: string): void {
    this.#received += piece;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = this.#received.slice(0, headEnd);
    const body = bodyAt(this.#received, headEnd + 4, head);
    if (body === undefined) return;
    this.#received = this.#received.slice(body.end);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body: body.text });
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}

type Headers = Readonly<Record<string, string>>;

const requestHead = (start: string, host: string, headers: Headers): string => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${start} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}\r\n`;
};

/** A GET request, as a browser would send it. */
export const get = (host: string, path: string, headers: Headers = {}): string =>
  requestHead(`GET ${path}`, host, headers);

/** A POST request with a form. */
export const postForm = (
  host: string,
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Headers = {},
): string => {
  const body = new URLSearchParams(form).toString();
  const content = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
  return `${requestHead(`POST ${path}`, host, { ...headers, ...content })}${body}`;
};
