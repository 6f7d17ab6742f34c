/**
 * The intranet. Everybody who is signed in sees the customers; the salaries are shown only to somebody whose ID token says
 * that two factors were proven, the second within fifteen minutes. Whoever has proven less is asked for the rest, no more.
 */
import type { Instant } from '@stile/core';
import { instant, proofInToken } from '@stile/core';
import type { Context } from 'hono';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { AuthorizationResponseError } from 'openid-client';
import { icon } from '../appearance/icon.ts';
import { pageHeaders } from '../appearance/page-headers.ts';
import { stylesheetOf } from '../appearance/stylesheet.ts';
import type { Problem, ProofShown } from './pages.ts';
import { customersPage, problemPage, salariesPage, welcomePage } from './pages.ts';
import type { Employee, Session, Sessions, SignIn } from './sessions.ts';
import { createSessions, rememberSignIn, takeSignIn } from './sessions.ts';
import type { DemandedProof, OpenId, SignInOptions } from './sign-in.ts';
import { createOpenId } from './sign-in.ts';

export interface IntranetOptions extends Omit<SignInOptions, 'redirectUri'> {
  /** Where the intranet is reached, without a trailing slash. */
  readonly address: string;
}

/** What the salaries demand. */
const salaryProof: DemandedProof = { acr: 'mfa', maxAgeSeconds: 15 * 60 };
/** By how much the clocks of the two servers may differ. */
const skewSeconds = 5;

const systemNow = (): Instant => instant(Math.floor(Date.now() / 1000));

const meetsSalaryProof = ({ claims }: Employee, now: Instant): boolean =>
  proofInToken(claims, { acr: [salaryProof.acr], maxAgeSeconds: salaryProof.maxAgeSeconds }, now, skewSeconds).met;

const cookieName = 'intranet';

/** What every route works with. */
interface Desk {
  readonly address: string;
  readonly openId: OpenId;
  readonly sessions: Sessions;
}

export const createIntranet = (options: IntranetOptions): Hono => {
  const { address } = options;
  const openId = createOpenId({ ...options, redirectUri: `${address}/callback` });
  const desk: Desk = { address, openId, sessions: createSessions() };

  const app = new Hono();
  // A form that leads to a redirect is bound by form-action all the way (Content Security Policy Level 3, section 6.4.2).
  app.use(pageHeaders({ form: [new URL(options.issuer).origin] }));
  app.get('/styles.css', (c) => stylesheetOf(c, 'intranet'));
  app.get('/icon.svg', (c) => c.body(icon('#0f766e'), 200, { 'content-type': 'image/svg+xml' }));
  app.get('/', (c) => (sessionOf(c, desk)?.employee ? c.redirect('/customers') : c.html(welcomePage())));
  app.get('/customers', (c) => showCustomers(c, desk));
  app.get('/salaries', (c) => showSalaries(c, desk));
  app.get('/sign-in', (c) => signIn(c, desk, '/customers'));
  app.get('/callback', (c) => finishSignIn(c, desk));
  app.post('/sign-out', (c) => signOut(c, desk));
  app.notFound((c) => c.html(problemPage('not_found', '/', sessionOf(c, desk)?.employee), 404));
  app.onError((error, c) => {
    process.emitWarning(error);
    return c.html(problemPage('failed', '/', undefined), 500);
  });
  return app;
};

const showCustomers = async (c: Context, desk: Desk): Promise<Response> => {
  const employee = sessionOf(c, desk)?.employee;
  return employee ? c.html(customersPage(employee, proofShown(employee))) : signIn(c, desk, '/customers');
};

const showSalaries = async (c: Context, desk: Desk): Promise<Response> => {
  const employee = sessionOf(c, desk)?.employee;
  if (!employee) return signIn(c, desk, '/salaries');
  if (!meetsSalaryProof(employee, systemNow())) return signIn(c, desk, '/salaries', employee);
  return c.html(salariesPage(employee, proofShown(employee)));
};

