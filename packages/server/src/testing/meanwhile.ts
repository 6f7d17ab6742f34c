/** Lets something happen in the very moment between the look at a request and the change that it makes. */
import type { Store } from '../store/ports.ts';
import type { StoreChange } from './test-server.ts';

export interface Meanwhile {
  /** Between a store and its server. */
  readonly wrap: StoreChange;
  /** What happens right before the next change of what is somebody's own, or the next of that name; once. */
  next(happening: (store: Store) => Promise<unknown>, change?: string): void;
}

export const meanwhile = (): Meanwhile => {
  let waiting: { readonly happening: (store: Store) => Promise<unknown>; readonly of: string | undefined } | undefined;
  return {
    next: (happening, of) => {
      waiting = { happening, of };
    },
    wrap: (store) => {
      const happened = async (name: string): Promise<void> => {
        if (!waiting || (waiting.of ?? name) !== name) return;
        const { happening } = waiting;
        waiting = undefined;
        await happening(store);
      };
      const after =
        <Parts extends unknown[], Outcome>(name: string, change: (...parts: Parts) => Promise<Outcome>) =>
        async (...parts: Parts): Promise<Outcome> => {
          await happened(name);
          return change(...parts);
        };
      const { authenticators, devices, sessions } = store;
      return {
        ...store,
        authenticators: {
          ...authenticators,
          enrol: after('enrol', (...parts) => authenticators.enrol(...parts)),
          rename: after('rename', (...parts) => authenticators.rename(...parts)),
          prefer: after('prefer', (...parts) => authenticators.prefer(...parts)),
          remove: after('remove', (...parts) => authenticators.remove(...parts)),
        },
        devices: {
          ...devices,
          remember: after('remember', (...parts) => devices.remember(...parts)),
          revoke: after('revoke', (...parts) => devices.revoke(...parts)),
        },
        sessions: {
          ...sessions,
          signOut: after('signOut', (...parts) => sessions.signOut(...parts)),
          recordProof: after('recordProof', (...parts) => sessions.recordProof(...parts)),
        },
      };
    },
  };
};
