import type { Age, Span, Unit } from './duration.ts';
import { wait } from './duration.ts';
import type { Messages } from './messages.ts';
import type { Demand, Reason } from './reason.ts';
import { demandOf, fitsButton, insideSentence, staleness } from './reason.ts';
import { myAccount } from './words/de/account.ts';
import { email } from './words/de/email.ts';
import { mail } from './words/de/mail.ts';
import { phone } from './words/de/phone.ts';
import { push } from './words/de/push.ts';
import { recovery } from './words/de/recovery.ts';
import { risk } from './words/de/risk.ts';
import { webauthn } from './words/de/webauthn.ts';

/** The forms of a unit: after "vor" and "aus den letzten" stands the dative. */
const units: Readonly<Record<Unit, { one: string; many: string; dative: string; last: string }>> = {
  second: { one: 'einer Sekunde', many: 'Sekunden', dative: 'Sekunden', last: 'der letzten Sekunde' },
  minute: { one: 'einer Minute', many: 'Minuten', dative: 'Minuten', last: 'der letzten Minute' },
  hour: { one: 'einer Stunde', many: 'Stunden', dative: 'Stunden', last: 'der letzten Stunde' },
  day: { one: 'einem Tag', many: 'Tage', dative: 'Tagen', last: 'dem letzten Tag' },
};

const accusative: Readonly<Record<Unit, string>> = {
  second: 'eine Sekunde',
  minute: 'eine Minute',
  hour: 'eine Stunde',
  day: 'einen Tag',
};

const ageInWords = ({ count, unit, over }: Age): string => {
  if (count === 0) return 'gerade eben';
  const words = count === 1 ? units[unit].one : `${count} ${units[unit].dative}`;
  return over ? `vor gut ${words}` : `vor ${words}`;
};

const fromTheLast = ({ count, unit }: Span): string =>
  count === 1 ? `aus ${units[unit].last}` : `aus den letzten ${count} ${units[unit].dative}`;

const waitInWords = (seconds: number): string => {
  const { count, unit } = wait(seconds);
  return count === 1 ? accusative[unit] : `${count} ${units[unit].many}`;
};

/** A description keeps its own form between quotation marks, so that every grammar fits. */
const quoted = (what: string): string => `„${insideSentence(what)}“`;

interface Demanded {
  readonly need: string;
  readonly asks: string;
  readonly last: string;
  readonly one: string;
  readonly another: string;
}

const demanded: Readonly<Record<Demand, Demanded>> = {
  'sign-in': {
    need: 'melden Sie sich bitte noch einmal an',
    asks: 'bittet Sie, sich noch einmal anzumelden',
    last: 'Ihre letzte Anmeldung war',
    one: 'eine',
    another: 'eine neue',
  },
  'second-proof': {
    need: 'brauchen wir einen zweiten Nachweis',
    asks: 'bittet Sie um einen zweiten Nachweis',
    last: 'Ihr letzter war',
    one: 'einer',
    another: 'ein neuer',
  },
  passkey: {
    need: 'brauchen wir Ihren Passkey oder Sicherheitsschlüssel',
    asks: 'bittet Sie um Ihren Passkey oder Sicherheitsschlüssel',
    last: 'Ihr letzter Nachweis dieser Art war',
    one: 'einer',
    another: 'ein neuer',
  },
};

const because = (reason: Reason): string => {
  const words = demanded[demandOf(reason.acr)];
  if (reason.risk !== undefined) return risk.because(reason.risk, words.need);
  const lead =
    reason.what === undefined
      ? `${reason.own === true ? 'Ihr Konto' : 'Die Anwendung'} ${words.asks}.`
      : `Für ${quoted(reason.what)} ${words.need}.`;
  const stale = staleness(reason);
  if (stale === undefined) return lead;
  const enough = stale.most === undefined ? words.another : `${words.one} ${fromTheLast(stale.most)}`;
  return `${lead} ${words.last} ${ageInWords(stale.latest)}; nötig ist ${enough}.`;
};

const triesLeft = (count: number | undefined): string => {
  if (count === undefined) return '';
  return count === 1 ? ' Sie haben noch einen Versuch.' : ` Sie haben noch ${count} Versuche.`;
};

const openidScopes: ReadonlyMap<string, string> = new Map([
  ['openid', 'Sie wiedererkennen, wenn Sie zurückkommen'],
  ['profile', 'Ihren Namen und Ihr Profil erfahren'],
  ['email', 'Ihre E-Mail-Adresse erfahren'],
  ['address', 'Ihre Postanschrift erfahren'],
  ['phone', 'Ihre Telefonnummer erfahren'],
  ['offline_access', 'Den Zugriff behalten, während Sie weg sind'],
]);

