/** Asks a device, unless its person has been asked enough. */
import type { Instant } from '@stile/core';
import { instant, latest, secondsAfter } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import type { Asked, Begun, CannotBegin } from '../factors/factor.ts';
import { displayName } from '../pages/display-name.ts';
import { currentSession } from '../session/current-session.ts';
import type { Authenticator, Ceremony } from '../store/records.ts';
import { limitsOf } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import type { Ask } from './ask.ts';
import { newNumber, parseAsk } from './ask.ts';
import { parseDevice } from './device.ts';
import { askerOf, noDenials, pausedUntil } from './fatigue.ts';
import { browserName, networkAround } from './place.ts';
import { ringDevice } from './ring.ts';

interface Open {
  readonly ceremony: Ceremony;
  readonly ask: Ask;
}

/** What a person's devices are being asked at this moment. */
const openQuestions = async (devices: readonly Authenticator[], deps: Deps): Promise<readonly Open[]> => {
  const all = await Promise.all(devices.map(({ id }) => deps.store.ceremonies.asking(id, deps.now())));
  return all.flat().flatMap((ceremony) => {
    const ask = ceremony.factor === 'push' ? parseAsk(ceremony.data) : undefined;
    return ask && ask.answerBy > deps.now() ? [{ ceremony, ask }] : [];
  });
};

/** The longest pause of a person's devices holds for all of them. */
const pauseOf = (devices: readonly Authenticator[], asker: ReturnType<typeof askerOf>): Instant =>
  latest(instant(0), ...devices.map(({ material }) => pausedUntil(parseDevice(material)?.denials[asker] ?? noDenials)));

/**
 * Makes the question and calls the device. A session's own open question gives way to its new one, and that of somebody who merely knows
 * the password gives way to one that is asked where the device approved before; no other does.
 */
export const askDevice = async (asked: Asked, deps: Deps): Promise<Begun | CannotBegin> => {
  const { user, authenticator, request, caller, t } = asked;
  const sessionId = (await currentSession(request, deps))?.session.id ?? null;
  const proven = asked.provenIn !== undefined;
  const devices = (await deps.store.authenticators.ofUser(user.id)).filter(({ factor }) => factor === 'push');
  const pause = pauseOf(devices, askerOf({ proven })) - deps.now();
  if (pause > 0) return { ok: false, error: t.push.paused(pause), retryAfterSeconds: pause };
  const open = await openQuestions(devices, deps);
  const givesWay = ({ ask }: Open): boolean =>
    (proven && !ask.proven) || (ask.sessionId !== null && ask.sessionId === sessionId);
  if (!open.every(givesWay)) return { ok: false, error: t.push.busy };
  const { provenIn } = asked;
  const trying = { userId: user.id, authenticatorId: authenticator.id, address: caller.address, provenIn };
  const budget = await takeTry(limitsOf('push-sent', trying), deps);
  if (!budget.allowed) {
    const { retryAfterSeconds } = budget;
    return { ok: false, error: t.push.tooMany(retryAfterSeconds), retryAfterSeconds };
  }
  for (const { ceremony } of open) await deps.store.ceremonies.end(ceremony.id);
  const answerWithin = deps.config.push.answerWithin;
  const ask: Ask = {
    number: newNumber(deps.randomBytes),
    answerBy: secondsAfter(deps.now(), answerWithin),
    application: displayName(asked.application),
    what: asked.what === undefined ? null : displayName(asked.what),
    browser: browserName(request.headers.get('user-agent') ?? ''),
    place: networkAround(caller.address),
    askedAt: deps.now(),
    sessionId,
    proven,
  };
  await deps.store.audit.append([
    auditRecord(deps, 'push.asked', {
      userId: user.id,
      sessionId,
      requestId: caller.requestId,
      details: { authenticator: authenticator.id },
    }),
  ]);
  ringDevice(authenticator, answerWithin, deps);
  return { ok: true, data: { ...ask } };
};
