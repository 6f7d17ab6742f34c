import type { Instant } from '@stile/core';
import type { Deps } from '../deps.ts';
import { addresses } from '../pages/assets.ts';
import { connectDevice, pushApproved, pushAsked, pushNotAsked } from '../pages/factors/push.ts';
import type { Messages } from '../pages/messages.ts';
import type { Verdict } from '../push/answer.ts';
import { judgeAnswer } from '../push/answer.ts';
import { parseAsk, parseGivenAnswer } from '../push/ask.ts';
import { askDevice } from '../push/ask-device.ts';
import { lookupOfKey, materialOf, parseDevice } from '../push/device.ts';
import { neverDenied } from '../push/fatigue.ts';
import { browserName } from '../push/place.ts';
import { parseRegistration, registrationCode } from '../push/registration.ts';
import { vapidKeys } from '../push/vapid.ts';
import type { Authenticator, Ceremony } from '../store/records.ts';
import { limitsOf } from '../throttle/limits.ts';
import type { Enrolment, EnrolmentOutcome, Factor, FactorTraits, Question, Refusal, Shown } from './factor.ts';
import { qrSvg } from './qr-code.ts';

/** A signature by a key that does not leave its device (RFC 8176: `swk`, since nothing attests where it is kept). */
const pushTraits: FactorTraits = {
  factor: 'push',
  kinds: ['possession'],
  first: false,
  // Somebody may be talked into typing a number that they see on a fake page.
  phishingResistant: false,
  hardwareBound: false,
  amr: ['swk'],
};

/** A question is kept for longer than it can be answered, so that an answer of the last second still leads on. */
const LIFETIME_SECONDS = 150;

const ENROLMENT_SECONDS = 900;

/** What was answered to a question, if this very device was asked it and said so; nothing before anybody answered. */
const verdictOn = (
  { id, userId, material }: Pick<Authenticator, 'id' | 'userId' | 'material'>,
  ceremony: Ceremony,
  issuer: string,
): Verdict | undefined => {
  const [ask, device] = [parseAsk(ceremony.data), parseDevice(material)];
  const isOurs = ceremony.purpose === 'prove' && ceremony.factor === 'push';
  if (!isOurs || !ask || !device || ceremony.authenticatorId !== id || ceremony.userId !== userId) {
    return { counts: false, reason: 'another-question' };
  }
  const given = parseGivenAnswer(ceremony.answer);
  if (!given) return undefined;
  const asking = { ceremonyId: ceremony.id, number: ask.number, answerBy: ask.answerBy, key: device.key };
  return judgeAnswer(given.message, asking, issuer, given.at);
};

/** Why an answer is no proof; nothing when it is one. */
const refusalOf = (verdict: Verdict): Refusal | undefined => {
  if (!verdict.counts) return verdict.reason === 'late' ? 'expired' : 'unverifiable';
  if (verdict.decision === 'approve') return undefined;
  return verdict.decision === 'mismatch' ? 'wrong' : 'declined';
};

const questionOf = ({ authenticator, ceremony, error }: Shown, t: Messages): Question => {
  const ask = ceremony && parseAsk(ceremony.data);
  if (!ceremony || !ask) return pushNotAsked(authenticator.name, error, t);
  if (ceremony.answer === null) {
    return pushAsked({ device: authenticator.name, number: ask.number, ceremonyId: ceremony.id }, error, t);
  }
  return parseGivenAnswer(ceremony.answer)?.decision === 'approve'
    ? pushApproved(error, t)
    : pushNotAsked(authenticator.name, error ?? t.push.refused.declined, t);
};

