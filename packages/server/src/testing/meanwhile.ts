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
        <Parts extends readonly unknown[], Outcome>(name: string, change: (...parts: Parts) => Promise<Outcome>) =>
        async (...parts: Parts): Promise<Outcome> => {
          await happened(name);
          return change(...parts);
        };
      const { authenticators, devices, sessions } = store;
      return {
        ...store,
        authenticators: {
          ...authenticators,
          enrol: after('enrol', authenticators.enrol),
          rename: after('rename', authenticators.rename),
          prefer: after('prefer', authenticators.prefer),
          remove: after('remove', authenticators.remove),
        },
        devices: { ...devices, remember: after('remember', devices.remember), revoke: after('revoke', devices.revoke) },
        sessions: {
          ...sessions,
          signOut: after('signOut', sessions.signOut),
          recordProof: after('recordProof', sessions.recordProof),
        },
      };
    },
  };
};
