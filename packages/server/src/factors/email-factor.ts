import type { Deps } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { canMail } from '../notify/channels.ts';
import { maskedMailAddress, parseMailAddress } from '../notify/mail-address.ts';
import { askAddress, emailNotSent, emailSent } from '../pages/factors/email.ts';
import type { Messages } from '../pages/messages.ts';
import { browserName, networkAround } from '../push/place.ts';
import type { ThrottleOutcome } from '../store/ports.ts';
import type { Authenticator, User } from '../store/records.ts';
import { enrolmentSentLimits, limitsOf } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import type {
  Asked,
  Begun,
  CannotBegin,
  Enrolment,
  Factor,
  FactorSettings,
  FactorTraits,
  Question,
  Refusal,
  Shown,
  Somebody,
} from './factor.ts';
import {
  judgeOneTimeCode,
  keptCode,
  newOneTimeCode,
  normaliseOneTimeCode,
  recordSent,
  sentTo,
} from './one-time-code.ts';

/**
 * Restricted: NIST SP 800-63B-4 counts no mail as an out-of-band authenticator, for it proves no device. It is something that one has, and
 * never more: beside another code it is no second kind. RFC 8176 has no word of its own for it.
 */
const emailTraits: FactorTraits = {
  factor: 'email',
  kinds: ['possession'],
  first: false,
  phishingResistant: false,
  hardwareBound: false,
  amr: ['otp'],
};

/** How long a code works: ten minutes at most (NIST SP 800-63B-4, section 3.1.3.2; OWASP ASVS 5.0, 6.5.5), and mail is read where one sits. */
const LIFETIME_SECONDS = 300;

/** Mails to one address that is somebody's authenticator: nobody's mailbox is filled, not even by whoever knows their password. */
const TO_ONE_ADDRESS = { burst: 10, intervalSeconds: 300 } as const;

/** Somebody who is asked for a proof; or who adds an address, and has no authenticator yet. */
type Asking = Somebody & Partial<Pick<Asked, 'authenticator' | 'application' | 'what' | 'provenIn'>>;

const addressIn = ({ address }: Authenticator['material']): string | undefined =>
  typeof address === 'string' ? parseMailAddress(address) : undefined;

const refused = (reason: Refusal, t: Messages): string => {
  const words = t.email.refused;
  return reason === 'missing' || reason === 'wrong' || reason === 'unverifiable' ? words[reason] : words.expired;
};

/**
 * Takes what a mail costs of whoever asks for it and of whoever would get it. To add an address, where it was proven before, and anywhere
 * else are counted apart: none of them uses up what the others have.
 */
const takeMail = async (
  { user, caller, authenticator, provenIn }: Asking,
  to: string,
  deps: Deps,
): Promise<ThrottleOutcome> => {
  const address = to.toLowerCase();
  const trying = { userId: user.id, authenticatorId: authenticator?.id ?? '', address: caller.address, provenIn };
  if (!authenticator) return takeTry(enrolmentSentLimits('email', address, trying), deps);
  const own = await takeTry(limitsOf('email-sent', trying), deps);
  if (!own.allowed) return own;
  const key = `${provenIn === undefined ? 'mailTo' : 'mailWhereProvenTo'}:${sha256(address)}`;
  return deps.store.throttles.take([{ key, ...TO_ONE_ADDRESS }], deps.now());
};

/** Sends a code, within the budgets of whoever asks and of whoever would get it. */
const mailCode = async (
  somebody: Asking,
  to: string,
  ceremonyId: string,
  link: ((code: string) => string | undefined) | undefined,
  deps: Deps,
): Promise<Begun | CannotBegin> => {
  const { user, caller, request, t, authenticator, application, what } = somebody;
  const budget = await takeMail(somebody, to, deps);
  if (!budget.allowed) return { ok: false, error: t.email.tooMany, retryAfterSeconds: budget.retryAfterSeconds };
  const code = newOneTimeCode(deps);
  await recordSent(
    somebody,
    { factor: 'email', channel: 'email', to: maskedMailAddress(to), authenticator: authenticator?.id ?? null },
    deps,
  );
  const isTaken = deps.notify.tell(
    user,
    {
      kind: authenticator ? 'code' : 'address-code',
      code,
      link: link?.(code),
      validForSeconds: LIFETIME_SECONDS,
      application,
      what,
      browser: browserName(request.headers.get('user-agent') ?? ''),
      place: networkAround(caller.address),
    },
    { to, locale: t.locale === 'de' ? 'de' : 'en' },
  );
  return isTaken
    ? { ok: true, data: keptCode(code, ceremonyId, { to }, deps) }
    : { ok: false, error: t.email.cannotSend };
};

/**
 * Where the code can be confirmed instead of typed: the page that asks, in the very browser. Opening it uses up nothing, as programs do that
 * look at mail before people do.
 */
