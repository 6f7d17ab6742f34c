/** One worker, and the one call that it has at a time. What it may use is watched from here: it is not asked to stop, it is stopped. */
import { Worker } from 'node:worker_threads';
import type { ActionCall, ActionOutcome } from '../call.ts';
import type { Answerer } from './conversation.ts';
import { Conversation } from './conversation.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts';

export interface Seat {
  /** Rejects only when the worker does not start, or the host fails to answer. */
  run(call: ActionCall): Promise<ActionOutcome>;
  /** Whether it can take another call. */
  isUsable(): boolean;
  /** Whether its call computes nothing, until an answer comes from outside. */
  isWaiting(): boolean;
  close(): Promise<void>;
}

/** Much deeper than the engine lets calls nest, so that it is the engine which notices. */
const STACK_MEGABYTES = 24;
/** Of the worker's own memory, which holds text on its way in and out. The engine has its memory outside of that. */
const HEAP_MEGABYTES = 192;

const startWorker = (settings: WorkerSettings): Worker =>
  new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: settings,
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    name: 'stile action',
    resourceLimits: { stackSizeMb: STACK_MEGABYTES, maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });

/** @param waits called whenever its call begins to wait */
export const openSeat = (settings: WorkerSettings, answer: Answerer, waits: () => void): Seat => {
  const worker = startWorker(settings);
  const { promise: ready, resolve: isReady, reject: isDead } = Promise.withResolvers<void>();
  let conversation: Conversation | undefined;
  let latest = 0;
  let isUsable = true;

  const discard = (): void => {
    isUsable = false;
    void worker.terminate();
  };
  const lost = (error: Error): void => {
    discard();
    isDead(error);
    conversation?.lose('memory_exceeded', error.message);
  };
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'ready') isReady();
    else conversation?.receive(message);
  });
  worker.on('error', lost);
  worker.on('exit', () => lost(new Error('The worker ended.')));
  ready.catch(() => undefined);
  worker.unref();

  return {
    isUsable: () => isUsable,
    isWaiting: () => conversation?.isWaiting === true,
    run: async (call) => {
      worker.ref();
      try {
        await ready;
        const { promise, resolve, reject } = Promise.withResolvers<ActionOutcome>();
        latest += 1;
        const post = (message: ToWorker): void => worker.postMessage(message);
        conversation = new Conversation({
          number: latest,
          call,
          limits: settings.limits,
          answer,
          post,
          discard,
          waits,
          resolve,
          reject,
        });
        conversation.begin();
        return await promise;
      } finally {
        conversation = undefined;
        worker.unref();
      }
    },
    close: async () => {
      isUsable = false;
      conversation?.lose('overloaded', 'The server is shutting down');
      await worker.terminate();
    },
  };
};
