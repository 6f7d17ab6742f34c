/**
 * What approving devices call. No cookie counts here: each message is signed with the key of its device, for this server and for one
 * purpose, and who sends it says nothing.
 */
import { single } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { Caller, Deps, Handler } from '../deps.ts';
import { formOrJsonParameters } from '../http/body.ts';
import { json } from '../http/responses.ts';
import type { Asking } from '../push/answer.ts';
import { judgeAnswer, parseAnswered } from '../push/answer.ts';
import type { Ask } from '../push/ask.ts';
import { parseAsk } from '../push/ask.ts';
import { noteDecision } from '../push/decided.ts';
import type { Device } from '../push/device.ts';
import { lookupOf, materialOf, parseDevice } from '../push/device.ts';
import { parseClaimedDevice, verifyDeviceMessage } from '../push/device-message.ts';
import { answerLimits, pollLimits, strangerLimits } from '../push/limits.ts';
import { parsePoll } from '../push/poll.ts';
import { parseRegistration } from '../push/registration.ts';
import { vapidKeys } from '../push/vapid.ts';
import type { ThrottleLimit } from '../store/ports.ts';
import type { Authenticator, Ceremony, User } from '../store/records.ts';

/** Why a device is refused: its status, and a sentence for whoever builds one. */
const REFUSALS = {
  invalid_request: [400, 'Send one message, in a form or as JSON'],
  unknown_device: [401, 'No device of anybody signed this'],
  clock: [401, 'The clock of the device is off; server_time says what time it is'],
  replayed: [401, 'This message was heard before'],
  gone: [410, 'This was answered already, has ended, or never was'],
  too_many_requests: [429, 'Ask again later'],
} as const;

