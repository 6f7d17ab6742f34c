/** A server in a process of its own, as the one who kills it sees it. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Order } from './orders.ts';

const PROGRAM = join(import.meta.dirname, 'crash-program.ts');

export class CrashingServer {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;

  /** @param compiled a folder that such processes share for what they compile */
  constructor(compiled: string) {
    this.#child = fork(PROGRAM, [compiled], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    // What was sent to a process that is gone is lost, as it should be.
    this.#child.on('error', () => undefined);
    this.#exit = once(this.#child, 'exit');
    this.ready = this.#told('ready');
  }

  /** Its code is loaded; nothing has been opened. */
  readonly ready: Promise<boolean>;

  /** Tells it to do something. False when it died of it. */
  async order(order: Order): Promise<boolean> {
    const done = this.#told(order.kind);
    this.send(order);
    return done;
  }

  /** Tells it to do something, and waits for nothing. */
  send(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  /** Asks it to close, and waits for nothing. */
  askToClose(): void {
    this.#child.kill('SIGTERM');
  }

  /** Ends it at once: no handler runs. What it has given to the operating system stays. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** Resolves when it is gone, whatever it died of. */
  async gone(): Promise<void> {
    await this.#exit;
  }

  async #told(kind: string): Promise<boolean> {
    const heard = Promise.withResolvers<boolean>();
    const hear = (message: unknown): void => {
      if (message === kind) heard.resolve(true);
    };
    this.#child.on('message', hear);
    void this.#exit.then(() => heard.resolve(false));
    const answer = await heard.promise;
    this.#child.off('message', hear);
    return answer;
  }
}
