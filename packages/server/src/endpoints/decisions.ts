/** `/api/v2/decisions`: what was decided, and why. */
import type { Instant } from '@stile/core';
import { instant, scopePolicy, secondsAfter } from '@stile/core';
import { explainDecision } from '../decision/explain.ts';
import { DECISION_TYPES } from '../decision/recorded.ts';
import type { Deps, Handler } from '../deps.ts';
import { json } from '../http/responses.ts';
import type { AuditPlace } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';
import { badRequest, HOW_A_MOMENT, momentIn, queryOf, refuseUnless } from './management.ts';
import { idInPath, moment, problem } from './me.ts';

const describe = (deps: Deps) => (audience: string, scope: string) =>
  scopePolicy(deps.config.apis.get(audience), scope)?.description?.en;

/** `GET /api/v2/decisions/:id`: one record, explained; of any type. */
export const showDecision: Handler = async (request, deps) => {
  const refusal = await refuseUnless('read:decisions', request, deps);
  if (refusal) return refusal;
  const record = await deps.store.audit.find(idInPath(request));
  if (!record) return problem(404, 'Not found', 'There is no such decision.');
  const link = await deps.store.chain.find(record.id);
  return json({
    ...summary(record, deps),
    explanation: explainDecision(record, describe(deps)),
    record,
    chain: link ? { seq: link.seq, hash: link.hash } : null,
  });
};

const summary = (record: AuditRecord, deps: Deps) => {
  const { sentence, reason } = explainDecision(record, describe(deps));
  const { id, at, type, userId, clientId } = record;
  return { id, at: moment(at), type, user_id: userId, client_id: clientId, reason, sentence };
};

const NAMES = ['user', 'client', 'from', 'to', 'take', 'cursor'] as const;

const MOST = 100;
const USUAL = 50;

interface Wanted {
  readonly user: string | undefined;
  readonly client: string | undefined;
  readonly from: Instant;
  readonly before: AuditPlace;
  readonly take: number;
}

const placeOf = (cursor: string): AuditPlace | undefined => {
  const [, at, id] = /^(\d{1,12})\.([\w-]{1,100})$/.exec(cursor) ?? [];
  return at === undefined || id === undefined ? undefined : { at: instant(Number(at)), id };
};

const wantedBy = (request: Request, deps: Deps): Wanted | Response => {
  const sent = queryOf(request, NAMES);
  if (sent instanceof Response) return sent;
  const { user, client, from, to, cursor, take: many } = sent;
  const [since, until] = [
    from === undefined ? instant(0) : momentIn(from),
    to === undefined ? undefined : momentIn(to),
  ];
  if (since === false || until === false) return badRequest(HOW_A_MOMENT);
  const take = many === undefined ? USUAL : /^\d{1,3}$/.test(many) ? Number(many) : 0;
  if (take < 1 || take > MOST) return badRequest(`take is a number from 1 to ${MOST}.`);
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && !place) return badRequest('The cursor is none of ours.');
  // An empty id stands before all of its second, so that `to` itself is left out.
  return { user, client, from: since, take, before: place ?? { at: until ?? secondsAfter(deps.now(), 1), id: '' } };
};

const PAGE = 200;

/** One call reads so many pages; whoever looks for something rare goes on from the cursor. */
const MOST_PAGES = 20;

/** `GET /api/v2/decisions?user=&client=&from=&to=&take=&cursor=`: the newest first. */
export const listDecisions: Handler = async (request, deps) => {
  const refusal = await refuseUnless('read:decisions', request, deps);
  if (refusal) return refusal;
  const wanted = wantedBy(request, deps);
  if (wanted instanceof Response) return wanted;
  const { user, client, from, take } = wanted;
  const found: AuditRecord[] = [];
  let next: AuditPlace | undefined = wanted.before;
  for (let pages = 0; next && pages < MOST_PAGES && found.length < take; pages += 1) {
    const page: readonly AuditRecord[] = await deps.store.audit.before(next, DECISION_TYPES, PAGE, user);
    next = page.length < PAGE ? undefined : page.at(-1);
    for (const record of page) {
      if (record.at < from) next = undefined;
      else if (client === undefined || record.clientId === client) found.push(record);
    }
  }
  const [shown, rest] = [found.slice(0, take), found.slice(take)];
  const end = rest.length > 0 ? shown.at(-1) : next;
  return json({
    decisions: shown.map((record) => summary(record, deps)),
    next_cursor: end ? `${end.at}.${end.id}` : null,
  });
};
