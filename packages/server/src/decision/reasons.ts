/**
 * The vocabulary: every stable word that says why, wherever it stands (in a trace, a record, a metric, the log). A test holds it complete, and
 * `docs/reference/reasons.md` is printed from it. A word never changes its meaning; one that is not used any more goes.
 */
import type { RequirementReason } from '@stile/core';
import type { RunFailure } from '../actions/run-state.ts';
import type { Refusal } from '../factors/factor.ts';
import type { Signal } from '../risk/signals.ts';

/** Who learns of it besides operators: the person in words of their page, the application by an error code and a description, or nobody. */
type Told = 'person' | 'application' | 'nobody';

interface Reason {
  /** What it means, as a sentence for operators. */
  readonly says: string;
  readonly told: Told;
}

const person = (says: string): Reason => ({ says, told: 'person' });
const application = (says: string): Reason => ({ says, told: 'application' });
const nobody = (says: string): Reason => ({ says, told: 'nobody' });

/** What tipped the scales of an authorization decision: `trace.reason`. */
const STEPS = {
  all_met: application('Everything that is demanded is proven.'),
  nobody_signed_in: person('Nobody has signed in.'),
  no_first_factor: person('What is proven does not begin with a sign-in.'),
  other_person_expected: person('The application wants another person than the one who is signed in.'),
  account_not_selected: person('The application wants the person to choose an account.'),
  proof_missing: person('A demand is not met, and the person has what would meet it.'),
  nothing_enrolled: person('A demand is not met, and nothing that the person has set up would meet it.'),
  consent_missing: person('The person has not agreed yet to what the application asks for.'),
  consent_asked_again: person('The application wants the person to be asked for their consent again.'),
  unattainable: application('Nobody could meet the demands with the factors that this server knows.'),
  another_person: application('Another person than the one who began has signed in.'),
  not_the_expected_person: application('Whoever signed in is not the person that the application asked for.'),
  login_needs_page: application('The person would have to sign in, and the application allows no page.'),
  challenge_needs_page: application('The person would have to prove something, and nobody can be asked.'),
  enrolment_needs_page: application('The person would have to set something up, and the application allows no page.'),
  selection_needs_page: application('The person would have to choose an account, and the application allows no page.'),
  consent_needs_page: application('The person would have to agree, and the application allows no page.'),
  declined: application('The person said no.'),
} as const satisfies Readonly<Record<string, Reason>>;

/** Why a demand is met or not: `requirements[].reason`. */
const REQUIREMENTS = {
  met: nobody('It is met by the proof that is named.'),
  nobody_signed_in: STEPS.nobody_signed_in,
  level_unknown: nobody('None of the levels that are asked for exists here.'),
  level_not_shown: person('What is proven does not add up to the level.'),
  factor_not_shown: person('None of the factors that are asked for was proven.'),
  proof_too_old: person('The level is shown, and the proof that renews it is too old.'),
  proofs_too_old: person('Every proof must be fresh, and not all are.'),
} as const satisfies Readonly<Record<RequirementReason, Reason>>;

/** Signs of risk, which stand in the source of a demand and in the metrics: `docs/reference/risk-signals.md`. */
const RISK = {
  new_device: person('The person was not seen in this browser before.'),
  new_country: person('The person was not seen in this country before.'),
  impossible_travel: person('Nobody travels so fast from where the person was last.'),
  long_absence: person('The person was not here for a long time.'),
  many_failures: person('Many proofs for this account were refused lately.'),
} as const satisfies Readonly<Record<Signal, Reason>>;

/** Why a proof was not accepted: `proof.refused`, and the metrics. */
const PROOFS = {
  missing: person('Nothing was entered.'),
  wrong: person('It was not right.'),
  unverifiable: person('There is nothing to check it against, or what is kept cannot be read.'),
  already_used: person('It was right, and was used before.'),
  expired: person('It came too late.'),
  declined: STEPS.declined,
  not_yet: person('The other device has not answered yet.'),
  cloned: person('The counter of a security key went back: there may be a copy of it.'),
  not_verified: person('The device did not verify the person.'),
  throttled: person('Too many were tried; the next try is free later.'),
  another_person: person('It is the proof of another person than the one who began.'),
  issuer_unknown: nobody('The other server is not configured.'),
  auth_time_missing: nobody('The other server does not say when the person signed in there.'),
  auth_time_in_the_future: nobody('The other server says that the person will sign in later.'),
} as const satisfies Readonly<Record<Refusal, Reason>> & Readonly<Record<string, Reason>>;

/** What an approving device sent and does not count. */
const DEVICES = {
  forged: nobody('It is not signed by the device that was asked, or is no answer.'),
  'another-question': nobody('It answers another question than the one that was asked.'),
  late: nobody('It came after its time.'),
  clock: nobody('The clock of the device is too far off.'),
} as const satisfies Readonly<Record<string, Reason>>;

