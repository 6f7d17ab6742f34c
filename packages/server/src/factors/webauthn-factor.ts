import { isDeepStrictEqual } from 'node:util';
import type { Instant, JsonObject } from '@stile/core';
import { isJsonObject } from '@stile/core';
import type { Deps } from '../deps.ts';
import { addresses } from '../pages/assets.ts';
import { displayName } from '../pages/display-name.ts';
import { createPasskey, usePasskey } from '../pages/factors/webauthn.ts';
import type { Messages } from '../pages/messages.ts';
import type { Authenticator, Ceremony } from '../store/records.ts';
import { limitsOf } from '../throttle/limits.ts';
import type {
  Answer,
  Asked,
  Begun,
  CannotBegin,
  Enrolment,
  EnrolmentOutcome,
  Factor,
  Named,
  ProofOutcome,
  Refusal,
  Somebody,
} from './factor.ts';
import { hardwarePolicy } from './webauthn-hardware.ts';
import type { PasskeyMaterial } from './webauthn-material.ts';
import { lookupOf, passkeyTraits, readMaterial } from './webauthn-material.ts';
import { creationOptions, newChallenge, requestOptions, userHandleOf } from './webauthn-options.ts';
import { relyingParty } from './webauthn-relying-party.ts';
import { readAssertionResponse, readRegistrationResponse } from './webauthn-response.ts';
import type { Fault } from './webauthn-verification.ts';
import { verifyAssertion, verifyRegistration } from './webauthn-verification.ts';

/** As long as the browser waits, and a little for whoever looks at the page first. */
const LIFETIME_SECONDS = 600;

const ENROLMENT_SECONDS = 900;

/** What is kept of what the browser was asked; nothing when it is no such ceremony. */
export const askedIn = (
  data: Ceremony['data'],
): { readonly options: JsonObject; readonly challenge: string } | undefined => {
  const { options } = data;
  return isJsonObject(options) && typeof options.challenge === 'string'
    ? { options, challenge: options.challenge }
    : undefined;
};

/** What a person may be told of a fault. */
const refusalFor = (fault: Fault): Refusal => {
  if (fault === 'cloned') return 'cloned';
  return fault === 'not-verified' || fault === 'not-present' ? 'not_verified' : 'wrong';
};

/** The credentials that the browser was asked to choose from. */
const offeredIn = (data: Ceremony['data']): readonly string[] => {
  const offered = askedIn(data)?.options.allowCredentials;
  return Array.isArray(offered)
    ? offered.flatMap((one) => (isJsonObject(one) && typeof one.id === 'string' ? [one.id] : []))
    : [];
};

const materialsOf = (anyOf: readonly Named[]): readonly PasskeyMaterial[] =>
  anyOf.flatMap(({ authenticator }) => readMaterial(authenticator.material) ?? []);

const open = async (
  { authenticator, anyOf = [{ authenticator }] }: Asked,
  deps: Deps,
): Promise<Begun | CannotBegin> => {
  const party = relyingParty(deps.config);
  const materials = materialsOf(anyOf);
  // Only what is available and usable is asked for, so this is no answer that a person should see.
  if (!party || materials.length === 0) throw new Error('A passkey was asked for that cannot be used.');
  return { ok: true, data: { options: requestOptions(party, newChallenge(deps), materials) } };
};

const asks = (data: Ceremony['data'], anyOf: readonly Named[]): boolean => {
  const wanted = materialsOf(anyOf).map(({ credentialId }) => credentialId);
  return isDeepStrictEqual(offeredIn(data), wanted);
};

const lookupIn = (answer: Answer): string | undefined => {
  const response = readAssertionResponse(answer('credential') ?? '');
  return response && lookupOf(response.id);
};

/** Whether it was made for a proof by this person, and for nothing else. */
const isFor = ({ purpose, factor, userId }: Ceremony, { user }: Asked): boolean =>
  purpose === 'prove' && factor === 'webauthn' && userId === user.id;

