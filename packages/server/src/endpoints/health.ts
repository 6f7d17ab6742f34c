import type { Handler } from '../deps.ts';
import { json } from '../http/responses.ts';

/** The process lives. */
export const healthz: Handler = async () => json({ status: 'ok' });

/** The process can do its work: the store writes and reads. */
export const readyz: Handler = async (_request, deps, caller) => {
  try {
    await deps.store.check();
    return json({ status: 'ok' });
  } catch (error) {
    deps.log.error({ requestId: caller.requestId, err: error }, 'the store is not ready');
    return json({ status: 'unavailable' }, 503);
  }
};
