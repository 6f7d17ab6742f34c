import { single } from '@stile/core';
import type { Deps, Handler } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { queryParameters } from '../http/body.ts';
import { readCookie } from '../http/cookies.ts';
import { json } from '../http/responses.ts';
import { displayName } from '../pages/display-name.ts';
import { parseGivenAnswer } from '../push/ask.ts';
import { parseRegistration } from '../push/registration.ts';
import { currentSession } from '../session/current-session.ts';
import type { Ceremony } from '../store/records.ts';

/** Whether it was begun in this browser: in an interaction of it, or by the person who is signed in here. */
const isOfThisBrowser = async (ceremony: Ceremony, request: Request, deps: Deps): Promise<boolean> => {
  const interaction = await deps.store.interactions.find(ceremony.boundTo);
  if (interaction) {
    const browser = readCookie(request, 'browser', deps.config);
    return browser !== undefined && interaction.browserHash === sha256(browser);
  }
  const current = await currentSession(request, deps);
  return current !== undefined && current.user.id === ceremony.userId;
};

/** The name of the device that is ready to be connected, for its owner to recognise. */
const readyDevice = ({ purpose, answer }: Ceremony, { config, secrets }: Deps): string | undefined => {
  const message = purpose === 'enrol' ? parseGivenAnswer(answer)?.message : undefined;
  const registration =
    message === undefined ? undefined : parseRegistration(message, secrets, config.issuer, config.push.services);
  return registration && displayName(registration.name);
};

/** `GET /push/status`: tells the page that waits whether there is an answer, and not which. Nothing is used up by asking (T15). */
export const pushStatus: Handler = async (request, deps) => {
  const id = single(queryParameters(request), 'ceremony');
  const ceremony = id.ok && id.value !== undefined ? await deps.store.ceremonies.find(id.value, deps.now()) : undefined;
  if (ceremony?.factor !== 'push' || !(await isOfThisBrowser(ceremony, request, deps))) return json({ state: 'gone' });
  if (ceremony.answer === null) return json({ state: 'waiting' });
  const device = readyDevice(ceremony, deps);
  return json({ state: 'answered', ...(device !== undefined && { device }) });
};
