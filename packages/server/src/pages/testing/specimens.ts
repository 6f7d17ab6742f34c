/** Every page in every state, for the tests that hold for all pages. */
import { toString as drawQr } from 'qrcode';
import { recoveryCodeFactor } from '../../factors/recovery-code-factor.ts';
import { authenticator } from '../../store/testing/fixtures.ts';
import { challengePage } from '../challenge-page.ts';
import { consentPage } from '../consent-page.ts';
import { enrolPage } from '../enrol-page.ts';
import { errorPage } from '../error-page.ts';
import { connectApp, totpField } from '../factors/totp.ts';
import { createPasskey, usePasskey } from '../factors/webauthn.ts';
import { formPostPage } from '../form-post-page.ts';
import { frontPage } from '../front-page.ts';
import type { Application } from '../layout.ts';
import { loginPage } from '../login-page.ts';
import type { Messages, ProblemName } from '../messages.ts';
import { offerPasskeyPage } from '../offer-passkey-page.ts';
import { selectAccountPage } from '../select-account-page.ts';
import { selectAuthenticatorPage } from '../select-authenticator-page.ts';
import { signOutPage } from '../sign-out-page.ts';
import { signedOutPage } from '../signed-out-page.ts';
import type { Way } from '../ways.ts';
import { webMessagePage } from '../web-message-page.ts';
import type { Why } from '../why.ts';
import { accountSpecimens } from './account-specimens.ts';
import { messageSpecimens } from './message-specimens.ts';
import { pushSpecimens } from './push-specimens.ts';
import { recoverySpecimens } from './recovery-specimens.ts';

/** What other people choose, and what an attacker therefore chooses: names, labels, hints. */
export interface Chosen {
  readonly application: Application;
  /** An application of somebody else's. */
  readonly asker: string;
  readonly user: string;
  readonly device: string;
  readonly what: string;
  readonly loginHint: string;
  readonly demoHint: string;
  readonly details: readonly { readonly label: string; readonly value: string }[];
  readonly scopes: readonly string[];
  readonly csrf: string;
}

/** Pages by name. */
type Specimens = Readonly<Record<string, string>>;

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const OTPAUTH = `otpauth://totp/Fabrikam:robin?secret=${SECRET}&issuer=Fabrikam`;
const ACTION = '/interaction/7Hq2';

const recoveryCodes: readonly string[] = [
  '7k4m-q2xd',
  'p9wt-3hvn',
  'c6rj-8fzy',
  'm2gx-w5kt',
  'h8dq-4npv',
  'x3zc-7rjf',
  't5vy-2mgw',
  'n7kp-9dhq',
  'f4jx-6czr',
  'w2tv-5ymg',
];

const waysOf = (chosen: Chosen, t: Messages): { readonly [kind in 'passkey' | 'totp' | 'recoveryCode']: Way } => ({
  passkey: { value: 'a1', kind: 'passkey', label: t.ways.passkey, hint: t.ways.passkeyHint },
  totp: { value: 'a2', kind: 'totp', label: t.ways.totp, hint: chosen.device },
  recoveryCode: { value: 'a3', kind: 'recovery-code', label: t.ways.recoveryCode, hint: t.ways.recoveryCodeHint(8) },
});

/** What browsers are asked; nobody reads it on the page. */
const PASSKEY_OPTIONS = { challenge: 'AAAA', rpId: 'login.fabrikam.example', allowCredentials: [] };

const loginSpecimens = (chosen: Chosen, t: Messages): Specimens => {
  const { application, csrf, user } = chosen;
  const frame = { application, action: ACTION, csrf };
  const reason = t.because({ acr: '1fa', what: chosen.what, ageSeconds: 5_400, maxAgeSeconds: 600 });
  return {
    login: loginPage(frame, t),
    'login-demo': loginPage({ ...frame, loginHint: chosen.loginHint, demoHint: chosen.demoHint }, t),
    'login-wrong': loginPage({ ...frame, loginHint: chosen.loginHint, error: { message: t.errors.wrongPassword } }, t),
    'login-missing': loginPage({ ...frame, error: { field: 'username', message: t.errors.usernameMissing } }, t),
    'login-wait': loginPage({ ...frame, loginHint: chosen.loginHint, retryAfterSeconds: 290 }, t),
    'login-passkey': loginPage({ ...frame, passkey: PASSKEY_OPTIONS }, t),
    'login-passkey-wrong': loginPage(
      { ...frame, passkey: PASSKEY_OPTIONS, error: { field: 'passkey', message: t.webauthn.login.failed } },
      t,
    ),
    'login-again': loginPage({ ...frame, signedInAs: user, reason }, t),
    'login-again-wrong': loginPage(
      { ...frame, signedInAs: user, reason, error: { field: 'password', message: t.errors.wrongPasswordAgain } },
      t,
    ),
  };
};

