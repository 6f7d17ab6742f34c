/** "Remember this device", on the page that asks for a proof: only where it would spare the person that question the next time. */
import type { AuthenticationEvent, RequirementTrace } from '@stile/core';
import { levelNamed } from '@stile/core';
import type { Deps } from '../deps.ts';
import { isSpareable, levelsToRemember, rememberDevice } from '../session/remembered-device.ts';
import type { Answered, Opened } from './open.ts';

/** For how long the browser would be remembered; nothing when it may not be, or when that would change nothing. */
export const rememberingSeconds = (
  { decided }: Pick<Opened, 'decided'>,
  { config }: Pick<Deps, 'config'>,
): number | undefined => {
  const { rememberDevice: settings, levels } = config;
  if (settings === undefined) return undefined;
  const remembered = settings.acr.flatMap((name) => levelNamed(levels, name)?.acr ?? []);
  const isAsked = decided.decision.trace.requirements.some(
    (demand) =>
      !demand.met &&
      isSpareable(demand, config) &&
      isSparedByAction(demand, decided) &&
      demand.acr?.some((acr) => remembered.includes(acr)),
  );
  return isAsked ? settings.age : undefined;
};

/** Of what Actions demand a remembered browser is spared only what they said it of. */
const isSparedByAction = ({ source }: RequirementTrace, { facts }: Opened['decided']): boolean =>
  source.from !== 'action' ||
  (facts.actions?.spareable ?? []).some((one) => one.source.from === 'action' && one.source.action === source.action);

/** Remembers the browser when its person ticked that, and the proof that was just recorded shows what it takes. */
export const rememberedBy = async (
  answered: Answered,
  proven: AuthenticationEvent,
  deps: Deps,
): Promise<readonly string[]> => {
  const { current } = answered.decided;
  if (!current || !answered.form.has('remember') || rememberingSeconds(answered, deps) === undefined) return [];
  const { request, caller } = answered;
  const events = answered.decided.facts.person?.events ?? [];
  const acrs = levelsToRemember(events, proven, deps.config);
  const restsOn = [...events, proven].map(({ authenticator }) => authenticator);
  const guard = { sessionId: current.session.id, restsOn };
  const kept = await rememberDevice(current.user, acrs, { request, caller, guard }, deps);
  return kept === undefined ? [] : [kept];
};
