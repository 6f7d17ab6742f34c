/** Every route on one screen. */
import { Hono } from 'hono';
import { showActivity, showNotMe } from './account/activity.ts';
import { answerAdd, answerEnrolment, showAdd, showEnrolment } from './account/add.ts';
import { answerAuthenticator, answerRemove, showAuthenticator, showRemove } from './account/authenticator.ts';
import { answerAccount, showAccount } from './account/overview.ts';
import { answerPassword, showPassword } from './account/password.ts';
import { signedIn } from './account/signed-in.ts';
import type { Caller, Deps, Handler } from './deps.ts';
import { asset } from './endpoints/assets.ts';
import { authorize, authorizeByPost } from './endpoints/authorize.ts';
import { wellKnownChangePassword } from './endpoints/change-password.ts';
import { consumeToken } from './endpoints/consume.ts';
import { continueByPost, continueRequest } from './endpoints/continue.ts';
import { listDecisions, showDecision } from './endpoints/decisions.ts';
import { front } from './endpoints/front.ts';
import { healthz, readyz } from './endpoints/health.ts';
import { introspect } from './endpoints/introspect.ts';
import { jwks } from './endpoints/jwks.ts';
import { listLockOuts, previewLockOuts } from './endpoints/lock-outs.ts';
import { auth0Logout, oidcLogout } from './endpoints/logout.ts';
import { showMailbox } from './endpoints/mailbox.ts';
import {
  addMethod,
  changeMethod,
  confirmMethod,
  listFactors,
  listMethods,
  removeMethod,
  showMethod,
} from './endpoints/me-authentication-methods.ts';
import { endOtherSessions, endSession, listSessions } from './endpoints/me-sessions.ts';
import { authorizationServerMetadata, openidConfiguration } from './endpoints/metadata.ts';
import { answerPush, enrolDevice, pollDevice } from './endpoints/push.ts';
import { manifest, serviceWorker, showApprovals } from './endpoints/push-approve.ts';
import { pushStatus } from './endpoints/push-status.ts';
import { revoke } from './endpoints/revoke.ts';
import { simulateDecision } from './endpoints/simulate-decision.ts';
import { showStepUpStatistics } from './endpoints/step-up-statistics.ts';
import { token } from './endpoints/token.ts';
import { userinfo } from './endpoints/userinfo.ts';
import { webauthnOrigins } from './endpoints/webauthn-origins.ts';
import { serve } from './http/serve.ts';
import { answerChallenge, showChallenge } from './interaction/challenge.ts';
import { answerConsent, showConsent } from './interaction/consent.ts';
import { answerEnrol, showEnrol } from './interaction/enrol.ts';
import { answerLogin, showLogin } from './interaction/login.ts';
import { answerOfferPasskey, showOfferPasskey } from './interaction/offer-passkey.ts';
import { answerRecover, showRecover } from './interaction/recover.ts';
import { answerStopRecovery, showStopRecovery } from './interaction/recover-stop.ts';
import { answerResetPassword, showResetPassword } from './interaction/reset-password.ts';
import { answerSelectAccount, showSelectAccount } from './interaction/select-account.ts';

/** Who may read an answer from a script of another origin: nobody, registered applications, or anyone. */
type Cors = 'nobody' | 'applications' | 'anyone';

/** method, path, handler, CORS */
type Route = readonly ['GET' | 'POST' | 'PATCH' | 'DELETE', string, Handler, Cors];

