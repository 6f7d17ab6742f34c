import type { AuthenticationEvent } from '@stile/core';
import type { LimitKind } from '../config/limits-schema.ts';
import { sha256 } from '../digest.ts';
import type { User } from '../store/records.ts';
import { networkOf } from './network.ts';

/**
 * Tries that are counted together. How many are free is in the table of the configuration, under its kind. Every limit is a bucket
 * that fills up again by itself, so nobody is locked out for good. The ones per person and network are tight, the ones per person
 * alone are wide, so that a stranger who knocks does not keep the owner out; and a browser in which the person has signed in
 * before, like a session or a browser in which the same authenticator was proven before, has buckets of its own, which no stranger can
 * empty.
 */
export interface Limit {
  readonly kind: LimitKind;
  /** Tells neither the person nor the address. */
  readonly key: string;
  /** The person, as a digest, so that what is spent of theirs can be found; null where it is nobody's. */
  readonly whose: string | null;
  /** What an operator tells it by from others of its kind: a factor, a network. */
  readonly label: string;
}

/** Who tries, and from where. */
export interface Trying {
  readonly userId: string;
  readonly authenticatorId: string;
  readonly address: string;
  /** The session, if this very authenticator was proven in it before; where something is sent, the browser counts as well. */
  readonly provenIn?: string | undefined;
  /** What was opened and is answered now. */
  readonly ceremonyId?: string | undefined;
}

/** What is limited for a person who is known: answers by the name of their factor, and what the server is made to do. */
export type LimitedAct =
  | 'totp'
  | 'recovery-code'
  | 'email'
  | 'phone'
  | 'webauthn'
  | 'push'
  /** Something is sent to the person, or a device of theirs is asked. */
  | 'email-sent'
  | 'phone-sent'
  | 'push-sent'
  | 'my-account';

const limit = (kind: LimitKind, whose: string | null, label: string, ...of: readonly string[]): Limit => ({
  kind,
  key: `${kind}:${sha256(JSON.stringify(of))}`,
  whose,
  label,
});

/** Under what the limits of a person are found: by who they are, or by the name that was typed. */
export const whoseById = (userId: string): string => sha256(`id\n${userId}`);
export const whoseByName = (username: string): string => sha256(`name\n${username}`);

const ofAddress = (address: string): Limit => limit('address', null, networkOf(address), networkOf(address));

/**
 * Limits of a password try; the same whether the account exists or not.
 *
 * @param username normalised
 * @param knownBrowser names the browser, if the person has signed in there before
 */
export const passwordLimits = (
  username: string,
  address: string,
  knownBrowser: string | undefined,
): readonly Limit[] => {
  const whose = whoseByName(username);
  const network = networkOf(address);
  return knownBrowser === undefined
    ? [limit('passwordFromNetwork', whose, network, username, network), passwordInARow(username), ofAddress(address)]
    : [
        limit('passwordInKnownBrowser', whose, 'a known browser', username, knownBrowser),
        limit('failuresInARow', whose, 'password in a known browser', 'name', username, knownBrowser),
        // However many browsers know them, from one network there are no more tries than strangers have.
        limit('passwordFromNetwork', whose, `known browsers from ${network}`, 'known', username, network),
      ];
};

const passwordInARow = (username: string): Limit =>
  limit('failuresInARow', whoseByName(username), 'password', 'name', username);

/** The limits of something that somebody does who is known. */
export const limitsOf = (act: LimitedAct, trying: Trying): readonly Limit[] => {
  const { userId, authenticatorId, address } = trying;
  const whose = whoseById(userId);
  const network = networkOf(address);
  switch (act) {
    case 'totp':
    case 'recovery-code':
    case 'email':
    case 'phone':
      return codeLimits(act, trying);
    case 'webauthn':
      // A signature cannot be guessed: failures in a row would only let a stranger keep the owner out.
      return [limit('webauthn', whose, network, userId, network), ofAddress(address)];
    case 'push':
      // By question: with theirs, nobody uses up what another session has for its own.
      return [
        limit('pushAnswered', whose, act, userId, trying.ceremonyId ?? authenticatorId),
        limit('pushAnsweredByDevice', whose, act, userId, authenticatorId),
        inARow(act, trying),
      ];
    case 'email-sent':
      return askingLimits('emailSent', act, trying);
    case 'phone-sent':
      return askingLimits('phoneMessageSent', act, trying);
    case 'push-sent':
      return askingLimits('pushAsked', act, trying);
    case 'my-account':
      return [limit('myAccount', whose, act, userId)];
  }
};

/** Codes are counted by person, so that several devices do not multiply the tries. */
const codeLimits = (factor: string, trying: Trying): readonly Limit[] => {
  const { userId, address, provenIn } = trying;
  const [whose, network] = [whoseById(userId), networkOf(address)];
  return provenIn === undefined
    ? [
        limit('codeFromNetwork', whose, `${factor} from ${network}`, factor, userId, network),
        limit('codeOfPerson', whose, factor, factor, userId),
        inARow(factor, trying),
        ofAddress(address),
      ]
    : [limit('codeInProvenSession', whose, `${factor} in a session`, factor, userId, provenIn), inARow(factor, trying)];
};