/** Judges an assertion by an authenticator of a person, against what was asked. */
export const checkPasskey = async (
  sent: string,
  { id, userId, material: stored }: Authenticator,
  asked: { readonly challenge: string; readonly userVerification: boolean },
  at: Instant,
  deps: Pick<Deps, 'config'>,
): Promise<ProofOutcome> => {
  const [party, material, response] = [relyingParty(deps.config), readMaterial(stored), readAssertionResponse(sent)];
  if (!party || !material) return { valid: false, reason: 'unverifiable' };
  if (!response) return { valid: false, reason: 'wrong' };
  const verified = await verifyAssertion(response, material, userHandleOf(userId), { party, ...asked });
  if (!verified.ok) return { valid: false, reason: refusalFor(verified.error) };
  return {
    valid: true,
    event: { ...passkeyTraits(material), authenticator: id, at },
    consume: [],
    retire: [],
    // The count alone: of two that say the same at once one is a copy, while whether it is backed up may change any time.
    material: {
      seen: { signCount: material.signCount },
      becomes: { signCount: verified.value.signCount, backedUp: verified.value.backedUp },
    },
  };
};

const check = async (
  asked: Asked,
  answer: Answer,
  ceremony: Ceremony | undefined,
  at: Instant,
  deps: Deps,
): Promise<ProofOutcome> => {
  const begun = ceremony && isFor(ceremony, asked) ? askedIn(ceremony.data) : undefined;
  if (!ceremony || !begun) return { valid: false, reason: 'expired' };
  const [material] = materialsOf([asked]);
  // What was not offered then does not answer now, whether it would do by now or not.
  if (material && !offeredIn(ceremony.data).includes(material.credentialId)) return { valid: false, reason: 'wrong' };
  const expected = { challenge: begun.challenge, userVerification: false };
  return checkPasskey(answer('credential') ?? '', asked.authenticator, expected, at, deps);
};

const begin = async ({ user }: Somebody, deps: Deps): Promise<Begun | CannotBegin> => {
  const { config, store } = deps;
  const party = relyingParty(config);
  if (!party) throw new Error('A passkey was to be enrolled where there can be none.');
  const all = await store.authenticators.ofUser(user.id);
  const options = creationOptions({
    party,
    organisation: config.organisation,
    user,
    challenge: newChallenge(deps),
    enrolled: all.filter(({ factor }) => factor === 'webauthn'),
    userVerification: config.webauthn.userVerification,
    attested: config.webauthn.hardware !== undefined,
  });
  return { ok: true, data: { options } };
};

const nameFor = ({ backupEligible, uvInitialized }: PasskeyMaterial, isPlatform: boolean, t: Messages): string =>
  backupEligible || (isPlatform && uvInitialized) ? t.webauthn.passkeyName : t.webauthn.securityKeyName;

/** A page sends what the browser answered as `credential`; an application as `authn_response`, as Auth0's My Account API calls it. */
const registrationIn = (answer: Answer): string => answer('credential') ?? answer('authn_response') ?? '';

const finish = async (
  { user, t }: Somebody,
  ceremony: Ceremony,
  answer: Answer,
  at: Instant,
  deps: Deps,
): Promise<EnrolmentOutcome> => {
  const { config, store } = deps;
  const { purpose, factor, userId, id, data } = ceremony;
  const begun = askedIn(data);
  const party = relyingParty(config);
  if (purpose !== 'enrol' || factor !== 'webauthn' || userId !== user.id || !begun)
    return { ok: false, reason: 'expired' };
  const sent = registrationIn(answer);
  if (sent === '') return { ok: false, reason: 'missing' };
  const response = readRegistrationResponse(sent);
  if (!party || !response) return { ok: false, reason: 'wrong' };
  const userVerification = config.webauthn.userVerification === 'required';
  const policy = await hardwarePolicy(config.webauthn);
  const verified = await verifyRegistration(
    response,
    { party, challenge: begun.challenge, userVerification },
    policy,
    deps.now(),
  );
  if (!verified.ok) return { ok: false, reason: refusalFor(verified.error) };
  const material = verified.value;
  const lookup = lookupOf(material.credentialId);
  if (await store.authenticators.findByLookup(lookup)) return { ok: false, reason: 'already_used' };
  const authenticatorId = id.replace(/^cer_/, 'auth_');
  const name = nameFor(material, response.isPlatform, t);
  return {
    ok: true,
    authenticators: [{ id: authenticatorId, factor: 'webauthn', name, material: { ...material }, lookup }],
    consume: [],
    event: { ...passkeyTraits(material), authenticator: authenticatorId, at },
  };
};