// biome-ignore format: a table is read by its columns
const routes: readonly Route[] = [
  ['GET',  '/authorize',                              authorize,                   'nobody'],
  ['POST', '/authorize',                              authorizeByPost,             'nobody'],
  ['GET',  '/continue',                               continueRequest,             'nobody'],
  ['POST', '/continue',                               continueByPost,              'nobody'],
  ['POST', '/oauth/token',                            token,                       'applications'],
  ['POST', '/oauth/revoke',                           revoke,                      'applications'],
  ['POST', '/oauth/introspect',                       introspect,                  'nobody'],
  ['POST', '/oauth/consume',                          consumeToken,                'nobody'],
  ['GET',  '/userinfo',                               userinfo,                    'applications'],
  ['POST', '/userinfo',                               userinfo,                    'applications'],
  ['GET',  '/.well-known/jwks.json',                  jwks,                        'anyone'],
  ['GET',  '/.well-known/openid-configuration',       openidConfiguration,         'anyone'],
  ['GET',  '/.well-known/oauth-authorization-server', authorizationServerMetadata, 'anyone'],
  ['GET',  '/.well-known/webauthn',                   webauthnOrigins,             'anyone'],
  ['GET',  '/.well-known/change-password',            wellKnownChangePassword,     'nobody'],
  ['GET',  '/oidc/logout',                            oidcLogout,                  'nobody'],
  ['POST', '/oidc/logout',                            oidcLogout,                  'nobody'],
  ['GET',  '/v2/logout',                              auth0Logout,                 'nobody'],
  ['GET',  '/login',                                  showLogin,                   'nobody'],
  ['POST', '/login',                                  answerLogin,                 'nobody'],
  ['GET',  '/challenge',                              showChallenge,               'nobody'],
  ['POST', '/challenge',                              answerChallenge,             'nobody'],
  ['GET',  '/offer-passkey',                          showOfferPasskey,            'nobody'],
  ['POST', '/offer-passkey',                          answerOfferPasskey,          'nobody'],
  ['GET',  '/enrol',                                  showEnrol,                   'nobody'],
  ['POST', '/enrol',                                  answerEnrol,                 'nobody'],
  ['GET',  '/consent',                                showConsent,                 'nobody'],
  ['POST', '/consent',                                answerConsent,               'nobody'],
  ['GET',  '/select-account',                         showSelectAccount,           'nobody'],
  ['POST', '/select-account',                         answerSelectAccount,         'nobody'],
  ['GET',  '/approve',                                showApprovals,               'nobody'],
  ['GET',  '/approve/worker.js',                      serviceWorker,               'nobody'],
  ['GET',  '/approve/manifest.json',                  manifest,                    'nobody'],
  ['POST', '/push/enrol',                             enrolDevice,                 'nobody'],
  ['POST', '/push/poll',                              pollDevice,                  'nobody'],
  ['POST', '/push/answer',                            answerPush,                  'nobody'],
  ['GET',  '/push/status',                            pushStatus,                  'nobody'],
  ['GET',    '/account',                                   showAccount,         'nobody'],
  ['POST',   '/account',                                   answerAccount,       'nobody'],
  ['GET',    '/account/signed-in',                         signedIn,            'nobody'],
  ['GET',    '/account/activity',                          showActivity,        'nobody'],
  ['GET',    '/account/not-me',                            showNotMe,           'nobody'],
  ['GET',    '/account/authenticator',                     showAuthenticator,   'nobody'],
  ['POST',   '/account/authenticator',                     answerAuthenticator, 'nobody'],
  ['GET',    '/account/remove',                            showRemove,          'nobody'],
  ['POST',   '/account/remove',                            answerRemove,        'nobody'],
  ['GET',    '/account/add',                               showAdd,             'nobody'],
  ['POST',   '/account/add',                               answerAdd,           'nobody'],
  ['GET',    '/account/enrol',                             showEnrolment,       'nobody'],
  ['POST',   '/account/enrol',                             answerEnrolment,     'nobody'],
  ['GET',    '/account/password',                          showPassword,        'nobody'],
  ['POST',   '/account/password',                          answerPassword,      'nobody'],
  ['GET',    '/me/v1/factors',                             listFactors,         'applications'],
  ['GET',    '/me/v1/authentication-methods',              listMethods,         'applications'],
  ['POST',   '/me/v1/authentication-methods',              addMethod,           'applications'],
  ['GET',    '/me/v1/authentication-methods/:id',          showMethod,          'applications'],
  ['PATCH',  '/me/v1/authentication-methods/:id',          changeMethod,        'applications'],
  ['DELETE', '/me/v1/authentication-methods/:id',          removeMethod,        'applications'],
  ['POST',   '/me/v1/authentication-methods/:id/verify',   confirmMethod,       'applications'],
  ['GET',    '/me/v1/sessions',                            listSessions,        'applications'],
  ['DELETE', '/me/v1/sessions',                            endOtherSessions,    'applications'],
  ['DELETE', '/me/v1/sessions/:id',                        endSession,          'applications'],
  ['GET',    '/api/v2/decisions',                          listDecisions,        'nobody'],
  ['GET',    '/api/v2/decisions/:id',                      showDecision,         'nobody'],
  ['POST',   '/api/v2/simulations',                        simulateDecision,     'nobody'],
  ['GET',    '/api/v2/lock-outs',                          listLockOuts,        'nobody'],
  ['POST',   '/api/v2/lock-outs',                          previewLockOuts,     'nobody'],
  ['GET',    '/api/v2/stats/step-up',                      showStepUpStatistics, 'nobody'],
  ['GET',  '/recover',                                showRecover,                 'nobody'],
  ['POST', '/recover',                                answerRecover,               'nobody'],
  ['GET',  '/recover/stop',                           showStopRecovery,            'nobody'],
  ['POST', '/recover/stop',                           answerStopRecovery,          'nobody'],
  ['GET',  '/reset-password',                         showResetPassword,           'nobody'],
  ['POST', '/reset-password',                         answerResetPassword,         'nobody'],
  ['GET',  '/assets/*',                               asset,                       'nobody'],
  ['GET',  '/healthz',                                healthz,                     'nobody'],
  ['GET',  '/readyz',                                 readyz,                      'nobody'],
  ['GET',  '/dev/mailbox',                            showMailbox,                 'nobody'],
  ['GET',  '/',                                       front,                       'nobody'],
];

/** An app: a request and who makes it, in; a response, out. */
export type App = (request: Request, caller: Caller) => Promise<Response>;

/** Puts the routes together. Everything that holds for all of them is in `http/serve.ts`. */
export const createApp = (deps: Deps): App => {
  const hono = new Hono<{ Bindings: { caller: Caller } }>();
  // Left alone, Hono would answer a failure itself and write it to the console; what a failure means is said in one place.
  hono.onError((error) => {
    throw error;
  });
  for (const [method, path, handler] of routes) {
    hono.on(method, path, (context) => handler(context.req.raw, deps, context.env.caller));
  }
  return serve(routes, async (request, caller) => hono.fetch(request, { caller }), deps);
};
