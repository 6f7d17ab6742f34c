import type { Deps } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { canPhone } from '../notify/channels.ts';
import { isAllowedNumber, maskedPhoneNumber, parsePhoneNumber, rangeOf } from '../notify/phone-number.ts';
import type { ShownPhone } from '../pages/factors/phone.ts';
import { askNumber, phoneAsked, phoneNotAsked } from '../pages/factors/phone.ts';
import type { Messages } from '../pages/messages.ts';
import type { ThrottleLimit, ThrottleOutcome } from '../store/ports.ts';
import type { Authenticator } from '../store/records.ts';
import { enrolmentSentLimits, limitsOf } from '../throttle/limits.ts';
import { networkOf } from '../throttle/network.ts';
import { takeTry } from '../throttle/take-try.ts';
import type { Asked, Begun, CannotBegin, Enrolment, Factor, FactorTraits, Refusal, Somebody } from './factor.ts';
import { judgeOneTimeCode, keptCode, newOneTimeCode, recordSent, sentTo } from './one-time-code.ts';

/** Ten minutes at most (NIST SP 800-63B-4, section 3.1.3.2). */
const LIFETIME_SECONDS = 600;

interface Phone {
  /** In E.164. */
  readonly number: string;
  readonly channel: 'sms' | 'voice';
}

/**
 * Restricted (NIST SP 800-63B-4, section 3.2.9): messages can be read on their way, and numbers be taken over. It is something that one has,
 * and never more: beside a code by mail it is no second kind. RFC 8176: `sms`, or `tel` for a call.
 */
const traitsOf = (channel: Phone['channel']): FactorTraits => ({
  factor: 'phone',
  kinds: ['possession'],
  first: false,
  phishingResistant: false,
  hardwareBound: false,
  amr: [channel === 'sms' ? 'sms' : 'tel'],
});

const channelNamed = (name: unknown): Phone['channel'] | undefined => {
  if (name === undefined || name === '' || name === 'sms') return 'sms';
  return name === 'voice' ? 'voice' : undefined;
};

const phoneIn = ({ number: kept, channel: named }: Readonly<Record<string, unknown>>): Phone | undefined => {
  const number = typeof kept === 'string' ? parsePhoneNumber(kept) : undefined;
  const channel = channelNamed(named);
  return number === undefined || channel === undefined ? undefined : { number, channel };
};

const shown = ({ number, channel }: Phone): ShownPhone => ({ number: maskedPhoneNumber(number), channel });

/** Somebody who is asked for a proof; or who adds a number, and has no authenticator yet. */
type Asking = Somebody & Partial<Pick<Asked, 'authenticator' | 'provenIn'>>;

/** What may be spent on one number by those whose authenticator it is: where they proved it before, strangers spend nothing of it. */
const numberBudget = (
  { authenticator, provenIn }: Asking,
  number: string,
  { config }: Pick<Deps, 'config'>,
): readonly ThrottleLimit[] => {
  if (!authenticator) return [];
  const { burst, every } = config.phone.budgets.number;
  const name = provenIn === undefined ? 'phone-number' : 'phone-number-where-proven';
  return [{ key: `${name}:${sha256(number)}`, burst, intervalSeconds: every, label: 'phone number' }];
};

/**
 * What may be spent on messages, whoever asks for them: somebody earns by having certain numbers called, and takes many in a row, from many
 * accounts. All of it is taken, or nothing. Numbers that are about to be added spend half of each at most, so that the other half is left
 * to those who have theirs.
 */
const budgetsOf = (asking: Asking, number: string, { config }: Pick<Deps, 'config'>): readonly ThrottleLimit[] => {
  const { budgets } = config.phone;
  const shared = (
    [
      ['prefix', rangeOf(number)],
      ['network', networkOf(asking.caller.address)],
      ['everybody', ''],
    ] as const
  ).flatMap(([name, whose]): readonly ThrottleLimit[] => {
    const { burst, every } = budgets[name];
    const label = `phone ${name}`;
    const all = { key: `phone-${name}:${sha256(whose)}`, burst, intervalSeconds: every, label };
    if (asking.authenticator) return [all];
    const half = { burst: Math.max(1, Math.floor(burst / 2)), intervalSeconds: 2 * every };
    return [all, { key: `phone-${name}-added:${sha256(whose)}`, ...half, label: `${label}, to be added` }];
  });
  return [...numberBudget(asking, number, { config }), ...shared];
};

/** The person's own limit comes first: who has used theirs up takes nothing from what is everybody's. */
const takeMessage = async (asking: Asking, number: string, deps: Deps): Promise<ThrottleOutcome> => {
  const { user, caller, authenticator, provenIn } = asking;
  const trying = { userId: user.id, authenticatorId: authenticator?.id ?? '', address: caller.address, provenIn };
  const limits = authenticator ? limitsOf('phone-sent', trying) : enrolmentSentLimits('phone', number, trying);
  const own = await takeTry(limits, deps);
  return own.allowed ? deps.store.throttles.take(budgetsOf(asking, number, deps), deps.now()) : own;
};