const refusal = (
  error: keyof typeof REFUSALS,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response => {
  const [status, description] = REFUSALS[error];
  return json({ error, error_description: description, ...more }, status, headers);
};

const throttled = async (limits: readonly ThrottleLimit[], deps: Deps): Promise<Response | undefined> => {
  const taken = await deps.store.throttles.take(limits, deps.now());
  if (taken.allowed) return undefined;
  const { retryAfterSeconds } = taken;
  return refusal('too_many_requests', {}, { 'retry-after': String(retryAfterSeconds) });
};

const messageIn = async (request: Request): Promise<string | undefined> => {
  const body = await formOrJsonParameters(request);
  const message = body.ok ? single(body.value, 'message') : undefined;
  return message?.ok ? message.value : undefined;
};

/** One answer to everybody who is no device of ours, whatever is wrong; and not too often. */
const stranger = async ({ address }: Caller, deps: Deps): Promise<Response> =>
  (await throttled(strangerLimits(address, deps.config), deps)) ?? refusal('unknown_device');

interface Known {
  readonly authenticator: Authenticator;
  readonly device: Device;
  readonly user: User;
  readonly thumbprint: string;
}

/** Whose device it claims to be. */
const claimed = async (message: string, deps: Deps): Promise<Known | undefined> => {
  const thumbprint = parseClaimedDevice(message);
  if (thumbprint === undefined || !deps.config.push.enabled) return undefined;
  const authenticator = await deps.store.authenticators.findByLookup(lookupOf(thumbprint));
  const device = authenticator?.factor === 'push' ? parseDevice(authenticator.material) : undefined;
  const user = authenticator && device ? await deps.store.users.find(authenticator.userId) : undefined;
  return authenticator && device && user?.blockedAt === null ? { authenticator, device, user, thumbprint } : undefined;
};

/** `POST /push/enrol`: a device brings its key to the enrolment whose code it was shown. It is connected when its owner says so there. */
export const enrolDevice: Handler = async (request, deps, caller) => {
  const message = await messageIn(request);
  if (message === undefined) return refusal('invalid_request');
  const tooMany = await throttled(strangerLimits(caller.address, deps.config), deps);
  if (tooMany) return tooMany;
  const { issuer, push } = deps.config;
  const registration = parseRegistration(message, deps.secrets, issuer, push.services);
  if (!registration) return refusal('gone');
  const ceremony = await deps.store.ceremonies.find(registration.ceremonyId, deps.now());
  if (ceremony?.purpose !== 'enrol' || ceremony.factor !== 'push' || ceremony.userId === null) {
    return refusal('gone');
  }
  const user = await deps.store.users.find(ceremony.userId);
  if (!user || user.blockedAt !== null) return refusal('gone');
  const kept = await deps.store.ceremonies.answer(ceremony.id, { message, at: deps.now() }, deps.now(), [
    auditRecord(deps, 'push.device_ready', { userId: user.id, requestId: caller.requestId }),
  ]);
  return kept ? json({ account: user.username, callable: registration.subscription !== null }) : refusal('gone');
};

const shownQuestion = ({ id }: Ceremony, { application, what, browser, place, askedAt, answerBy }: Ask) => ({
  ceremony: id,
  application,
  what,
  browser,
  place,
  asked_at: askedAt,
  answer_by: answerBy,
});

/**
 * What the device is asked at this moment; of several one alone, for a person is asked one thing at a time: the latest of those that are
 * asked where it approved before, which nobody else's hides, or else the latest.
 */
const questionsFor = async ({ authenticator }: Known, deps: Deps) => {
  const asking = await deps.store.ceremonies.asking(authenticator.id, deps.now());
  const questions = asking.flatMap((ceremony) => {
    const ask = ceremony.purpose === 'prove' && ceremony.factor === 'push' ? parseAsk(ceremony.data) : undefined;
    return ask && ask.answerBy > deps.now() ? [{ ceremony, ask }] : [];
  });
  const first = questions.findLast(({ ask }) => ask.proven) ?? questions.at(-1);
  return first ? [shownQuestion(first.ceremony, first.ask)] : [];
};

/** `POST /push/poll`: what is this device asked? */
export const pollDevice: Handler = async (request, deps, caller) => {
  const message = await messageIn(request);
  if (message === undefined) return refusal('invalid_request');
  const known = await claimed(message, deps);
  if (!known) return stranger(caller, deps);
  const { authenticator, device } = known;
  const poll = parsePoll(message, device.key, deps.config.issuer, deps.config.push.services, deps.now());
  if (!poll.ok) {
    if (poll.reason === 'forged') return stranger(caller, deps);
    return refusal('clock', { server_time: deps.now() });
  }
  const tooMany = await throttled(pollLimits(known.thumbprint, deps.config), deps);
  if (tooMany) return tooMany;
  if (!(await deps.store.once.consume(poll.once, []))) return refusal('replayed');
  if (poll.subscription && poll.subscription.endpoint !== device.subscription?.endpoint) {
    const material = materialOf({ ...device, subscription: poll.subscription });
    await deps.store.authenticators.replaceMaterial(authenticator.id, authenticator.material, material);
  }
  return json({
    account: known.user.username,
    questions: await questionsFor(known, deps),
    server_time: deps.now(),
    vapid_key: (await vapidKeys(deps.store.keys)).publicKey,
  });
};

/** The question that an answer is to, if this very device is asked it. */
const questionTo = async (message: string, { authenticator, device }: Known, deps: Deps) => {
  const id = parseAnswered(message);
  const ceremony = id === undefined ? undefined : await deps.store.ceremonies.find(id, deps.now());
  if (ceremony?.purpose !== 'prove' || ceremony.factor !== 'push') return undefined;
  if (ceremony.authenticatorId !== authenticator.id || ceremony.userId !== authenticator.userId) return undefined;
  const ask = parseAsk(ceremony.data);
  if (!ask) return undefined;
  const asking: Asking = { ceremonyId: ceremony.id, number: ask.number, answerBy: ask.answerBy, key: device.key };
  return { ceremony, ask, asking };
};

/** `POST /push/answer`: what its owner decided. It is final: whatever comes after it is too late. */
export const answerPush: Handler = async (request, deps, caller) => {
  const message = await messageIn(request);
  if (message === undefined) return refusal('invalid_request');
  const known = await claimed(message, deps);
  if (!known) return stranger(caller, deps);
  // Before anything is counted: the name of its key is no secret, and nobody spends by it what the device has.
  if (!verifyDeviceMessage(message, 'answer', known.device.key, deps.config.issuer)) return stranger(caller, deps);
  const tooMany = await throttled(answerLimits(known.thumbprint, deps.config), deps);
  if (tooMany) return tooMany;
  const question = await questionTo(message, known, deps);
  if (!question) return refusal('gone');
  const verdict = judgeAnswer(message, question.asking, deps.config.issuer, deps.now());
  if (!verdict.counts) return verdict.reason === 'forged' ? stranger(caller, deps) : refusal('gone');
  const { decision } = verdict;
  const kept = await deps.store.ceremonies.answer(
    question.ceremony.id,
    { message, at: deps.now(), decision },
    deps.now(),
    [
      auditRecord(deps, 'push.answered', {
        userId: known.user.id,
        sessionId: question.ask.sessionId,
        requestId: caller.requestId,
        details: { authenticator: known.authenticator.id, decision },
      }),
    ],
  );
  if (!kept) return refusal('gone');
  await noteDecision(known, question.ask, decision, caller, deps);
  return json({ decision });
};
