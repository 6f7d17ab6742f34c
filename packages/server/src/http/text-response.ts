/**
 * A response whose text is known as a whole. It is a `Response` in every way, but whoever sends it need not read the text out of
 * the stream that a `Response` keeps its body in: making and reading that stream costs more than the rest of an answer.
 */
export class TextResponse extends Response {
  readonly #text: string;
  /** The same response with a stream, once somebody asks for one. */
  #streamed: Response | undefined;

  constructor(text: string, init: ResponseInit) {
    super(null, init);
    this.#text = text;
  }

  /** The text, unless somebody has begun to read it. */
  get unread(): string | undefined {
    return this.#streamed === undefined ? this.#text : undefined;
  }

  override get body(): Response['body'] {
    return this.#asStream().body;
  }

  override get bodyUsed(): boolean {
    return this.#streamed?.bodyUsed ?? false;
  }

  override clone(): Response {
    return this.#asStream().clone();
  }

  override text(): Promise<string> {
    return this.#asStream().text();
  }

  override json(): ReturnType<Response['json']> {
    return this.#asStream().json();
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#asStream().arrayBuffer();
  }

  override blob(): Promise<Blob> {
    return this.#asStream().blob();
  }

  override bytes(): ReturnType<Response['bytes']> {
    return this.#asStream().bytes();
  }

  override formData(): Promise<FormData> {
    return this.#asStream().formData();
  }

  #asStream(): Response {
    const { status, statusText, headers } = this;
    this.#streamed ??= new Response(this.#text, { status, statusText, headers });
    return this.#streamed;
  }
}