/** A sheet of recovery codes with eight left. */
const sheet = { authenticator: authenticator({ factor: 'recovery-code' }), codesLeft: 8, ceremony: undefined };

const challengeSpecimens = (chosen: Chosen, t: Messages): Specimens => {
  const { application, csrf, user } = chosen;
  const { passkey, totp, recoveryCode } = waysOf(chosen, t);
  const sentence = t.because({ acr: 'mfa', what: chosen.what, ageSeconds: 2_840, maxAgeSeconds: 300 });
  const frame = { application, action: ACTION, csrf, signedInAs: user };
  const why: Why = { sentence, details: chosen.details };
  const byApp = {
    ...frame,
    why,
    title: t.challenge.title,
    authenticator: 'a2',
    alternatives: [passkey, recoveryCode],
  };
  const button = t.challenge.buttonFor(chosen.what);
  const asking = (error?: string) => ({
    question: { fields: totpField(chosen.device, error, t), button },
    failed: error !== undefined,
  });
  const byRecoveryCode = (error?: string) => ({
    ...byApp,
    authenticator: 'a3',
    alternatives: [passkey, totp],
    question: { ...recoveryCodeFactor.view.question({ ...sheet, error }, t), button },
    failed: error !== undefined,
  });
  return {
    challenge: challengePage({ ...byApp, ...asking() }, t),
    'challenge-plain': challengePage(
      { ...byApp, ...asking(), why: { sentence: t.because({ acr: 'mfa' }) }, alternatives: [] },
      t,
    ),
    // In the words of an Action's author.
    'challenge-said': challengePage({ ...byApp, ...asking(), why: { ...why, said: chosen.what } }, t),
    'challenge-wrong': challengePage({ ...byApp, ...asking(t.errors.wrongCode(3)) }, t),
    'challenge-used': challengePage({ ...byApp, ...asking(t.errors.usedCode) }, t),
    'challenge-remember': challengePage(
      {
        ...byApp,
        ...asking(),
        why: { sentence: t.because({ risk: 'new_device', acr: 'mfa' }) },
        rememberSeconds: 2_592_000,
      },
      t,
    ),
    'challenge-wait': challengePage({ ...byApp, ...asking(), retryAfterSeconds: 45 }, t),
    'challenge-recovery': challengePage(byRecoveryCode(), t),
    'challenge-recovery-wrong': challengePage(byRecoveryCode(t.errors.wrongRecoveryCode(1)), t),
    'select-authenticator': selectAuthenticatorPage({ ...frame, why, choices: [passkey, totp, recoveryCode] }, t),
  };
};

const passkeySpecimens = (chosen: Chosen, t: Messages): Specimens => {
  const { application, csrf, user } = chosen;
  const { totp, recoveryCode } = waysOf(chosen, t);
  const frame = { application, action: ACTION, csrf };
  const several = (count: number) => Array.from({ length: count }, (_, index) => `${chosen.device} ${index + 1}`);
  const byPasskey = (verify: 'all' | 'some' | 'none', error?: string, names: readonly string[] = [chosen.device]) => ({
    ...frame,
    signedInAs: user,
    why: { sentence: t.because({ acr: 'phr', what: chosen.what }) },
    title: t.challenge.title,
    authenticator: 'a1',
    alternatives: [totp, recoveryCode],
    question: {
      fields: usePasskey({ names, options: PASSKEY_OPTIONS, verify }, error, t),
      button: t.challenge.buttonFor(chosen.what),
    },
    failed: error !== undefined,
  });
  const offer = (error?: string) => ({
    ...frame,
    question: { fields: createPasskey(PASSKEY_OPTIONS, error, t) },
    failed: error !== undefined,
  });
  return {
    'challenge-passkey': challengePage(byPasskey('all'), t),
    'challenge-passkey-wrong': challengePage(byPasskey('all', t.webauthn.refused.wrong), t),
    'challenge-security-key': challengePage(byPasskey('none'), t),
    'challenge-passkeys': challengePage(byPasskey('some', undefined, several(3)), t),
    'challenge-passkeys-wrong': challengePage(byPasskey('all', t.webauthn.refused.wrong, several(7)), t),
    'offer-passkey': offerPasskeyPage(offer(), t),
    'offer-passkey-wrong': offerPasskeyPage(offer(t.webauthn.enrol.refused.not_verified), t),
    'offer-passkey-wait': offerPasskeyPage({ ...offer(), failed: true, retryAfterSeconds: 45 }, t),
  };
};