const sendCode = async (
  somebody: Asking,
  { number, channel }: Phone,
  ceremonyId: string,
  deps: Deps,
): Promise<Begun | CannotBegin> => {
  const { t, authenticator } = somebody;
  if (!isAllowedNumber(number, deps.config.phone.regions)) return { ok: false, error: t.phone.enrol.notAllowed };
  if (channel === 'voice' && !deps.config.phone.voice) return { ok: false, error: t.phone.enrol.noCalls };
  const budget = await takeMessage(somebody, number, deps);
  if (!budget.allowed) return { ok: false, error: t.phone.tooMany, retryAfterSeconds: budget.retryAfterSeconds };
  const code = newOneTimeCode(deps);
  await recordSent(
    somebody,
    { factor: 'phone', channel, to: maskedPhoneNumber(number), authenticator: authenticator?.id ?? null },
    deps,
  );
  const kind = authenticator ? 'code' : 'number-code';
  const locale = t.locale === 'de' ? 'de' : 'en';
  const isTaken = deps.notify.phone(number, channel, { kind, code }, { locale });
  if (!isTaken) return { ok: false, error: t.phone.cannotSend };
  return { ok: true, data: { ...keptCode(code, ceremonyId, { to: number }, deps), channel } };
};

const refused = (reason: Refusal, t: Messages): string => {
  const words = t.phone.refused;
  return reason === 'missing' || reason === 'wrong' || reason === 'unverifiable' ? words[reason] : words.expired;
};

/** A phone as a ceremony of enrolment keeps it. */
const phoneOf = (data: Authenticator['material']): Phone | undefined =>
  phoneIn({ number: sentTo(data), channel: data.channel });

const enrolment: Enrolment = {
  guarded: true,
  guardedHere: ({ phone }) => phone.guarded,
  types: ['phone'],
  lifetimeSeconds: LIFETIME_SECONDS,
  asks: (error, t, { phone }) => askNumber(phone.voice, error, t),
  begin: async (somebody, answer, ceremonyId, deps) => {
    const { enrol } = somebody.t.phone;
    const number = parsePhoneNumber(answer('phone_number') ?? '');
    const channel = channelNamed(answer('preferred_authentication_method'));
    if (number === undefined || channel === undefined) return { ok: false, error: enrol.notANumber };
    if (channel === 'voice' && !deps.config.phone.voice) return { ok: false, error: enrol.noCalls };
    return sendCode(somebody, { number, channel }, ceremonyId, deps);
  },
  question: async (data, { t }, error) => {
    const { title, lead, connect } = t.phone.enrol;
    const phone = phoneOf(data);
    return {
      ...phoneAsked(phone ? shown(phone) : { number: '', channel: 'sms' }, error, t),
      title,
      lead,
      button: connect,
    };
  },
  describe: () => ({}),
  finish: async ({ user, t }, ceremony, answer, at, deps) => {
    const meant = { purpose: 'enrol', factor: 'phone', userId: user.id, authenticatorId: null } as const;
    const reason = await judgeOneTimeCode(answer('code') ?? '', ceremony, meant, deps);
    if (reason !== undefined) return { ok: false, reason };
    const phone = phoneOf(ceremony.data);
    if (!phone) return { ok: false, reason: 'unverifiable' };
    const id = ceremony.id.replace(/^cer_/, 'auth_');
    const name = t.phone.name(maskedPhoneNumber(phone.number));
    // The same number is one authenticator of one person, however often it is added (T12).
    const lookup = `phone:${sha256(`${user.id}\n${phone.number}`)}`;
    return {
      ok: true,
      authenticators: [{ id, factor: 'phone', name, material: { ...phone }, lookup }],
      consume: [],
      event: { ...traitsOf(phone.channel), authenticator: id, at },
    };
  },
  refused,
};

/** A code by text message or by a call. Its material: `{ number, channel }`. */
export const phoneFactor: Factor & { readonly enrolment: Enrolment } = {
  name: 'phone',
  strength: 15,
  proves: ({ material }) => {
    const phone = phoneIn(material);
    return phone && traitsOf(phone.channel);
  },
  best: [traitsOf('sms')],
  available: (config) => config.phone.factor && canPhone(config),
  typed: ['code'],
  limits: (trier) => limitsOf('phone', trier),
  opening: {
    when: 'pressed',
    lifetimeSeconds: LIFETIME_SECONDS,
    open: async (asked, ceremonyId, deps) => {
      const phone = phoneIn(asked.authenticator.material);
      if (!phone) return { ok: false, error: asked.t.phone.refused.unverifiable };
      return sendCode(asked, phone, ceremonyId, deps);
    },
  },
  check: async ({ authenticator, user }, answer, ceremony, at, deps) => {
    const phone = phoneIn(authenticator.material);
    if (!phone) return { valid: false, reason: 'unverifiable' };
    const [purpose, factor, to] = ['prove', 'phone', phone.number] as const;
    const meant = { purpose, factor, userId: user.id, authenticatorId: authenticator.id, to };
    const reason = await judgeOneTimeCode(answer('code') ?? '', ceremony, meant, deps);
    if (reason !== undefined) return { valid: false, reason };
    const event = { ...traitsOf(phone.channel), authenticator: authenticator.id, at };
    return { valid: true, event, consume: [], retire: [] };
  },
  view: {
    kind: 'phone',
    way: (t) => t.phone.way,
    hint: ({ authenticator }) => authenticator.name,
    question: ({ authenticator, ceremony, error }, t) => {
      const phone = phoneIn(authenticator.material) ?? { number: '', channel: 'sms' };
      return ceremony ? phoneAsked(shown(phone), error, t) : phoneNotAsked(shown(phone), error, t);
    },
    refused,
  },
  enrolment,
};