/** Sends the browser to the authorization server; with an employee, only for the proof that the salaries demand. */
const signIn = async (c: Context, desk: Desk, returnTo: string, employee?: Employee): Promise<Response> => {
  const session = sessionOf(c, desk) ?? desk.sessions.begin();
  const begun = await desk.openId.begin(returnTo, employee && { proof: salaryProof, employee });
  rememberSignIn(session, begun.state, begun.signIn);
  keepCookie(c, session, desk);
  return c.redirect(begun.url.href, 303);
};

/** Takes the response of the authorization server, and believes no more of it than the ID token shows. */
const finishSignIn = async (c: Context, desk: Desk): Promise<Response> => {
  // At the address the intranet knows for its own, whatever the Host header says.
  const response = new URL(`${desk.address}/callback${new URL(c.req.url).search}`);
  const session = sessionOf(c, desk);
  const state = response.searchParams.get('state');
  const begun = session && takeSignIn(session, state);
  // A page loaded twice, or a response nobody here asked for.
  if (!session || state === null || !begun) return c.redirect('/', 303);
  const arrived = await employeeFrom(desk.openId, response, state, begun);
  const problem = typeof arrived === 'string' ? arrived : problemWith(arrived, begun, session);
  if (typeof arrived === 'string' || problem) {
    return c.html(problemPage(problem ?? 'not_finished', begun.returnTo, session.employee), 403);
  }
  session.employee = arrived;
  keepCookie(c, desk.sessions.renew(session), desk);
  return c.redirect(begun.returnTo, 303);
};

/** What was asked for is never taken for what was achieved; and a page that asks again would ask for ever. */
const problemWith = (arrived: Employee, { proof }: SignIn, { employee }: Session): Problem | undefined => {
  if (!proof) return undefined;
  if (arrived.subject !== employee?.subject) return 'other_person';
  return meetsSalaryProof(arrived, systemNow()) ? undefined : 'not_finished';
};

const signOut = async (c: Context, desk: Desk): Promise<Response> => {
  const session = sessionOf(c, desk);
  if (!session?.employee) return c.redirect('/', 303);
  const url = await desk.openId.endSession(session.employee, `${desk.address}/`);
  desk.sessions.end(session);
  return c.redirect(url.href, 303);
};

const sessionOf = (c: Context, { sessions }: Desk): Session | undefined => sessions.find(getCookie(c, cookieName));

const keepCookie = (c: Context, { id }: Session, { address }: Desk): void => {
  const secure = address.startsWith('https:');
  setCookie(c, cookieName, id, { httpOnly: true, sameSite: 'Lax', path: '/', secure });
};

/** The employee that a response is about, or what went wrong. */
const employeeFrom = async (
  openId: OpenId,
  response: URL,
  state: string,
  begun: SignIn,
): Promise<Employee | Problem> => {
  try {
    return await openId.finish(response, state, begun);
  } catch (error) {
    if (error instanceof AuthorizationResponseError) return problemOf(error.error);
    process.emitWarning(error instanceof Error ? error : String(error));
    return 'not_finished';
  }
};

/** RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6; RFC 9470, section 5. */
const problemOf = (error: string): Problem => {
  switch (error) {
    case 'access_denied':
      return 'declined';
    case 'unmet_authentication_requirements':
      return 'no_second_proof';
    case 'login_required':
      return 'other_person';
    default:
      return 'not_finished';
  }
};

const proofShown = (employee: Employee): ProofShown => {
  const { acr, amr, auth_time: authTime } = employee.claims;
  const now = systemNow();
  return {
    acr: typeof acr === 'string' ? acr : '–',
    amr: Array.isArray(amr) ? amr.join(' ') : '–',
    authTime: typeof authTime === 'number' ? { seconds: authTime, ageSeconds: Math.max(0, now - authTime) } : undefined,
    isEnough: meetsSalaryProof(employee, now),
  };
};