const finish = (
  ceremony: Ceremony,
  sent: string | undefined,
  { request, t }: { readonly request: Request; readonly t: Messages },
  at: Instant,
  { config, secrets }: Pick<Deps, 'config' | 'secrets'>,
): EnrolmentOutcome => {
  // This browser's own registration, or else the one that another device sent.
  const fromElsewhere = parseGivenAnswer(ceremony.answer)?.message;
  const message = sent === undefined || sent === '' ? fromElsewhere : sent;
  if (message === undefined) return { ok: false, reason: 'not_yet' };
  const registration = parseRegistration(message, secrets, config.issuer, config.push.services);
  const isOurs = ceremony.purpose === 'enrol' && ceremony.factor === 'push';
  if (!isOurs || registration?.ceremonyId !== ceremony.id) return { ok: false, reason: 'wrong' };
  const { key, subscription } = registration;
  const id = ceremony.id.replace(/^cer_/, 'auth_');
  const browser = message === fromElsewhere ? '' : browserName(request.headers.get('user-agent') ?? '');
  return {
    ok: true,
    authenticators: [
      {
        id,
        factor: 'push',
        name: registration.name || browser || t.push.enrol.deviceName,
        material: materialOf({ key, subscription, denials: neverDenied }),
        lookup: lookupOfKey(key),
      },
    ],
    consume: [],
    event: { ...pushTraits, authenticator: id, at },
  };
};

/** The page on which a device connects itself. The code is behind the `#`, which browsers send to nobody. */
const invitationTo = (ceremonyId: string, { config, secrets }: Pick<Deps, 'config' | 'secrets'>) => {
  const code = registrationCode(secrets, ceremonyId);
  return { code, address: `${config.issuer}approve#enrol=${code}` };
};

/** The name of an enrolment, as it keeps it itself. */
const ceremonyIn = (data: Ceremony['data']): string => (typeof data.ceremony === 'string' ? data.ceremony : '');

const enrolment: Enrolment = {
  guarded: true,
  types: ['push-notification'],
  lifetimeSeconds: ENROLMENT_SECONDS,
  begin: async (_somebody, _answer, ceremonyId) => ({ ok: true, data: { ceremony: ceremonyId } }),
  question: async (data, { t }, error, deps) => {
    const ceremonyId = ceremonyIn(data);
    const invitation = invitationTo(ceremonyId, deps);
    const { publicKey } = await vapidKeys(deps.store.keys);
    const shown = { ...invitation, ceremonyId, qrSvg: await qrSvg(invitation.address), vapidKey: publicKey };
    return {
      title: t.push.enrol.title,
      lead: t.push.enrol.lead,
      fields: connectDevice(shown, error, t),
      button: t.push.enrol.connect,
      script: addresses.pushEnrol,
    };
  },
  describe: (data, _user, deps) => ({ barcode_uri: invitationTo(ceremonyIn(data), deps).address }),
  finish: async (somebody, ceremony, answer, at, deps) => finish(ceremony, answer('registration'), somebody, at, deps),
  refused: (reason, t) => {
    const words = t.push.enrol.refused;
    return reason === 'not_yet' || reason === 'expired' ? words[reason] : words.wrong;
  },
};

/**
 * Approval on the person's own browser or phone, with a number to compare. Its material: the public key of the device, where it can be
 * called, and how often it was declined there in a row (`push/device.ts`).
 */
export const pushFactor: Factor & { readonly enrolment: Enrolment } = {
  name: 'push',
  strength: 40,
  proves: ({ material }) => (parseDevice(material) ? pushTraits : undefined),
  best: [pushTraits],
  available: ({ push }) => push.enabled,
  typed: [],
  // There is nothing to guess where the page waits, so pressing its button is no failure that could lock anybody out.
  limits: (trier) => limitsOf('push', trier).filter(({ kind }) => kind !== 'failuresInARow'),
  opening: {
    when: 'pressed',
    lifetimeSeconds: LIFETIME_SECONDS,
    open: async (asked, _ceremonyId, deps) => askDevice(asked, deps),
  },
  check: async ({ authenticator }, _answer, ceremony, at, deps) => {
    if (!ceremony) return { valid: false, reason: 'expired' };
    const verdict = verdictOn(authenticator, ceremony, deps.config.issuer);
    if (!verdict) return { valid: false, reason: 'not_yet' };
    const reason = refusalOf(verdict);
    return reason === undefined
      ? { valid: true, event: { ...pushTraits, authenticator: authenticator.id, at }, consume: [], retire: [] }
      : { valid: false, reason };
  },
  view: {
    kind: 'push',
    way: (t) => t.push.way,
    hint: ({ authenticator }) => authenticator.name,
    question: questionOf,
    refused: (reason, t) => {
      const words = t.push.refused;
      if (reason === 'not_yet' || reason === 'declined' || reason === 'wrong' || reason === 'unverifiable') {
        return words[reason];
      }
      return words.expired;
    },
  },
  enrolment,
};
