import type { Unit } from '../../duration.ts';
import { wait } from '../../duration.ts';
import type { Messages } from '../../messages.ts';

const units: Readonly<Record<Unit, readonly [one: string, many: string, dativeOne: string, dativeMany: string]>> = {
  second: ['eine Sekunde', 'Sekunden', 'einer Sekunde', 'Sekunden'],
  minute: ['eine Minute', 'Minuten', 'einer Minute', 'Minuten'],
  hour: ['eine Stunde', 'Stunden', 'einer Stunde', 'Stunden'],
  day: ['einen Tag', 'Tage', 'einem Tag', 'Tagen'],
};

/** "fünfzehn Minuten lang". */
const span = (seconds: number): string => {
  const { count, unit } = wait(seconds);
  return count === 1 ? units[unit][0] : `${count} ${units[unit][1]}`;
};

/** "in fünfzehn Minuten". */
const spanFromNow = (seconds: number): string => {
  const { count, unit } = wait(seconds);
  return count === 1 ? units[unit][2] : `${count} ${units[unit][3]}`;
};

/** Enrolment behind a guard, forgotten passwords, lost authenticators. */
export const recovery: Messages['recovery'] = {
  guardByEmail:
    'Sie haben noch keinen zweiten Nachweis. Würde Ihr Passwort allein genügen, um einen hinzuzufügen, dann könnte jeder, der es erfährt, seinen eigenen hinzufügen. Deshalb senden wir zuerst einen Code an Ihre E-Mail-Adresse.',
  guardByEither:
    'Sie haben noch keinen zweiten Nachweis. Würde Ihr Passwort allein genügen, um einen hinzuzufügen, dann könnte jeder, der es erfährt, seinen eigenen hinzufügen. Deshalb brauchen wir zuerst etwas anderes: einen Code aus Ihrer E-Mail oder einen Einrichtungscode von Ihrer Administration.',
  sendTo: (address) => `Code an ${address} senden`,
  sendAgain: 'Neuen Code senden',
  sentTo: (address, seconds) =>
    `Wir haben einen Code an ${address} gesendet. Er gilt einmal, ${span(seconds)} lang und in diesem Browser.`,
  mailedCode: 'Code aus der E-Mail',
  mailedCodeHint: 'Acht Buchstaben und Ziffern, wie 7K3M-9QWX.',
  useTicket: 'Oder einen Einrichtungscode benutzen',
  chooseTitle: 'Was möchten Sie einrichten?',
  chooseWhy: 'Von da an zeigt es zusammen mit Ihrem Passwort, dass Sie es sind.',
  another: 'Etwas anderes einrichten',
  recoveredWhy: 'Es tritt an die Stelle dessen, was Sie verloren haben.',

  forgot: 'Passwort vergessen?',
  forgotWhy:
    'Geben Sie Ihren Benutzernamen ein. Gehört er zu einem Konto mit bestätigter E-Mail-Adresse, dann senden wir einen Code dorthin, mit dem Sie ein neues Passwort wählen.',
  sendCode: 'Code senden',
  resetTitle: 'Neues Passwort wählen',
  resetWhy: (username, seconds) =>
    `Gehört „${username}“ zu einem Konto mit bestätigter E-Mail-Adresse, dann ist ein Code dorthin unterwegs. Er gilt einmal, ${span(seconds)} lang und in diesem Browser.`,
  newPassword: 'Neues Passwort',
  newPasswordHint: (least) => `Mindestens ${least} Zeichen. Einige Wörter hintereinander sind gut.`,
  tooShort: (least) =>
    `Dieses Passwort ist zu kurz. Nehmen Sie mindestens ${least} Zeichen; einige Wörter hintereinander merken sich leicht.`,
  save: 'Neues Passwort speichern',
  resetDone: 'Ihr Passwort ist geändert',
  resetDoneWhy:
    'Sie sind überall abgemeldet. Melden Sie sich jetzt mit dem neuen Passwort an. Was einen zweiten Nachweis verlangt hat, verlangt ihn weiterhin.',
  signIn: 'Anmelden',
  passwordProblems: {
    unusable_characters:
      'Dieses Passwort enthält Zeichen, die sich nicht noch einmal eingeben lassen. Lassen Sie sie weg.',
    too_long: 'Dieses Passwort ist zu lang. Höchstens 256 Zeichen sind möglich.',
    resembles_username: 'Dieses Passwort ist Ihrem Benutzernamen zu ähnlich. Wählen Sie ein anderes.',
    common: 'Dieses Passwort gehört zu denen, die zuerst geraten werden. Wählen Sie ein anderes.',
    breached: 'Dieses Passwort ist anderswo bekannt geworden. Wählen Sie ein anderes.',
    unchecked:
      'Wir konnten nicht prüfen, ob dieses Passwort bekannt geworden ist. Versuchen Sie es später noch einmal.',
  },

  lost: 'Verloren, was Sie dafür brauchen? Konto wiederherstellen',
  lostTitle: 'Konto wiederherstellen',
  lostWhy:
    'Haben Sie alles verloren, womit Sie sich ausweisen könnten, dann kann Ihre Administration Ihnen einen Wiederherstellungsschein geben. Damit richten Sie nach einer Wartezeit etwas Neues ein.',
  ticket: 'Wiederherstellungsschein',
  ticketHint:
    'Sechs Vierergruppen, von Ihrer Administration. Sie brauchen ihn noch einmal, wenn die Wartezeit vorbei ist.',
  waitingTitle: 'Ihre Wiederherstellung hat begonnen',
  waiting: (seconds) =>
    `In ${spanFromNow(seconds)} können Sie etwas Neues einrichten. Kommen Sie dann mit demselben Schein auf diese Seite zurück.`,
  waitingWhy:
    'Eine E-Mail sagt es allen, die die Adressen dieses Kontos lesen. Waren Sie es nicht, dann halten Sie es mit dem Link darin an.',
  back: 'Zurück',

  cancelTitle: 'Diese Wiederherstellung anhalten?',
  cancelWhy: (username) =>
    `Jemand mit dem Passwort von „${username}“ und einem Wiederherstellungsschein möchte ersetzen, was das Konto schützt. Waren Sie das nicht, dann halten Sie es an: Der Schein wird sofort wertlos.`,
  cancel: 'Das war ich nicht: anhalten',
  cancelled: 'Die Wiederherstellung ist angehalten',
  cancelledWhy:
    'Der Schein ist jetzt wertlos. Wer ihn benutzt hat, kannte das Passwort: Ändern Sie es und sagen Sie Ihrer Administration Bescheid.',
  nothingToCancel: 'Es gibt nichts anzuhalten',
  nothingToCancelWhy:
    'Diese Wiederherstellung wurde schon angehalten, ist abgelaufen oder abgeschlossen. Waren Sie das nicht, dann sagen Sie Ihrer Administration Bescheid.',

  mails: {
    subjects: {
      'guard-code': (organisation) => `${organisation}: Ihr Code`,
      'reset-code': (organisation) => `${organisation}: Neues Passwort wählen`,
      'recovery-started': (organisation) => `${organisation}: Ihr Konto soll wiederhergestellt werden`,
      enrolled: (organisation) => `${organisation}: Neuer Nachweis eingerichtet`,
      recovered: (organisation) => `${organisation}: Ihr Konto wurde wiederhergestellt`,
      'password-reset': (organisation) => `${organisation}: Ihr Passwort wurde geändert`,
      'recovery-stopped': (organisation) => `${organisation}: Die Wiederherstellung Ihres Kontos wurde angehalten`,
    },
    asked: {
      'guard-code': (username) =>
        `Jemand, der sich als ${username} angemeldet hat, möchte einen neuen Nachweis einrichten. Sind Sie es, dann geben Sie diesen Code ein:`,
      'reset-code': (username) =>
        `Jemand hat um ein neues Passwort für ${username} gebeten. Waren Sie es, dann geben Sie diesen Code ein:`,
    },
    link: 'Oder öffnen Sie diese Adresse in dem Browser, in dem Sie begonnen haben:',
    valid: (seconds) => `Der Code gilt einmal, ${span(seconds)} lang. Nennen Sie ihn niemandem, wer auch immer fragt.`,
    unasked: {
      'guard-code':
        'Sind Sie es nicht, dann kennt jemand Ihr Passwort. Ändern Sie es und sagen Sie Ihrer Administration Bescheid.',
      'reset-code': 'Waren Sie es nicht, dann müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.',
    },
    happened: {
      'recovery-started': (username) =>
        `Jemand mit dem Passwort von ${username} und einem Wiederherstellungsschein Ihrer Administration sagt, er habe verloren, was das Konto schützt.`,
      enrolled: (username) => `Für ${username} wurde ein neuer Nachweis eingerichtet.`,
      recovered: (username) =>
        `Mit einem Wiederherstellungsschein wurde für ${username} ein neuer Nachweis eingerichtet. Er ist an die Stelle dessen getreten, was verloren war.`,
      'password-reset': (username) =>
        `Das Passwort von ${username} wurde mit einem Code aus diesem Postfach ersetzt. Alle Geräte wurden abgemeldet.`,
      'recovery-stopped': (username) =>
        `Die Wiederherstellung von ${username} wurde angehalten. Wer sie begonnen hat, kannte das Passwort: Ändern Sie es.`,
    },
    ready: (seconds) =>
      seconds === 0
        ? 'Er kann sofort etwas Neues einrichten.'
        : `In ${spanFromNow(seconds)} kann er etwas Neues einrichten.`,
    stop: 'Sind Sie es, dann ist jetzt nichts zu tun. Sind Sie es nicht, dann halten Sie es hier an:',
    notYou: 'Waren Sie das nicht, dann sagen Sie sofort Ihrer Administration Bescheid.',
  },

  errors: {
    wrongCode: 'Dieser Code stimmt nicht. Prüfen Sie jedes Zeichen oder lassen Sie sich einen neuen senden.',
    expiredCode: 'Dieser Code ist zu alt oder wurde schon benutzt. Lassen Sie sich einen neuen senden.',
    cannotSend: 'Wir konnten die E-Mail nicht senden. Versuchen Sie es gleich noch einmal.',
    wrongTicket:
      'Dieser Wiederherstellungsschein stimmt nicht. Prüfen Sie jedes Zeichen oder bitten Sie Ihre Administration um einen neuen.',
  },
};
