import type { Instant } from '@stile/core';
import type { Logger } from 'pino';
import type { ActionService } from './actions/service.ts';
import type { Config } from './config/config.ts';
import type { BreachedPasswords } from './factors/breached-passwords.ts';
import type { PasswordHasher } from './factors/password-hasher.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { ServerSecrets } from './keys/server-secrets.ts';
import type { Recorder } from './metrics/recorder.ts';
import type { Notifier } from './notify/notifier.ts';
import type { Post } from './recovery/mail.ts';
import type { Store } from './store/ports.ts';
import type { InMemoryLimits } from './throttle/in-memory.ts';

/** Everything that a handler may touch: one plain record, made in one place. */
export interface Deps {
  readonly config: Config;
  readonly store: Store;
  readonly keys: KeyRing;
  readonly passwords: PasswordHasher;
  /** Asked about new passwords, where that is configured. */
  readonly breachedPasswords: BreachedPasswords | undefined;
  readonly secrets: ServerSecrets;
  readonly now: () => Instant;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly log: Logger;
  readonly metrics: Recorder;
  /** Mail about enrolment and recovery. */
  readonly post: Post;
  /** Mails and calls people. */
  readonly notify: Notifier;
  readonly inMemory: InMemoryLimits;
  /** Code of the operator's own that takes part in decisions. */
  readonly actions: ActionService;
}

/** Who is calling, as far as the connection tells. */
export interface Caller {
  /** The address of the person's device: of the socket, or as told by trusted proxies. */
  readonly address: string;
  /** Marks everything that is logged and audited about this request. */
  readonly requestId: string;
}

export type Handler = (request: Request, deps: Deps, caller: Caller) => Promise<Response>;

/** A fresh unguessable value: 32 random bytes in base64url. */
export const randomToken = (deps: Pick<Deps, 'randomBytes'>): string =>
  Buffer.from(deps.randomBytes(32)).toString('base64url');

/** A fresh name for a record: 18 random bytes in base64url behind a word that says of what. */
export const randomId = (deps: Pick<Deps, 'randomBytes'>, kind: string): string =>
  `${kind}_${Buffer.from(deps.randomBytes(18)).toString('base64url')}`;