const enrolment: Enrolment = {
  guarded: true,
  types: ['passkey', 'webauthn-platform', 'webauthn-roaming'],
  lifetimeSeconds: ENROLMENT_SECONDS,
  begin: (somebody, _answer, _ceremonyId, deps) => begin(somebody, deps),
  question: async (data, { t }, error) => ({
    title: t.webauthn.enrol.title,
    lead: t.webauthn.enrol.lead,
    fields: createPasskey(askedIn(data)?.options ?? {}, error, t),
    button: t.webauthn.enrol.button,
    script: addresses.webauthn,
  }),
  describe: (data) => ({ authn_params_public_key: askedIn(data)?.options ?? {} }),
  finish,
  refused: (reason, t) => {
    const words = t.webauthn.enrol.refused;
    if (reason === 'missing' || reason === 'expired' || reason === 'already_used' || reason === 'not_verified') {
      return words[reason];
    }
    return words.wrong;
  },
};

const namesOf = (anyOf: readonly Named[]): readonly string[] => anyOf.map(({ authenticator }) => authenticator.name);

/** How many of them verify their user. */
const verifyOf = (anyOf: readonly Named[]): 'all' | 'some' | 'none' => {
  const materials = materialsOf(anyOf);
  if (materials.every(({ uvInitialized }) => uvInitialized)) return 'all';
  return materials.some(({ uvInitialized }) => uvInitialized) ? 'some' : 'none';
};

/** What most passkeys are. */
const copied = { uvInitialized: true, backupEligible: true, hardwareBound: false };

/** A passkey or security key (WebAuthn Level 3). Its material: {@link PasskeyMaterial}. */
export const webauthnFactor: Factor & { readonly enrolment: Enrolment } = {
  name: 'webauthn',
  strength: 50,
  proves: ({ material }) => {
    const passkey = readMaterial(material);
    return passkey && passkeyTraits(passkey);
  },
  best: [passkeyTraits(copied)],
  bestHere: ({ webauthn }) =>
    webauthn.hardware ? [passkeyTraits({ ...copied, backupEligible: false, hardwareBound: true })] : [],
  available: (config) => relyingParty(config) !== undefined,
  typed: ['credential'],
  limits: (trier) => limitsOf('webauthn', trier),
  opening: {
    when: 'shown',
    lifetimeSeconds: LIFETIME_SECONDS,
    open: (asked, _ceremonyId, deps) => open(asked, deps),
    asks,
  },
  lookupIn,
  check,
  view: {
    kind: 'passkey',
    way: (t) => t.ways.passkey,
    hint: ({ authenticator, anyOf = [{ authenticator }] }) => namesOf(anyOf).map(displayName).join(', '),
    question: ({ authenticator, anyOf = [{ authenticator }], ceremony, error }, t) => ({
      fields: usePasskey(
        {
          names: namesOf(anyOf),
          options: ceremony && askedIn(ceremony.data)?.options,
          verify: verifyOf(anyOf),
        },
        error,
        t,
      ),
      script: addresses.webauthn,
    }),
    refused: (reason, t) => {
      const words = t.webauthn.refused;
      if (reason === 'missing' || reason === 'expired' || reason === 'already_used') return words[reason];
      return reason === 'not_verified' || reason === 'cloned' ? words[reason] : words.wrong;
    },
  },
  enrolment,
};
