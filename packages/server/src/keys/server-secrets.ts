/**
 * The keys of the server's own HMACs, by purpose. All processes on one store have the same, and take others when an operator
 * renewed them.
 */
import type { KeyStore } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';

export interface ServerSecrets {
  /** Seals forms, marks known browsers, makes the next value of a session cookie. */
  readonly csrf: Uint8Array;
  /** Makes the successor of a refresh token. */
  readonly refreshToken: Uint8Array;
  /** Reads them anew, so that a renewal by another process is noticed. */
  reload(): Promise<void>;
}

type RandomBytes = (length: number) => Uint8Array;

const NAMES = { csrf: 'csrf', refreshToken: 'refresh-token' } as const;
const SECRET_BYTES = 32;

/** Loads the secrets, making those first that are not there. */
export const openServerSecrets = async (store: KeyStore, randomBytes: RandomBytes): Promise<ServerSecrets> => {
  const load = async () => {
    // Asked for all at once, so that none is of before a renewal and another of after it.
    const kept = await store.secrets();
    const secret = async (name: string): Promise<Uint8Array> =>
      kept.get(name) ?? store.secret(name, randomBytes(SECRET_BYTES));
    return { csrf: await secret(NAMES.csrf), refreshToken: await secret(NAMES.refreshToken) };
  };
  let loaded = await load();
  return {
    get csrf() {
      return loaded.csrf;
    },
    get refreshToken() {
      return loaded.refreshToken;
    },
    reload: async () => {
      loaded = await load();
    },
  };
};

/**
 * Puts new secrets in the place of all that there are: what was made with the old ones is recognised no more from the moment that
 * servers notice.
 *
 * @returns false, and nothing is changed, when there are none yet
 */
export const renewServerSecrets = async (
  store: KeyStore,
  randomBytes: RandomBytes,
  audit: readonly AuditRecord[],
): Promise<boolean> => {
  if ((await store.secrets()).size === 0) return false;
  await store.renewSecrets(new Map(Object.values(NAMES).map((name) => [name, randomBytes(SECRET_BYTES)])), audit);
  return true;
};
