/**
 * Carries one run from its start to its end: stretch by stretch, each begun by an answer or a timer. What the journal holds is
 * answered from there, at the times that it says; after that the host answers, and time goes on from where the journal ended.
 */
import type { ActionFailure } from '../call.ts';
import type { CpuMeter } from './cpu-meter.ts';
import type { Engine, Operation, Thrown } from './engine.ts';
import { parseInsideJson } from './json-text.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import type { Question } from './questions.ts';
import type { Answered, Ending, Run } from './run.ts';

export interface ExecutionParts {
  readonly call: number;
  readonly engine: Engine;
  readonly run: Run;
  readonly cpu: CpuMeter;
  readonly tell: (message: FromWorker) => void;
  /** How many messages of the call had come before it began. */
  readonly received: number;
  readonly done: (ending: Ending) => void;
}

/** All answers of a run may together be so many times as large as one of them. */
const LARGEST_ANSWERS = 4;

const failureOf = ({ name, message }: Thrown): ActionFailure =>
  message === 'null' || (name === 'InternalError' && message.includes('memory')) ? 'memory_exceeded' : 'threw';

const createStretch = ({ engine, run, cpu }: ExecutionParts) => {
  const shouldStop = (): boolean => run.ended() !== undefined || cpu.isExceeded();
  return (operation: Operation, text: string): void => {
    cpu.start();
    const thrown = engine.enter(operation, text) ?? engine.runJobs(shouldStop);
    cpu.stop();
    if (cpu.isExceeded()) run.end('cpu_time_exceeded', `It computed for more than ${run.limits.cpuMs} ms`);
    else if (thrown) run.end(failureOf(thrown), `${thrown.name}: ${thrown.message}`);
  };
};

/** Time that goes on from where the journal ended. */
const createLiveTime = (run: Run) => {
  let since: { readonly virtualMs: number; readonly realMs: number } | undefined;
  return (): number => {
    since ??= { virtualMs: run.clock.now(), realMs: performance.now() };
    return Math.max(run.clock.now(), Math.floor(since.virtualMs + performance.now() - since.realMs));
  };
};

export class Execution {
  readonly #parts: ExecutionParts;
  readonly #run: Run;
  readonly #stretch: (operation: Operation, text: string) => void;
  readonly #liveTime: () => number;
  #received: number;
  #replayed = 0;
  #answerBytes = 0;
  #isOver = false;
  #alarm: NodeJS.Timeout | undefined;

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
    this.#run = parts.run;
    this.#received = parts.received;
    this.#stretch = createStretch(parts);
    this.#liveTime = createLiveTime(parts.run);
  }

  begin(input: string): void {
    this.#stretch('start', input);
    this.#advance();
  }

  receive(message: Extract<ToWorker, { type: 'answer' | 'suspend' | 'stop' }>): void {
    if (this.#isOver) return;
    this.#received += 1;
    clearTimeout(this.#alarm);
    switch (message.type) {
      case 'answer':
        this.#answer(message.question, message.answer);
        break;
      case 'suspend':
        this.#finish({ failure: 'suspended', question: message.question });
        break;
      case 'stop':
        this.#finish({ failure: message.failure, message: message.message });
    }
  }

  /** Forgets it, wherever it is. */
  drop(): void {
    this.#isOver = true;
    clearTimeout(this.#alarm);
  }

  #finish(ending: Ending): void {
    if (this.#isOver) return;
    this.drop();
    this.#parts.done(ending);
  }

  #fire({ id, dueMs }: { readonly id: number; readonly dueMs: number }): void {
    this.#run.clock.moveTo(dueMs);
    this.#run.timers.clear(id);
    this.#stretch('fire', JSON.stringify(id));
  }

  #deliver({ id, hash }: Question, text: string, atMs: number, from: Answered['from']): void {
    const { clock, questions, answers, limits } = this.#run;
    clock.moveTo(atMs);
    questions.answered(id);
    const answer = parseInsideJson(text);
    answers.push({ question: hash, atMs: clock.now(), from });
    this.#answerBytes += Buffer.byteLength(text);
    const most = limits.resultBytes * LARGEST_ANSWERS;
    if (this.#answerBytes <= most) this.#stretch('answer', JSON.stringify([id, answer]));
    else this.#run.end('result_too_large', `The answers together are larger than ${most} bytes`);
  }

  #mustReplay(): boolean {
    return this.#replayed < this.#run.journal.answers.length;
  }

  /** One answer of the journal, or one timer before it. */
  #replay(): void {
    const entry = this.#run.journal.answers[this.#replayed];
    if (entry === undefined) return;
    const timer = this.#run.timers.next();
    if (timer && timer.dueMs <= entry.atMs) {
      this.#fire(timer);
      return;
    }
    const question = this.#run.questions.withHash(entry.question);
    const from = { journal: this.#replayed };
    this.#replayed += 1;
    if (question) this.#deliver(question, JSON.stringify(entry.answer), entry.atMs, from);
    else this.#run.end('journal_mismatch', 'It asked something else than when it ran before');
  }

  /** The end, if it has come to it. A proof that was demanded has to be given, whether the handler waits for it or not. */
  #ending(): Ending | undefined {
    const ended = this.#run.ended();
    const settled = this.#run.settled();
    if (ended || settled === undefined) return ended;
    if (settled.failure === undefined && this.#run.questions.awaitsStepUp()) return undefined;
    if (!this.#mustReplay()) return settled;
    return { failure: 'journal_mismatch', message: 'It came to its end earlier than when it ran before' };
  }

  #advance(): void {
    let ending = this.#ending();
    while (ending === undefined && this.#mustReplay()) {
      this.#replay();
      ending = this.#ending();
    }
    if (ending) this.#finish(ending);
    else this.#wait();
  }

  #wait(): void {
    const { questions, timers } = this.#run;
    const timer = timers.next();
    const { call, cpu, tell, engine } = this.#parts;
    if (questions.count() === 0 && timer === undefined) {
      // Without memory what was thrown for the lack of it may be lost.
      if (engine.ranOut()) this.#finish({ failure: 'memory_exceeded', message: 'There was no memory left' });
      else this.#finish({ failure: 'never_settles', message: 'It awaits something that nothing will answer' });
      return;
    }
    const now = this.#liveTime();
    tell({ type: 'waiting', call, received: this.#received, cpuMs: cpu.usedMs(), ...questions.news() });
    if (timer) this.#alarm = setTimeout(() => this.#ring(), Math.max(0, timer.dueMs - now));
  }

  #ring(): void {
    this.#parts.tell({ type: 'computing', call: this.#parts.call });
    const timer = this.#run.timers.next();
    if (timer) this.#fire(timer);
    this.#advance();
  }

  /** What comes due before the answer happens before it, as it will when the run is repeated. */
  #answer(id: number, text: string): void {
    const { timers, questions } = this.#run;
    const atMs = this.#liveTime();
    for (let timer = timers.next(); timer && timer.dueMs <= atMs && !this.#ending(); timer = timers.next()) {
      this.#fire(timer);
    }
    const question = questions.get(id);
    if (question && !this.#ending()) this.#deliver(question, text, atMs, { asked: id });
    this.#advance();
  }
}