/** How Actions refuse: `trace.reason`. */
const ACTIONS = {
  denied_by_action: application('An Action denied the access.'),
  action_threw: application('An Action threw an error.'),
  action_cpu_time_exceeded: application('An Action computed for longer than it may.'),
  action_wall_time_exceeded: application('An Action took longer than it may.'),
  action_memory_exceeded: application('An Action used more memory than it may.'),
  action_result_too_large: application('An Action wanted more than it may, or got an answer that is too large.'),
  action_journal_mismatch: application('An Action that was run anew asked for something else than before.'),
  action_never_settles: application('An Action waits for something that nothing will answer.'),
  action_not_runnable: application('An Action is no program, or has no function of the right name.'),
  action_overloaded: application('Too many Actions were running.'),
  action_unsupported: application('An Action asked for something that does not exist here.'),
  action_invalid_command: application('An Action called a method with arguments that it cannot have.'),
  action_too_many_challenges: application('Actions wanted the person to prove more than four things.'),
  action_no_usable_factor: application('An Action demands factors of which the person can use none.'),
  action_interaction_required: application('An Action wants the person to do something, and nobody can be asked.'),
  action_version_missing: application('A version of an Action that the request began with is gone.'),
  action_state_invalid: application('What was kept of a run through the Actions cannot be read.'),
} as const satisfies Readonly<Record<`action_${RunFailure}` | 'denied_by_action', Reason>>;

/** What is wrong with an authorization request. */
const REQUESTS = {
  client_id_missing: person('The request does not say which application it is from.'),
  client_unknown: person('There is no such application.'),
  client_may_not: person('The application may not sign people in.'),
  redirect_uri_missing: person('The request does not say where to return to, and several places are registered.'),
  redirect_uri_unregistered: person('The request wants to return to a place that is not registered.'),
  response_mode_unsupported: person('The way to return is not supported.'),
  request_malformed: person('A parameter that is needed to answer is doubled, too long or holds a control character.'),
  too_long: application('A parameter is too long; its name follows the colon.'),
  control_character: application('A parameter holds a control character; its name follows the colon.'),
  doubled: application('A parameter occurs more than once; its name follows the colon.'),
  request_object: application('Requests as signed objects are not supported.'),
  request_uri: application('Requests by reference are not supported.'),
  registration: application('Registration within a request is not supported.'),
  response_type_missing: application('The response type is missing.'),
  response_type: application('Only the response type `code` is supported.'),
  prompt_unknown: application('`prompt` holds a value that is not supported.'),
  prompt_none_mixed: application('`prompt` holds `none` and something else.'),
  max_age_malformed: application('`max_age` is no whole number of seconds.'),
  claims_malformed: application('`claims` is not a valid claims request.'),
  code_challenge_missing: application('The method of a PKCE challenge is there, and the challenge is not.'),
  code_challenge_malformed: application('The PKCE challenge is malformed.'),
  pkce_required: application('The application must send a PKCE challenge.'),
  pkce_method: application('The PKCE method is not S256.'),
  several_targets: application('The request names more than one API.'),
  audience_unknown: application('The API does not exist, or is not open to the application.'),
  audience_missing: application('The request names no API.'),
  no_scope_left: application('None of the scopes exists and is allowed to the application.'),
  scope_of_action_not_allowed: application(
    'An Action adds a scope that does not exist or is not allowed to the application.',
  ),
  nothing_to_consent_to: application('The request asks for nothing that the person could agree to.'),
  hint_invalid: application('`id_token_hint` is no ID token of this server.'),
  two_people_expected: application('`id_token_hint` and `claims` name different people.'),
} as const satisfies Readonly<Record<string, Reason>>;

