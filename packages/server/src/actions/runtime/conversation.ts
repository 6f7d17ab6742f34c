/** What goes on between the host and a worker in one call. What it may use is watched from here: it is not asked to stop, it is stopped. */
import type {
  ActionCall,
  ActionFailure,
  ActionLimits,
  ActionOutcome,
  HostAnswer,
  HostQuestion,
  Json,
} from '../call.ts';
import type { Asked, FromWorker, ToWorker } from './messages.ts';
import { outcomeOf, questionIn } from './outcome.ts';
import type { Watch } from './watch.ts';
import { createWatch } from './watch.ts';

export type Answerer = (call: ActionCall, question: HostQuestion, signal: AbortSignal) => Promise<HostAnswer>;

export interface ConversationParts {
  readonly number: number;
  readonly call: ActionCall;
  readonly limits: ActionLimits;
  readonly answer: Answerer;
  readonly post: (message: ToWorker) => void;
  /** Ends the worker. */
  readonly discard: () => void;
  /** Told whenever nothing is computed any more until an answer comes. */
  readonly waits: () => void;
  readonly resolve: (outcome: ActionOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** How long a worker that is waiting gets to end its call by itself. */
const STOP_MS = 250;

export class Conversation {
  readonly #parts: ConversationParts;
  readonly #watch: Watch;
  readonly #began = performance.now();
  readonly #aborts = new Map<number, AbortController>();
  /** What was answered, by the numbers of the questions. */
  readonly #given = new Map<number, Json>();
  #sent = 0;
  #cpuMs = 0;
  #isWaiting = false;
  #isOver = false;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    this.#watch = createWatch((failure) => this.#stop(failure));
  }

  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  begin(): void {
    const { call, number, limits } = this.#parts;
    const { event, context, handler, journal, program } = call;
    const input = JSON.stringify({ event, context });
    this.#watch.begin(limits.wallMs);
    this.#send({ type: 'run', call: number, checksum: program.checksum, handler, input, journal });
  }

  receive(message: FromWorker): void {
    const { number, call } = this.#parts;
    if (this.#isOver || message.type === 'ready' || message.call !== number) return;
    switch (message.type) {
      case 'program-wanted':
        // Reading it is not the Action's own time, and has a limit of its own.
        this.#watch.waits();
        this.#send({ type: 'program', call: number, code: call.program.code });
        break;
      case 'computing':
        this.#computes();
        break;
      case 'waiting':
        this.#wait(message);
        break;
      case 'done':
        this.#finish(message.text);
        break;
      case 'broken':
        this.#cpuMs = message.cpuMs;
        this.lose('memory_exceeded', `The engine gave up: ${message.message}`);
    }
  }

  /** The worker is gone, or has to go. */
  lose(failure: ActionFailure, message: string): void {
    if (!this.#close()) return;
    const { call, discard, resolve } = this.#parts;
    discard();
    const spent = { cpuMs: this.#cpuMs, wallMs: performance.now() - this.#began };
    const nothing = { commands: [], console: [], consoleLeftOut: 0, journal: call.journal };
    resolve({ outcome: 'failed', failure, message, ...nothing, ...spent });
  }

  #finish(text: string): void {
    if (!this.#close()) return;
    const { call, resolve } = this.#parts;
    resolve(outcomeOf(text, performance.now() - this.#began, call.journal, this.#given));
  }

  #close(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#watch.end();
    for (const controller of this.#aborts.values()) controller.abort();
    return true;
  }

  #computes(): void {
    this.#isWaiting = false;
    this.#watch.computes(this.#parts.limits.cpuMs - this.#cpuMs);
  }

  #send(message: ToWorker): void {
    this.#sent += 1;
    this.#computes();
    this.#parts.post(message);
  }

  #stop(failure: 'wall_time_exceeded' | 'cpu_time_exceeded'): void {
    const { number, limits } = this.#parts;
    const message =
      failure === 'wall_time_exceeded'
        ? `It took longer than ${limits.wallMs} ms`
        : `It computed for more than ${limits.cpuMs} ms`;
    if (!this.#isWaiting) {
      this.lose(failure, message);
      return;
    }
    // It is not computing, so it can say itself what it has got so far.
    this.#send({ type: 'stop', call: number, failure, message });
    setTimeout(() => this.lose(failure, message), STOP_MS).unref();
  }

  #wait(message: Extract<FromWorker, { type: 'waiting' }>): void {
    this.#cpuMs = message.cpuMs;
    for (const id of message.abandoned) {
      this.#aborts.get(id)?.abort();
      this.#aborts.delete(id);
    }
    for (const asked of message.asked) void this.#ask(asked);
    if (message.received !== this.#sent) return;
    this.#isWaiting = true;
    this.#watch.waits();
    this.#parts.waits();
  }

  async #ask({ id, text }: Asked): Promise<void> {
    const { answer, call } = this.#parts;
    const controller = new AbortController();
    this.#aborts.set(id, controller);
    try {
      const question = questionIn(text);
      this.#reply(id, question, await answer(call, question, controller.signal));
    } catch (error) {
      if (!controller.signal.aborted) this.#fail(error);
    }
  }

  #reply(id: number, { ask }: HostQuestion, given: HostAnswer): void {
    if (this.#isOver || !this.#aborts.delete(id)) return;
    const { number: call, limits } = this.#parts;
    if ('suspend' in given) {
      this.#send({ type: 'suspend', call, question: id });
      return;
    }
    const text = JSON.stringify(given.answer);
    const message = `the answer is larger than ${limits.resultBytes} bytes`;
    if (Buffer.byteLength(text) <= limits.resultBytes) this.#answer(id, given.answer, text);
    else if (ask === 'fetch') this.#answer(id, { error: { message } });
    else this.#send({ type: 'stop', call, failure: 'result_too_large', message });
  }

  #answer(question: number, answer: Json, text = JSON.stringify(answer)): void {
    this.#given.set(question, answer);
    this.#send({ type: 'answer', call: this.#parts.number, question, answer: text });
  }

  /** The host could not answer: that is no fault of the Action. */
  #fail(error: unknown): void {
    if (!this.#close()) return;
    this.#parts.discard();
    this.#parts.reject(error);
  }
}