const enrolSpecimens = (chosen: Chosen, qrSvg: string, t: Messages): Specimens => {
  const { application, csrf, user } = chosen;
  const frame = { application, action: ACTION, csrf, signedInAs: user };
  const connect = {
    ...frame,
    state: 'connect',
    authenticator: 'a4',
    title: t.enrol.scanTitle,
    lead: t.enrol.scanWhy,
  } as const;
  const key = { qrSvg, secret: SECRET, otpauthUri: OTPAUTH };
  const asking = (error?: string) => ({
    question: { fields: connectApp(key, error, t), button: t.enrol.connect },
    error,
  });
  return {
    'enrol-guard': enrolPage({ ...frame, state: 'guard', byTicket: true }, t),
    'enrol-guard-wrong': enrolPage(
      { ...frame, state: 'guard', byTicket: true, ticketError: t.errors.wrongTicket(2) },
      t,
    ),
    'enrol-guard-wait': enrolPage({ ...frame, state: 'guard', byTicket: true, retryAfterSeconds: 3_000 }, t),
    'enrol-connect': enrolPage({ ...connect, ...asking() }, t),
    'enrol-connect-wrong': enrolPage({ ...connect, ...asking(t.errors.wrongFirstCode) }, t),
    'enrol-connect-wait': enrolPage({ ...connect, ...asking(), retryAfterSeconds: 61 }, t),
    'enrol-done': enrolPage({ ...frame, state: 'done', recoveryCodes }, t),
  };
};

const otherSpecimens = (chosen: Chosen, t: Messages): Specimens => {
  const { application, csrf, user } = chosen;
  const frame = { application, action: ACTION, csrf, signedInAs: user };
  const scopes = chosen.scopes.map((description, at) => ({
    name: `scope:${at}`,
    description,
    isNew: at === chosen.scopes.length - 1,
  }));
  const response = { code: 'Zk3"<q&1', state: chosen.what, iss: 'https://login.fabrikam.example/' };
  return {
    front: frontPage({ organisation: application.name }, t),
    'front-signed-in': frontPage({ organisation: application.name, signedInAs: user }, t),
    consent: consentPage(
      { ...frame, application: { ...application, name: chosen.asker }, scopes, returnsTo: 'budget.contoso.example' },
      t,
    ),
    'select-account': selectAccountPage(frame, t),
    'sign-out': signOutPage(frame, t),
    'sign-out-unknown': signOutPage({ ...frame, application: undefined }, t),
    'signed-out': signedOutPage({ application }, t),
    'form-post': formPostPage({ application, redirectUri: 'https://app.fabrikam.example/callback', response }, t),
    'web-message': webMessagePage({ application, targetOrigin: 'https://app.fabrikam.example', response }, t),
  };
};

const isProblem = (name: string, t: Messages): name is ProblemName => Object.hasOwn(t.problems, name);

const problemSpecimens = (chosen: Chosen, t: Messages): Specimens =>
  Object.fromEntries(
    Object.keys(t.problems)
      .filter((name) => isProblem(name, t))
      .map((problem) => {
        const application = problem === 'expired' ? chosen.application : undefined;
        return [
          `error-${problem}`,
          errorPage({ problem, requestId: '01K8-7F3A', code: 'invalid_request', application }, t),
        ];
      }),
  );

/** The pages that an honest bank would show. */
export const honest = (t: Messages): Chosen => {
  const german = t.locale === 'de';
  return {
    application: { name: 'Fabrikam Bank' },
    asker: 'Contoso Budget',
    user: 'robin@fabrikam.example',
    device: 'Pixel 9',
    what: german ? 'Geld überweisen' : 'Transfer money',
    loginHint: 'robin',
    demoHint: german ? 'robin mit dem Passwort „correct horse“' : 'robin with the password “correct horse”',
    details: [
      { label: german ? 'Betrag' : 'Amount', value: german ? '1.250,00 €' : '€ 1,250.00' },
      { label: german ? 'An' : 'To', value: 'Maria Keller' },
      { label: german ? 'Konto' : 'Account', value: 'DE89 3704 0044 0532 0130 00' },
    ],
    scopes: german
      ? ['Ihre Konten und Umsätze sehen', 'Ihren Namen und Ihre E-Mail-Adresse erfahren', 'Geld überweisen']
      : ['See your accounts and what was booked', 'Know your name and e-mail address', 'Transfer money'],
    csrf: 'csrf-4f1c',
  };
};

/** Every page in every state. */
export const specimens = async (chosen: Chosen, t: Messages): Promise<Specimens> => {
  const qrSvg = await drawQr(OTPAUTH, { type: 'svg', margin: 0 });
  return {
    ...loginSpecimens(chosen, t),
    ...challengeSpecimens(chosen, t),
    ...passkeySpecimens(chosen, t),
    ...enrolSpecimens(chosen, qrSvg, t),
    ...recoverySpecimens(chosen, t),
    ...pushSpecimens(chosen, qrSvg, t),
    ...messageSpecimens(chosen, t),
    ...otherSpecimens(chosen, t),
    ...accountSpecimens(chosen, t),
    ...problemSpecimens(chosen, t),
  };
};
