/**
 * A new password in place of a forgotten one, behind a code that is mailed. Whether there is such an account, with an address that is known to
 * be its owner's, is told to nobody: everything is done alike, except that no mail leaves.
 */
import { secondsAfter } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { Caller, Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import type { NewPasswordProblem } from '../factors/new-password.ts';
import { judgeNewPassword } from '../factors/new-password.ts';
import type { Messages } from '../pages/messages.ts';
import { knownBrowser } from '../session/known-browser.ts';
import type { ThrottleOutcome } from '../store/ports.ts';
import type { Authenticator, Ceremony, User } from '../store/records.ts';
import { clearedBySuccess, passwordLimits, resetLimits } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import { mailCode, mailNotice } from './mail.ts';
import { generateMailedCode, mailedCodeDigest } from './mailed-code.ts';
import { verifiedEmail } from './verified-email.ts';

/** The channel by which a password was reset, and so the factor that adds nothing to it (T9). */
const CHANNEL = 'email';

/** A name that no user has, for work that is done for nobody. */
const NOBODY = 'nobody';

interface Asking {
  readonly interactionId: string;
  /** Normalised. */
  readonly username: string;
  /** Where the link leads that is mailed, without the code. */
  readonly path: string;
  readonly t: Messages;
  readonly caller: Caller;
}

const passwordOf = (theirs: readonly Authenticator[]): Authenticator | undefined =>
  theirs.find(({ factor }) => factor === 'password');

/** Who gets a code, and where: somebody who may sign in, with a password, and with an address that is known to be theirs. */
const recipient = async (
  username: string,
  { store }: Pick<Deps, 'store'>,
): Promise<{ readonly user: User | undefined; readonly address: string | undefined }> => {
  const user = await store.users.findByUsername(username);
  const password = passwordOf(await store.authenticators.ofUser(user?.id ?? NOBODY));
  const mayReset = user?.blockedAt === null && password !== undefined;
  return { user, address: user && mayReset ? verifiedEmail(user) : undefined };
};

/** Whether forgotten passwords are replaced here at all. */
export const canReset = ({ config, post }: Pick<Deps, 'config' | 'post'>): boolean =>
  config.recovery.passwordByEmail && post.canSend;

/**
 * Takes a try of asking in one name. A browser in which the person has signed in before has tries of its own; when those are spent, perhaps
 * by somebody who knows the password and has such a browser too, it has what everybody has.
 *
 * @param username normalised
 */
export const takeResetTry = async (
  username: string,
  { request, caller }: { readonly request: Request; readonly caller: Caller },
  deps: Deps,
): Promise<ThrottleOutcome> => {
  const user = await deps.store.users.findByUsername(username);
  const browser = await knownBrowser(user?.id, request, deps);
  const own = browser === undefined ? undefined : await takeTry(resetLimits(username, caller.address, browser), deps);
  return own?.allowed === true ? own : takeTry(resetLimits(username, caller.address, undefined), deps);
};

export const resetKey = (interactionId: string) =>
  ({ purpose: 'reset-password', boundTo: interactionId, authenticatorId: null }) as const;

/** Makes a code, for whoever it may be, and mails it if there is somebody to mail it to. Answers before any mail has left. */
export const askForReset = async (asking: Asking, deps: Deps): Promise<void> => {
  const { interactionId, username, path, t, caller } = asking;
  const { user, address } = await recipient(username, deps);
  const id = randomId(deps, 'cer');
  const code = generateMailedCode(deps);
  const validForSeconds = deps.config.recovery.mailedCode;
  const ceremony: Ceremony = {
    ...resetKey(interactionId),
    id,
    factor: 'password',
    userId: address === undefined ? null : (user?.id ?? null),
    data: { username, address: address ?? '', codeDigest: mailedCodeDigest(code, id, deps) },
    answer: null,
    createdAt: deps.now(),
    expiresAt: secondsAfter(deps.now(), validForSeconds),
  };
  const record = auditRecord(deps, 'password_reset.asked', {
    userId: user?.id ?? null,
    requestId: caller.requestId,
    details: { sent: address !== undefined },
  });
  await Promise.all([deps.store.ceremonies.begin(ceremony), deps.store.audit.append([record])]);
  if (!user || address === undefined) return;
  const link = new URL(`${path}&code=${code}`, deps.config.issuer).href;
  // After the answer: how long a mail takes must not be seen in it.
  setImmediate(() => {
    mailCode(user, { kind: 'reset-code', code, link, validForSeconds }, t, deps).catch((error: unknown) =>
      deps.log.error({ err: error }, 'a code for a new password was lost'),
    );
  });
};

/** What is wrong with a password for this person, and how long it must be at least. */
interface TooWeak {
  readonly problem: NewPasswordProblem;
  readonly least: number;
}

/** What shows more than the password, and still will when it was set by way of that channel. */
const isBesides =
  (channel: string) =>
  ({ proof }: UsableAuthenticator): boolean =>
    proof.factor !== channel && proof.kinds.some((kind) => kind !== 'knowledge');

/**
 * Puts the new password in place, once, for a code that was right. All sessions, grants and remembered devices end; nobody is signed in by it.
 *
 * @throws PasswordHasherBusy when too many passwords are being hashed
 */
export const finishReset = async (
  ceremony: Ceremony,
  password: string,
  { caller, t }: Pick<Asking, 'caller' | 't'>,
  deps: Deps,
): Promise<'reset' | 'already-used' | 'gone' | TooWeak> => {
  const user = ceremony.userId === null ? undefined : await deps.store.users.find(ceremony.userId);
  // An address that is another by now may be so because somebody else reads the old one.
  if (!user || verifiedEmail(user) !== ceremony.data.address) return 'gone';
  const former = passwordOf(await deps.store.authenticators.ofUser(user.id));
  if (!former) return 'gone';
  const { minimumLength, minimumLengthWithSecondFactor } = deps.config.passwords;
  const hasSecondFactor = (await usableAuthenticators(user.id, deps)).some(isBesides(CHANNEL));
  const judged = await judgeNewPassword(password, { username: user.username, hasSecondFactor }, deps);
  if (!judged.ok)
    return { problem: judged.error, least: hasSecondFactor ? minimumLengthWithSecondFactor : minimumLength };
  const hash = await deps.passwords.hash(judged.value);
  const fresh: Authenticator = {
    ...former,
    id: randomId(deps, 'auth'),
    material: { hash, resetBy: CHANNEL },
    createdAt: deps.now(),
    lastUsedAt: null,
  };
  const outcome = await deps.store.authenticators.resetPassword(
    {
      userId: user.id,
      password: fresh,
      consume: [{ kind: 'ceremony', key: ceremony.id, expiresAt: ceremony.expiresAt }],
      clearThrottles: clearedBySuccess(passwordLimits(user.username, caller.address, undefined)),
      audit: [
        auditRecord(deps, 'password.reset', {
          userId: user.id,
          requestId: caller.requestId,
          details: { channel: CHANNEL, replaced: former.id },
        }),
      ],
    },
    deps.now(),
  );
  if (outcome === 'reset') mailNotice(user, { kind: 'password-reset' }, t, deps);
  return outcome;
};
