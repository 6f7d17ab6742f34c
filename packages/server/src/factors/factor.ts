/**
 * What a factor is: one kind of authenticator, with everything the server has to know about it. Each is one file of this room and one
 * line of the table in `factors.ts`; nothing else in the server knows any of them by name.
 */
import type { AuthenticationEvent, Instant, Proof } from '@stile/core';
import type { ParsedConfig } from '../config/schema.ts';
import type { Caller, Deps } from '../deps.ts';
import type { ProofKind } from '../pages/icons.ts';
import type { Markup } from '../pages/markup.ts';
import type { Messages } from '../pages/messages.ts';
import type { MaterialChange, Once, Store } from '../store/ports.ts';
import type { Authenticator, Ceremony, User } from '../store/records.ts';
import type { Limit, Trying } from '../throttle/limits.ts';

/**
 * What one authenticator proves, whoever's it is. An authentication event copies these facts at the moment of the proof, so that they
 * stay true of that proof and a later change of a factor rewrites no history.
 */
export type FactorTraits = Omit<Proof, 'authenticator'>;

/** What a person or their application answers: the field of a form, or the member of a JSON body, by its name. */
export type Answer = (name: string) => string | undefined;

/** Who is dealt with, and where. */
export interface Somebody {
  readonly user: User;
  readonly request: Request;
  readonly caller: Caller;
  readonly t: Messages;
}

/** What is asked for. */
interface Askable {
  readonly authenticator: Authenticator;
  /** All that are asked for together, itself among them; by itself unless given. */
  readonly anyOf?: readonly Named[] | undefined;
}

/** One of several. */
export interface Named {
  readonly authenticator: Authenticator;
}

/** Somebody who is asked for a proof. */
export interface Asked extends Somebody, Askable {
  /** The name of the application they are about to use. */
  readonly application: string;
  /** What they are about to do there, in their language, if that is known. */
  readonly what?: string | undefined;
  /**
   * The session or the browser, if this very authenticator was proven in it before. Whoever merely knows the password has none, so what
   * strangers spend of asking is counted apart.
   */
  readonly provenIn?: string | undefined;
}

/** What came of checking an answer. Nothing is recorded yet: that happens together with using it up. */
export type ProofOutcome =
  | {
      readonly valid: true;
      readonly event: AuthenticationEvent;
      readonly consume: readonly Once[];
      /** What must not be accepted any more besides. */
      readonly retire: readonly Once[];
      /** What it was judged by of the stored material, and what that becomes, in the same breath as it is recorded. */
      readonly material?: Omit<MaterialChange, 'authenticatorId'>;
    }
  | { readonly valid: false; readonly reason: Refusal };

/** Why an answer was not accepted: `unverifiable` when no answer could have been. */
export type Refusal =
  | 'missing'
  | 'wrong'
  | 'unverifiable'
  | 'already_used'
  | 'expired'
  | 'declined'
  | 'not_yet'
  | 'cloned'
  | 'not_verified';

/** Something that was asked of a person could not be begun: a sentence for them. */
export interface CannotBegin {
  readonly ok: false;
  readonly error: string;
  readonly retryAfterSeconds?: number;
}

/** What is kept on the server until the answer comes; never sent out as it is. */
export interface Begun {
  readonly ok: true;
  readonly data: Ceremony['data'];
  /** What the application that began it is told once, and what is kept nowhere. */
  readonly told?: Readonly<Record<string, unknown>>;
}

/** The server speaks first: it makes a challenge, sends a code, asks a device. */
export interface Opening {
  /** As soon as its page is shown, or when the person presses a button: for what costs money or somebody's attention. */
  readonly when: 'shown' | 'pressed';
  readonly lifetimeSeconds: number;
  open(asked: Asked, ceremonyId: string, deps: Deps): Promise<Begun | CannotBegin>;
  /** Whether what was opened asks for these and no others; it does unless it says, for what names one authenticator asks for that. */
  asks?(data: Ceremony['data'], anyOf: readonly Named[]): boolean;
}

/** What a page says and asks. */
export interface Question {
  /** The fields that take the answer. */
  readonly fields: Markup;
  /** The words of the button, where the page has none better ("Confirm and transfer money"); `null` when there is no button. */
  readonly button?: string | null | undefined;
  /** The address of the script that the page needs besides the common one. */
  readonly script?: string | undefined;
}

/** What the challenge page knows of the authenticator that it asks for. */
export interface Shown extends Askable {
  readonly codesLeft?: number | undefined;
  /** What was opened and waits for the answer; nothing when it is yet to be opened by a press. */
  readonly ceremony: Ceremony | undefined;
  /** What went wrong with the last answer; a sentence. */
  readonly error?: string | undefined;
  /** What the address of the page brings, to be confirmed and no more: the code of a link in a mail. */
  readonly brought?: Answer | undefined;
}

export interface FactorView {
  readonly kind: ProofKind;
  /** What choosing it does: "Use a recovery code". */
  way(t: Messages): string;
  /** What helps to choose: the device's name, how many codes are left. */
  hint(shown: Askable & Pick<Shown, 'codesLeft'>, t: Messages): string | undefined;
  question(shown: Shown, t: Messages): Question;
  /** Why an answer was not accepted, and what to do. */
  refused(reason: Refusal, t: Messages): string;
}

