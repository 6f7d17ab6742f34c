import type { NextStep } from '@stile/core';
import { secondsAfter } from '@stile/core';
import { effectsOf } from '../actions/effects-of.ts';
import type { ActionRun } from '../actions/run-state.ts';
import { auditRecord } from '../audit/audit.ts';
import { madeOf } from '../decision/record.ts';
import { sparedDemands } from '../decision/spared-demands.ts';
import type { Caller, Deps } from '../deps.ts';
import { randomId, randomToken } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { readCookie } from '../http/cookies.ts';
import { sessionCookie } from '../session/session-cookie.ts';
import type { Code, Consent, Grant } from '../store/records.ts';
import type { DecidedWithActions } from './decide-with-actions.ts';
import { reportsOf } from './decide-with-actions.ts';
import { settle, sparedDetails } from './further.ts';
import { customClaimsOf, keptWithGrant } from './perform-effects.ts';
import { messagesFor, problemPage, respond } from './respond.ts';
import type { Decided } from './situation.ts';
import { consentAudience } from './situation.ts';

type Issue = Extract<NextStep, { step: 'issue' }>;

/**
 * Everything is met: keeps the grant with its facts and sends the client a code for it.
 *
 * @returns nothing when what was proven was taken back since the decision, which then is worth nothing
 */
export const sendCode = async (
  decided: DecidedWithActions,
  issue: Issue,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response | undefined> => {
  const { validated, current, interaction, decision, run } = decided;
  if (!current) throw new Error('Nothing is issued without a person.');
  if (!(await haveActionsAgreed(run, deps))) return undefined;
  const grant = newGrant(decided, issue, deps);
  const code = randomToken(deps);
  const outcome = await deps.store.grants.authorize({
    grant,
    code: newCode(code, grant, decided, deps),
    interactionId: interaction?.id ?? null,
    consents: consentsOf(decided, deps),
    touchSession: { id: current.session.id, at: deps.now() },
    ...(run && keptWithGrant(run, deps)),
    audit: [
      auditRecord(deps, 'authorize.granted', {
        clientId: validated.client.id,
        userId: current.user.id,
        sessionId: current.session.id,
        grantId: grant.id,
        requestId: caller.requestId,
        details: {
          scopes: grant.scopes,
          audience: grant.audience,
          acr: issue.context.acr,
          trace: decision.trace,
          ...sparedDetails(decided.further),
          ...madeOf(decided.facts, deps),
          ...reportsOf(run),
        },
      }),
    ],
  });
  if (outcome === 'proofs-gone') return undefined;
  if (outcome === 'already-answered') return problemPage('expired', 400, request, caller);
  await settle(current.user.id, decided.further, deps);
  deps.metrics.decided('authorize', issue.step, decision.trace.reason);
  const { shadow } = decision.trace;
  if (shadow) deps.metrics.shadowed(shadow.step, shadow.reason);
  const t = messagesFor(request, validated.request.uiLocales);
  const response = respond(validated.request.channel, { code }, validated.client, t, deps);
  return run ? withItsCookie(response, run, request, deps) : response;
};

/** The session's cookie anew, where an Action says whether it outlives the browser's being closed. */
const withItsCookie = (response: Response, run: ActionRun, request: Request, deps: Deps): Response => {
  const { cookieMode } = effectsOf(run).session;
  const secret = readCookie(request, 'session', deps.config);
  if (cookieMode !== undefined && secret !== undefined) {
    response.headers.append('set-cookie', sessionCookie(secret, { cookieMode }, deps));
  }
  return response;
};

/** Law 6: nothing is issued unless every Action that is bound has come to its end. One that was bound since the decision is asked first. */
const haveActionsAgreed = async (run: ActionRun | undefined, { actions }: Pick<Deps, 'actions'>): Promise<boolean> => {
  if (run && run.state.is !== 'done') throw new Error('Nothing is issued before every Action has come to its end.');
  if (run && run.actions.length > 0) return true;
  return (await actions.bound()).every(({ mode }) => mode === 'shadow');
};

const newGrant = (
  { validated, current, requestedAt, agesFrom, facts, scopes, run, further }: DecidedWithActions,
  issue: Issue,
  deps: Deps,
): Grant => ({
  id: randomId(deps, 'grant'),
  clientId: validated.client.id,
  userId: current?.user.id ?? null,
  sessionId: current?.session.id ?? null,
  audience: validated.api?.audience ?? null,
  scopes,
  requestedClaims: validated.requestedClaims,
  events: facts.person?.events ?? [],
  requirements: [...issue.requirements, ...sparedDemands(further.spared)],
  nonce: validated.request.nonce ?? null,
  customClaims: run ? customClaimsOf(run) : { accessToken: {}, idToken: {} },
  agesFrom,
  requestedAt,
  createdAt: deps.now(),
  revokedAt: null,
  revokedReason: null,
});

const newCode = (code: string, grant: Grant, { validated }: Decided, deps: Deps): Code => ({
  codeHash: sha256(code),
  grantId: grant.id,
  clientId: grant.clientId,
  redirectUri: validated.request.channel.redirect.uri,
  redirectUriSent: validated.request.channel.redirect.sent,
  codeChallenge: validated.request.codeChallenge ?? null,
  createdAt: deps.now(),
  expiresAt: secondsAfter(deps.now(), deps.config.lifetimes.code),
});

/** What the person allowed on the consent page of this very request; remembered for the next time. */
const consentsOf = ({ validated, current, interaction, consentScopes }: Decided, deps: Deps): readonly Consent[] => {
  if (!current || interaction?.consentedAt === null || interaction === undefined) return [];
  return consentScopes.map((scope) => ({
    userId: current.user.id,
    clientId: validated.client.id,
    audience: consentAudience(scope, validated.api?.audience),
    scope,
    grantedAt: deps.now(),
  }));
};
