/** A decision of the authorization server, read from its audit and put into words. */
import { isJsonObject } from '@stile/core';
import type { AuditRecord, Deps } from '@stile/server';

/** What was decided about a request, and why. */
export interface Told {
  /** The next step, or the end: `challenge`, `issue`, `refuse` … */
  readonly step: string;
  /** The stable word for what tipped the scales. */
  readonly reason: string;
  /** Each requirement in a line. */
  readonly requirements: readonly string[];
}

const searched = 50;

/** The decision about the request with this id; `undefined` when none was put on record. */
export const decisionOf = async (
  requestId: string,
  { store, now }: Pick<Deps, 'store' | 'now'>,
): Promise<Told | undefined> => {
  const records = await store.audit.recent(searched);
  const record = records.find((found) => found.requestId === requestId && isJsonObject(found.details.trace));
  return record && told(record, now());
};

const told = ({ details }: AuditRecord, now: number): Told => {
  const trace = isJsonObject(details.trace) ? details.trace : {};
  const requirements: readonly unknown[] = Array.isArray(trace.requirements) ? trace.requirements : [];
  return {
    step: String(trace.step),
    reason: String(trace.reason),
    requirements: requirements.filter(isJsonObject).map((requirement) => lineOf(requirement, now)),
  };
};

const minuteSeconds = 60;
const sourceWidth = 24;
const wishWidth = 30;

type JsonObject = Readonly<Record<string, unknown>>;

/** Where the requirement comes from, what it wants, and whether it is met, in columns. */
const lineOf = (requirement: JsonObject, now: number): string =>
  sourceOf(requirement.source).padEnd(sourceWidth) +
  wishOf(requirement, now).padEnd(wishWidth) +
  verdictOf(requirement, now);

const sourceOf = (source: unknown): string => {
  if (!isJsonObject(source)) return 'unknown';
  if (source.from === 'scope') return `scope ${String(source.scope)}`;
  return source.from === 'request' ? String(source.parameter) : String(source.from);
};

const wishOf = ({ acr, since }: JsonObject, now: number): string => {
  const level = Array.isArray(acr) ? (acr.length === 0 ? 'no level of ours' : acr.join(' or ')) : 'any proof';
  return typeof since === 'number' ? `${level} within ${Math.round((now - since) / minuteSeconds)} minutes` : level;
};

const verdictOf = ({ met, reason, by }: JsonObject, now: number): string => {
  if (met !== true) return `not met: ${String(reason)}`;
  return isJsonObject(by) ? `met by ${String(by.factor)}, ${Math.max(0, now - Number(by.at))} s ago` : 'met';
};