/** An authenticator that is new, without what the store adds. */
export type NewAuthenticator = Pick<Authenticator, 'id' | 'factor' | 'name' | 'material' | 'lookup'>;

/** What came of the last answer of an enrolment. Nothing is enrolled yet. */
export type EnrolmentOutcome =
  | {
      readonly ok: true;
      readonly authenticators: readonly NewAuthenticator[];
      readonly consume: readonly Once[];
      /** Shown to its owner once: the codes that were made. */
      readonly show?: { readonly recoveryCodes: readonly string[] };
      /** The proof that was given with it, for an enrolment that is part of a step-up. */
      readonly event: AuthenticationEvent;
    }
  | { readonly ok: false; readonly reason: Refusal };

/** How a person comes to have an authenticator. */
export interface Enrolment {
  /** Whether somebody without a fitting one may enrol it while they step up, behind the guard. */
  readonly guarded: boolean;
  /** Whether it may be where it is configured so; everywhere unless it says. */
  guardedHere?(config: FactorSettings): boolean;
  /** The names it has in Auth0's My Account API: `totp`, `phone`, `email`, `passkey` … */
  readonly types: readonly string[];
  readonly lifetimeSeconds: number;
  /** A new one takes the place of the one that its owner has: a sheet of codes. */
  readonly renews?: boolean;
  /** What has to be answered before it can begin (a phone number), if anything does. */
  asks?(error: string | undefined, t: Messages, config: FactorSettings): Question;
  /** @param ceremonyId names what is begun; the id of the new authenticator may be made of it */
  begin(somebody: Somebody, answer: Answer, ceremonyId: string, deps: Deps): Promise<Begun | CannotBegin>;
  /** The page on which it is finished. */
  question(
    data: Ceremony['data'],
    somebody: Pick<Somebody, 'user' | 'request' | 't'>,
    error: string | undefined,
    deps: Deps,
  ): Promise<Question & { readonly title: string; readonly lead: string }>;
  /** What an application is told that enrols in a person's name (the body of `POST /me/v1/authentication-methods`). */
  describe(data: Ceremony['data'], user: User, deps: Deps): Readonly<Record<string, unknown>>;
  finish(somebody: Somebody, ceremony: Ceremony, answer: Answer, at: Instant, deps: Deps): Promise<EnrolmentOutcome>;
  refused(reason: Refusal, t: Messages): string;
}

/** Whose answer is limited, and where it comes from. */
export interface Trier extends Trying {
  readonly username: string;
  /** Names the browser, if the person has signed in there before. */
  readonly knownBrowser: string | undefined;
}

/** The configuration, as far as a factor may look at it. */
export type FactorSettings = Omit<ParsedConfig, 'levels' | 'apis' | 'clients'>;

export interface Factor {
  /** Kept in authenticators, events and audit records; never changes. */
  readonly name: string;
  /** The order in which factors that would do are offered, the highest first. It satisfies no requirement. */
  readonly strength: number;
  /** What an authenticator would prove; nothing when its material cannot be used. */
  proves(authenticator: Pick<Authenticator, 'material'>): FactorTraits | undefined;
  /** What the best authenticators of this kind would prove: whether anybody could reach a level is judged by it. */
  readonly best: readonly FactorTraits[];
  /** What they would prove besides, where the configuration says what it takes. */
  bestHere?(config: FactorSettings): readonly FactorTraits[];
  /** Whether this server, as it is configured, can ask for it. */
  available(config: FactorSettings): boolean;
  /** Makes an authenticator of what is known of everybody, without an enrolment; nothing where it is not configured so. */
  implied?(config: FactorSettings): ((user: User) => Authenticator | undefined) | undefined;
  /** Asked for factors that can run out. Nothing when it cannot be proven now. */
  usable?(
    authenticator: Authenticator,
    store: Pick<Store, 'authenticators'>,
  ): Promise<{ readonly codesLeft?: number } | undefined>;
  /** The names of what is typed in answer: when none of it holds anything it is a slip, and not counted as a try. */
  readonly typed: readonly string[];
  /** Limits of answering. */
  limits(trier: Trier): readonly Limit[];
  readonly opening?: Opening;
  /**
   * Finds the authenticator that an answer says to come from, as its `lookup` does. Where a factor can, all that a person has of it and that
   * would do are asked for together, and each answer is judged as that authenticator's.
   */
  lookupIn?(answer: Answer): string | undefined;
  /**
   * Checks an answer.
   *
   * @param ceremony what was opened, for a factor that the server speaks to first; it is used up by whoever records the proof
   * @param at the moment the proof counts as given
   * @throws PasswordHasherBusy when too many passwords are being checked
   */
  check(asked: Asked, answer: Answer, ceremony: Ceremony | undefined, at: Instant, deps: Deps): Promise<ProofOutcome>;
  readonly view: FactorView;
  readonly enrolment?: Enrolment;
}