/** Why no token was given. What the application is told is coarser: `invalid_grant`, most often. */
const TOKENS = {
  grant_type_missing: application('The request names no grant type.'),
  grant_type_unknown: application('The grant type is not supported.'),
  grant_type_not_registered: application('The application may not use the grant type.'),
  code_missing: application('The request has no code.'),
  code_unknown: nobody('There is no such code.'),
  code_reused: nobody('The code was used before; what it gave is revoked.'),
  code_expired: nobody('The code is too old.'),
  code_of_another_client: nobody('The code was made for another application.'),
  redirect_uri_differs: nobody('The redirect URI is not the one of the authorization request.'),
  verifier_malformed: application('The PKCE verifier is malformed.'),
  verifier_missing: nobody('The PKCE verifier is missing.'),
  verifier_wrong: nobody('The PKCE verifier does not fit the challenge.'),
  verifier_without_challenge: nobody('There is a PKCE verifier, and there was no challenge.'),
  refresh_token_missing: application('The request has no refresh token.'),
  refresh_token_unknown: nobody('There is no such refresh token.'),
  refresh_token_reused: nobody('The refresh token was exchanged before; its family is revoked.'),
  refresh_token_expired: nobody('The refresh token is too old, or was unused for too long.'),
  refresh_token_of_another_client: nobody('The refresh token was given to another application.'),
  grant_revoked: nobody('What the person granted was revoked.'),
  session_ended: nobody('The session has ended.'),
  user_blocked: application('The person is blocked, or does not exist any more.'),
  proofs_from_the_future: nobody('The proofs were dated by a clock that was set back since.'),
  api_taken_away: nobody('The API does not exist any more, or was taken from the application.'),
  audience_not_granted: application('The grant is for another API.'),
  requirements_unmet: nobody('What was demanded, in the terms of the policy of today, is not met by what was proven.'),
  scope_not_granted: application('A refresh asks for more than was granted.'),
  scope_needs_a_person: application(
    'An application that acts for itself asks for a scope that demands a proof by a person.',
  ),
  token_missing: application('The request has no token.'),
} as const satisfies Readonly<Record<string, Reason>>;

/** Why an application could not say who it is: `invalid_client`. */
const CLIENTS = {
  credentials_missing: nobody('There are no credentials.'),
  several_methods: application('There is more than one kind of credentials.'),
  client_ids_differ: nobody('The credentials name one application, and the body another.'),
  method_not_registered: nobody('The application must authenticate in another way.'),
  secret_missing: nobody('The secret is missing.'),
  secret_wrong: nobody('The secret is wrong.'),
  too_many_secrets: application('Too many secrets were tried.'),
  public_client: nobody('An application without credentials asks for what takes some.'),
  basic_malformed: nobody('The header with the credentials is malformed.'),
  assertion_type: nobody('The type of the assertion is not supported.'),
  assertion_malformed: nobody('The assertion is no JWT, or does not say whose it is.'),
  assertion_invalid: nobody('The assertion is not signed by a key of the application.'),
  assertion_claims: nobody('The assertion says too little, or is for somebody else.'),
  assertion_lives_too_long: nobody('The assertion is good for longer than it may be.'),
  assertion_from_the_future: nobody('The assertion is dated ahead.'),
  assertion_replayed: nobody('The assertion was used before.'),
  no_usable_key: nobody('The application has no key that could be used.'),
} as const satisfies Readonly<Record<string, Reason>>;

/** What is wrong with a body, or with the server. */
const TRANSPORT = {
  body_too_large: application('The body is too large.'),
  body_broken_off: application('The body breaks off.'),
  content_type: application('The body is of another type than it must be.'),
  json_malformed: application('The body is not a JSON object.'),
  json_member: application('A member of the JSON object is not a string.'),
  server_error: application('Something broke; the log says what.'),
  store_unavailable: application('The database cannot be used now.'),
} as const satisfies Readonly<Record<string, Reason>>;

/** Why something was ended or undone: the details of `session.ended`, `recovery.stopped` and others. */
const ENDINGS = {
  administrator: nobody('An administrator did it.'),
  owner: nobody('The person did it.'),
  signed_out: nobody('The person signed out.'),
  somebody_else: nobody('The person said that it is somebody else.'),
  ended_by_action: nobody('An Action ended it.'),
  push_reported: nobody('The person reported a question on their device that they did not cause.'),
  reported: nobody('The person said that they did not ask for it.'),
} as const satisfies Readonly<Record<string, Reason>>;

interface Group {
  readonly title: string;
  readonly reasons: Readonly<Record<string, Reason>>;
}

export const REASON_GROUPS: readonly Group[] = [
  { title: 'Why something was asked, issued or refused at the authorization endpoint', reasons: STEPS },
  { title: 'Why a demand is met or not', reasons: REQUIREMENTS },
  { title: 'Signs of risk', reasons: RISK },
  { title: 'Why a proof was not accepted', reasons: PROOFS },
  { title: 'What an approving device sent and does not count', reasons: DEVICES },
  { title: 'How Actions refuse', reasons: ACTIONS },
  { title: 'What is wrong with an authorization request', reasons: REQUESTS },
  { title: 'Why no token was given', reasons: TOKENS },
  { title: 'Why an application could not say who it is', reasons: CLIENTS },
  { title: 'What is wrong with a body, or with the server', reasons: TRANSPORT },
  { title: 'Why something was ended', reasons: ENDINGS },
];

const ALL = new Map(REASON_GROUPS.flatMap(({ reasons }) => Object.entries(reasons)));

/** What a stable word means; what follows its colon names a parameter. */
export const meaningOf = (code: string): string | undefined => {
  const [word = '', parameter] = code.split(':', 2);
  const says = ALL.get(word)?.says;
  return says === undefined || parameter === undefined ? says : `${says.split(';')[0]}: ${parameter}.`;
};