/** German, in the polite form. */
export const german: Messages = {
  locale: 'de',
  page: {
    error: 'Fehler',
    busy: 'Einen Moment …',
    signedInAs: (user) => `Angemeldet als ${user}`,
    notYou: 'Nicht Sie?',
    cancel: 'Abbrechen',
    continue: 'Weiter',
    anotherWay: 'Ein anderer Weg',
  },
  login: {
    title: (application) => `Bei ${application} anmelden`,
    titleAgain: 'Noch einmal anmelden',
    username: 'Benutzername',
    password: 'Passwort',
    showPassword: 'Passwort anzeigen',
    button: 'Anmelden',
    demo: 'Zum Ausprobieren',
  },
  challenge: {
    again: 'Noch einmal senden',
    title: 'Bestätigen Sie, dass Sie es sind',
    button: 'Bestätigen',
    buttonFor: (what) => (fitsButton(what) ? `Bestätigen: ${insideSentence(what)}` : 'Bestätigen'),
    code: 'Code aus Ihrer Authenticator-App',
    codeHint: (authenticator) => `Die sechs Ziffern, die die App für „${authenticator}“ anzeigt.`,
    recoveryCode: 'Wiederherstellungscode',
    recoveryCodeHint: 'Einer der Codes, die Sie aufbewahrt haben. Jeder gilt einmal.',
    codesLeft: (count) => {
      if (count === 0) return 'Es ist keiner mehr übrig.';
      return count === 1 ? 'Es ist noch einer übrig.' : `Es sind noch ${count} übrig.`;
    },
  },
  ways: {
    totp: 'Authenticator-App benutzen',
    recoveryCode: 'Wiederherstellungscode benutzen',
    recoveryCodeHint: (left) => `Noch ${left} übrig`,
    passkey: 'Passkey benutzen',
    passkeyHint: 'Schnell, und auf gefälschten Seiten wirkungslos',
    password: 'Passwort benutzen',
  },
  select: {
    title: 'Wie möchten Sie bestätigen, dass Sie es sind?',
  },
  enrol: {
    guardTitle: 'Zweiten Nachweis einrichten',
    guardWhy:
      'Sie haben noch keinen zweiten Nachweis. Würde dafür Ihr Passwort genügen, könnte jeder, der es erfährt, seinen eigenen hinzufügen. Darum bekommen Sie zuerst von Ihrer Administration einen Einrichtungscode.',
    ticket: 'Einrichtungscode',
    ticketHint: 'Sie bekommen ihn von Ihrer Administration. Er gilt einmal.',
    scanTitle: 'Authenticator-App verbinden',
    scanWhy: 'Scannen Sie dieses Bild mit der App. Sie zeigt dann alle 30 Sekunden einen neuen Code.',
    picture: 'Bild mit dem Einrichtungsschlüssel, zum Scannen mit einer Authenticator-App',
    keyInstead: 'Stattdessen einen Schlüssel eintippen',
    keyHint: 'Wählen Sie in der App die Eingabe von Hand. Auf die Leerzeichen kommt es nicht an.',
    openApp: 'App auf diesem Gerät öffnen',
    code: 'Code, den die App jetzt anzeigt',
    codeHint: 'Sechs Ziffern. Sie zeigen uns, dass die App verbunden ist.',
    connect: 'Verbinden',
    appName: 'Authenticator-App',
    recoveryCodesName: 'Wiederherstellungscodes',
    keepTitle: 'Bewahren Sie Ihre Wiederherstellungs\u00ADcodes auf',
    keepWhy:
      'Wenn Sie Ihr Gerät verlieren, ersetzt jeder dieser Codes es einmal. Sie sehen sie nur dieses eine Mal: Drucken Sie sie aus oder schreiben Sie sie auf.',
    copy: 'Kopieren',
    copied: 'Kopiert',
    print: 'Drucken',
    kept: 'Ich habe sie aufbewahrt',
  },
  consent: {
    title: (application) => `${application} bittet um Zugriff`,
    wants: 'Wenn Sie es erlauben, darf diese Anwendung:',
    isNew: 'Neu',
    openidScopes: (name) => openidScopes.get(name),
    returnsTo: (host) => `Danach geht es zurück zu ${host}. Erlauben Sie es nur, wenn Sie dieser Adresse vertrauen.`,
    allow: 'Erlauben',
    deny: 'Nicht erlauben',
  },
  account: {
    title: 'Mit welchem Konto?',
    why: (application) => `Sie sind auf dem Weg zu ${application}.`,
    other: 'Anderes Konto benutzen',
  },
  signOut: {
    title: 'Möchten Sie sich abmelden?',
    why: 'Beim nächsten Mal müssen Sie sich wieder anmelden.',
    confirm: 'Abmelden',
    stay: 'Angemeldet bleiben',
    doneTitle: 'Sie sind abgemeldet',
    doneWhy: 'Wenn auch andere dieses Gerät benutzen, schließen Sie noch das Fenster.',
  },
  front: {
    title: (organisation) => `Anmeldung für ${organisation}`,
    why: 'Anwendungen schicken Sie hierher, wenn Sie sich anmelden oder etwas bestätigen müssen. Auf dieser Seite müssen Sie nichts tun.',
  },
  handover: {
    title: 'Zurück zur Anwendung',
    why: 'Wenn nichts geschieht, drücken Sie den Knopf.',
    windowTitle: 'Das war alles',
    windowWhy: 'Die Anwendung macht jetzt weiter. Sie können dieses Fenster schließen.',
  },
  because,
  errors: {
    usernameMissing: 'Geben Sie Ihren Benutzernamen ein.',
    passwordMissing: 'Geben Sie Ihr Passwort ein.',
    wrongPassword:
      'Benutzername und Passwort passen nicht zusammen. Prüfen Sie beide und versuchen Sie es noch einmal.',
    wrongPasswordAgain: 'Das ist nicht Ihr Passwort. Versuchen Sie es noch einmal.',
    tooManyTries: (seconds) =>
      `Das waren zu viele Versuche. Warten Sie ${waitInWords(seconds)} und versuchen Sie es dann noch einmal.`,
    codeMissing: 'Geben Sie den Code ein.',
    wrongCode: (left) =>
      `Dieser Code stimmt nicht oder nicht mehr. Geben Sie den ein, den die App jetzt anzeigt.${triesLeft(left)}`,
    usedCode: 'Dieser Code wurde schon benutzt. Warten Sie auf den nächsten; das dauert höchstens 30 Sekunden.',
    wrongRecoveryCode: (left) =>
      `Das ist keiner Ihrer unbenutzten Wiederherstellungscodes. Prüfen Sie jedes Zeichen oder nehmen Sie einen anderen.${triesLeft(left)}`,
    wrongTicket: (left) =>
      `Dieser Einrichtungscode stimmt nicht. Prüfen Sie jedes Zeichen oder bitten Sie Ihre Administration um einen neuen.${triesLeft(left)}`,
    expiredTicket:
      'Dieser Einrichtungscode ist zu alt oder wurde schon benutzt. Bitten Sie Ihre Administration um einen neuen.',
    wrongFirstCode:
      'Dieser Code passt nicht. Prüfen Sie, ob die App dieses Konto hat und ob die Uhr Ihres Geräts richtig geht, und geben Sie dann den Code ein, den sie jetzt anzeigt.',
  },
  problems: {
    expired: {
      title: 'Diese Seite ist abgelaufen',
      message: 'Gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal.',
      hint: 'Zu Ihrer Sicherheit gilt eine solche Seite nur kurze Zeit.',
    },
    someoneElse: {
      title: 'Diese Seite ist für jemand anderen',
      message:
        'Hier hat eine andere Person begonnen, oder Sie haben sich inzwischen mit einem anderen Konto angemeldet.',
      hint: 'Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.',
    },
    cookiesBlocked: {
      title: 'Ihr Browser blockiert Cookies',
      message: 'Ohne Cookies können wir von einer Seite zur nächsten nicht erkennen, dass Sie es noch sind.',
      hint: 'Erlauben Sie Cookies für diese Seite, gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal.',
    },
    unknownApplication: {
      title: 'Wir kennen diese Anwendung nicht',
      message: 'Die Anwendung, die Sie hierher geschickt hat, ist nicht registriert.',
      hint: 'Wenn Sie sie betreiben: Vergleichen Sie ihre Client-ID mit der hier registrierten.',
    },
    unregisteredRedirect: {
      title: 'An diese Adresse können wir Sie nicht zurückschicken',
      message:
        'Die Anwendung hat uns eine Adresse genannt, die nicht für sie registriert ist. Zu Ihrem Schutz geht es hier nicht weiter.',
      hint: 'Wenn Sie sie betreiben: Registrieren Sie genau diese Adresse als Redirect-URI.',
    },
    badRequest: {
      title: 'Wir verstehen diese Anfrage nicht',
      message:
        'Die Anwendung hat etwas Unvollständiges oder Falsches geschickt. Gehen Sie zu ihr zurück und versuchen Sie es noch einmal.',
      hint: 'Wenn es wieder geschieht, sagen Sie es denen, die die Anwendung betreiben.',
    },
    forged: {
      title: 'Wir waren nicht sicher, ob das von Ihnen kam',
      message:
        'Die Seite war zu lange offen, oder eine andere Seite hat versucht, in Ihrem Namen zu handeln. Es ist nichts geschehen.',
      hint: 'Gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal.',
    },
    notFound: {
      title: 'Diese Seite gibt es nicht',
      message: 'Vielleicht ist die Adresse vertippt, oder die Seite gibt es nicht mehr.',
      hint: 'Gehen Sie zurück zur Anwendung und beginnen Sie dort.',
    },
    tooManyRequests: {
      title: 'Das war zu schnell für uns',
      message: 'Aus Ihrem Netz kamen in kurzer Zeit zu viele Anfragen.',
      hint: 'Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
    },
    serverError: {
      title: 'Bei uns ist etwas schiefgegangen',
      message: 'Es liegt nicht an Ihnen, und es ist nichts geschehen. Versuchen Sie es gleich noch einmal.',
      hint: 'Wenn es wieder geschieht, nennen Sie uns die Nummer unten.',
    },
  },
  email,
  mail,
  phone,
  push,
  recovery,
  risk,
  webauthn,
  myAccount,
  reference: 'Nummer für Rückfragen',
};
