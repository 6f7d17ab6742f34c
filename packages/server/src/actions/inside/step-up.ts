/** `api.stepUp`: a proof in the middle of an Action. The code after it is the code after the challenge. */
import type { Json } from '../call.ts';
import type { Host } from './host.ts';
import { checkedArguments, isObject, jsonCopy } from './values.ts';

const requireStepUp = async (host: Host, given: unknown): Promise<Json> => {
  const [demand] = checkedArguments('stepUp.require', 'demand:object', [given]);
  const { acr, maxAge, reason } = isObject(demand) ? demand : {};
  if (acr === undefined && maxAge === undefined) throw new TypeError('api.stepUp.require: name acr, maxAge, or both');
  const names = Array.isArray(acr) ? acr : [acr];
  if (acr !== undefined && (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== ''))) {
    throw new TypeError('api.stepUp.require: acr must be the name of a level, or several');
  }
  if (maxAge !== undefined && typeof maxAge !== 'number' && typeof maxAge !== 'string') {
    throw new TypeError('api.stepUp.require: maxAge must be seconds, or a duration as "5m"');
  }
  if (reason !== undefined && typeof reason !== 'string') {
    throw new TypeError('api.stepUp.require: reason must be a string');
  }
  const json = (value: unknown): Json => jsonCopy(value, 'api.stepUp.require');
  return host.ask({
    ask: 'step-up',
    demand: {
      ...(acr !== undefined && { acr: json(names) }),
      ...(maxAge !== undefined && { maxAge: json(maxAge) }),
      ...(reason !== undefined && { reason: json(reason) }),
    },
  });
};

export const buildStepUp = (host: Host) => ({ require: (demand: unknown) => requireStepUp(host, demand) });

export const STEP_UP = { requireStepUp, buildStepUp };