const inARow = (factor: string, { userId, authenticatorId, provenIn }: Trying): Limit =>
  provenIn === undefined
    ? limit('failuresInARow', whoseById(userId), factor, 'id', userId, authenticatorId)
    : limit('failuresInARow', whoseById(userId), `${factor} in a session`, 'id', userId, authenticatorId, provenIn);

const sentFor = (network: string): Limit => limit('sentForNetwork', null, network, network);

const sentByServer = limit('sentByServer', null, 'everybody');

/** Where the authenticator was proven before, what strangers ask for takes nothing, be it of this person or from this network. */
const askingLimits = (
  kind: 'emailSent' | 'phoneMessageSent' | 'pushAsked',
  act: LimitedAct,
  { userId, address, provenIn }: Trying,
): readonly Limit[] =>
  provenIn === undefined
    ? [limit(kind, whoseById(userId), act, userId), sentFor(networkOf(address)), sentByServer]
    : [limit(kind, whoseById(userId), `${act} where it was proven`, 'proven', userId), sentByServer];

/**
 * Limits of sending a code to where somebody says that they can be reached, before they have shown it. Its owner, who proves themselves
 * there, is sent theirs all the same.
 */
export const enrolmentSentLimits = (
  factor: 'email' | 'phone',
  to: string,
  { userId, address }: Pick<Trying, 'userId' | 'address'>,
): readonly Limit[] => [
  limit('enrolmentSent', whoseById(userId), factor, userId),
  limit('enrolmentSentTo', null, factor, factor, to),
  sentFor(networkOf(address)),
  sentByServer,
];

/**
 * What is counted of a network that names fail from: where it becomes slower, and where it is refused. The last holds beside the
 * everyday limit of the address once the network is suspicious.
 */
export const wrongNameLimits = (address: string): Readonly<Record<'slower' | 'refused' | 'suspicious', Limit>> => {
  const network = networkOf(address);
  return {
    slower: limit('namesBeforeSlower', null, network, network),
    refused: limit('namesBeforeRefused', null, network, network),
    suspicious: limit('suspiciousAddress', null, network, network),
  };
};

/** A name that failed counts once a day for a network, however often it is mistyped. */
export const wrongNameOnce = (username: string, address: string): Limit =>
  limit('sameNameAgain', null, networkOf(address), username, networkOf(address));

/** Limits of trying an enrolment ticket. */
export const ticketLimits = (userId: string, address: string): readonly Limit[] => [
  limit('ticket', whoseById(userId), 'set-up code', userId),
  ofAddress(address),
];

/**
 * Limits of asking for a new password by mail; the same whether the account exists or not. One network spends less than what all have
 * together for the name, and neither spends what the browsers have in which the person has signed in before: so a stranger does not keep
 * the owner out, and the mails of all of them are bounded.
 *
 * @param username normalised
 * @param knownBrowser names the browser, if the person has signed in there before
 */
export const resetLimits = (username: string, address: string, knownBrowser: string | undefined): readonly Limit[] => {
  const whose = whoseByName(username);
  const network = networkOf(address);
  return knownBrowser === undefined
    ? [
        limit('resetAskedFromNetwork', whose, network, username, network),
        limit('resetAsked', whose, 'new password', username),
        // Not what all have together: names that nobody has would spend it, and nobody could be sent a code any more.
        sentFor(network),
        ofAddress(address),
      ]
    : [
        limit('resetAskedInKnownBrowser', whose, 'a known browser', username, knownBrowser),
        limit('resetAsked', whose, 'new password in known browsers', 'known', username),
      ];
};

/** Limits of typing a code that was mailed: so many tries for one code, whoever makes them. */
export const mailedCodeLimits = (ceremonyId: string, address: string): readonly Limit[] => [
  limit('mailedCode', null, 'mailed code', ceremonyId),
  ofAddress(address),
];

/** What counts failures and is cleared by a success. Networks keep their counts, for they may be trying many accounts; so does what was sent. */
const CLEARED: ReadonlySet<LimitKind> = new Set([
  'passwordFromNetwork',
  'passwordInKnownBrowser',
  'failuresInARow',
  'codeFromNetwork',
  'codeOfPerson',
  'codeInProvenSession',
  'webauthn',
  'pushAnswered',
  'pushAnsweredByDevice',
  'ticket',
]);

/**
 * The keys that a proof clears besides, by something that the person has: the failures in a row of all else that they could prove. They
 * are there, so nobody else has kept them out. A password lifts nothing: whoever guesses codes knows it already.
 */
export const liftedByProof = (
  { kinds }: Pick<AuthenticationEvent, 'kinds'>,
  { id, username }: Pick<User, 'id' | 'username'>,
  authenticatorIds: readonly string[],
): readonly string[] =>
  kinds.every((kind) => kind === 'knowledge')
    ? []
    : [
        passwordInARow(username),
        ...authenticatorIds.map((authenticatorId) => inARow('', { userId: id, authenticatorId, address: '' })),
      ].map(({ key }) => key);

/** The keys that a success clears. */
export const clearedBySuccess = (limits: readonly Limit[]): readonly string[] =>
  limits.filter(({ kind }) => CLEARED.has(kind)).map(({ key }) => key);
