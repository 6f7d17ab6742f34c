/** What a request or a response carries. There are no streams: a body is there as a whole. */
import { askText, unsupported } from './bridge.ts';
import { fromByteText, isBytes, toByteText, utf8Bytes } from './bytes.ts';
import { URLSearchParams } from './url.ts';

/** As text where it came as text, else as bytes in text. */
export type Content = { readonly text: string } | { readonly bytes: string } | undefined;

export const contentOf = (body: unknown): { readonly content: Content; readonly type?: string } => {
  if (body === undefined || body === null) return { content: undefined };
  if (body instanceof Kept) return { content: body.content };
  if (typeof body === 'string') {
    return { content: { text: body.toWellFormed() }, type: 'text/plain;charset=UTF-8' };
  }
  if (body instanceof URLSearchParams) {
    return { content: { text: body.toString() }, type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (isBytes(body)) return { content: { bytes: toByteText(body) } };
  return unsupported('A body can be a string, URLSearchParams, an ArrayBuffer or a view of one');
};

const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);

export let contentIn: (body: Body) => Content;

/** A body that is taken as it is. */
export class Kept {
  readonly content: Content;

  constructor(content: Content) {
    this.content = content;
  }
}

export class Body {
  readonly #content: Content;
  #used = false;

  constructor(content: Content) {
    this.#content = content;
  }

  static {
    contentIn = (body) => body.#content;
  }

  #use(): Content {
    if (this.#used) throw new TypeError('Body is unusable: it has already been read');
    this.#used = this.#content !== undefined;
    return this.#content;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  get body(): null {
    return this.#content === undefined
      ? null
      : unsupported('There are no streams: read the body with text() or json()');
  }

  async text(): Promise<string> {
    const content = this.#use();
    if (content === undefined) return '';
    return withoutMark('text' in content ? content.text : askText('text.decode', 'utf-8', content.bytes));
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const content = this.#use();
    if (content === undefined) return new Uint8Array();
    return fromByteText('text' in content ? utf8Bytes(content.text) : content.bytes);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }
}