const linkOf =
  ({ request, authenticator }: Asked, { config }: Pick<Deps, 'config'>) =>
  (code: string): string | undefined => {
    const { pathname, searchParams } = new URL(request.url);
    const interaction = searchParams.get('interaction');
    if (pathname !== '/challenge' || interaction === null) return undefined;
    const query = new URLSearchParams({ interaction, use: authenticator.id, code });
    return `${config.issuer}challenge?${query}`;
  };

const questionOf = ({ authenticator, ceremony, error, brought }: Shown, t: Messages): Question => {
  const address = maskedMailAddress(addressIn(authenticator.material) ?? '');
  if (!ceremony) return emailNotSent(address, error, t);
  const code = error === undefined ? normaliseOneTimeCode(brought?.('code') ?? '') : undefined;
  return emailSent(address, { error, code }, t);
};

const authenticatorFor = (id: string, address: string, t: Messages) => ({
  id,
  factor: 'email',
  name: t.email.name(maskedMailAddress(address)),
  material: { address },
});

/** Everybody's verified address, as an authenticator that nobody enrolled; its name is the same at each look. */
const verifiedAddressOf = ({ id, claims, createdAt }: User): Authenticator | undefined => {
  const address =
    claims.email_verified === true && typeof claims.email === 'string' ? parseMailAddress(claims.email) : undefined;
  if (address === undefined) return undefined;
  const key = sha256(`verified address of ${id}\n${address}`);
  const name = maskedMailAddress(address);
  const unused = { lookup: null, lastUsedAt: null, preferredAt: null };
  return { id: `auth_${key}`, userId: id, factor: 'email', name, material: { address }, createdAt, ...unused };
};

const enrolment: Enrolment = {
  guarded: true,
  guardedHere: ({ mail }) => mail.guarded,
  types: ['email'],
  lifetimeSeconds: LIFETIME_SECONDS,
  asks: askAddress,
  begin: async (somebody, answer, ceremonyId, deps) => {
    const { t } = somebody;
    const to = parseMailAddress(answer('email') ?? '');
    if (to === undefined) return { ok: false, error: t.email.enrol.notAnAddress };
    return mailCode(somebody, to, ceremonyId, undefined, deps);
  },
  question: async (data, { t }, error) => {
    const { title, lead, connect } = t.email.enrol;
    return { ...emailSent(maskedMailAddress(sentTo(data) ?? ''), { error }, t), title, lead, button: connect };
  },
  describe: () => ({}),
  finish: async ({ user, t }, ceremony, answer, at, deps) => {
    const meant = { purpose: 'enrol', factor: 'email', userId: user.id, authenticatorId: null } as const;
    const reason = await judgeOneTimeCode(answer('code') ?? '', ceremony, meant, deps);
    if (reason !== undefined) return { ok: false, reason };
    const address = parseMailAddress(sentTo(ceremony.data) ?? '');
    if (address === undefined) return { ok: false, reason: 'unverifiable' };
    const id = ceremony.id.replace(/^cer_/, 'auth_');
    return {
      ok: true,
      // The same address is one authenticator of one person, however often it is added.
      authenticators: [
        { ...authenticatorFor(id, address, t), lookup: `email:${sha256(`${user.id}\n${address.toLowerCase()}`)}` },
      ],
      consume: [],
      event: { ...emailTraits, authenticator: id, at },
    };
  },
  refused,
};

/** A code by mail. Its material: `{ address }`. */
export const emailFactor: Factor & { readonly enrolment: Enrolment } = {
  name: 'email',
  strength: 12,
  proves: ({ material }) => (addressIn(material) === undefined ? undefined : emailTraits),
  best: [emailTraits],
  available: (config: FactorSettings) => config.mail.factor && canMail(config),
  implied: ({ mail }) => (mail.verifiedAddress ? verifiedAddressOf : undefined),
  typed: ['code'],
  limits: (trier) => limitsOf('email', trier),
  opening: {
    when: 'pressed',
    lifetimeSeconds: LIFETIME_SECONDS,
    open: async (asked, ceremonyId, deps) => {
      const to = addressIn(asked.authenticator.material);
      if (to === undefined) return { ok: false, error: asked.t.email.refused.unverifiable };
      return mailCode(asked, to, ceremonyId, linkOf(asked, deps), deps);
    },
  },
  check: async ({ authenticator, user }, answer, ceremony, at, deps) => {
    const to = addressIn(authenticator.material);
    if (to === undefined) return { valid: false, reason: 'unverifiable' };
    const meant = {
      purpose: 'prove',
      factor: 'email',
      userId: user.id,
      authenticatorId: authenticator.id,
      to,
    } as const;
    const reason = await judgeOneTimeCode(answer('code') ?? '', ceremony, meant, deps);
    if (reason !== undefined) return { valid: false, reason };
    return { valid: true, event: { ...emailTraits, authenticator: authenticator.id, at }, consume: [], retire: [] };
  },
  view: {
    kind: 'email',
    way: (t) => t.email.way,
    hint: ({ authenticator }) => authenticator.name,
    question: questionOf,
    refused,
  },
  enrolment,
};
