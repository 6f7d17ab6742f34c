import type { Unit } from '../../duration.ts';
import { age, wait } from '../../duration.ts';
import type { ProofKind } from '../../icons.ts';
import type { myAccount as english } from '../en/account.ts';

const day = new Intl.DateTimeFormat('de-DE', { dateStyle: 'medium', timeZone: 'UTC' });

const units: Readonly<Record<Unit, readonly [one: string, many: string]>> = {
  second: ['Sekunde', 'Sekunden'],
  minute: ['Minute', 'Minuten'],
  hour: ['Stunde', 'Stunden'],
  day: ['Tag', 'Tagen'],
};

const kinds: Readonly<Record<ProofKind, string>> = {
  password: 'Passwort',
  totp: 'Authenticator-App',
  'recovery-code': 'Wiederherstellungscodes',
  passkey: 'Passkey oder Sicherheitsschlüssel',
  email: 'Code per E-Mail',
  phone: 'Code per Telefon',
  push: 'Bestätigung auf einem anderen Gerät',
};

const additions: Readonly<Record<ProofKind, { readonly title: string; readonly hint: string }>> = {
  password: { title: 'Passwort', hint: 'Etwas, das Sie im Kopf haben' },
  totp: { title: 'Authenticator-App', hint: 'Eine App auf Ihrem Telefon, die Codes anzeigt' },
  'recovery-code': {
    title: 'Neue Wiederherstellungs\u00ADcodes',
    hint: 'Für den Tag, an dem Ihr Gerät verloren geht. Frühere gelten dann nicht mehr.',
  },
  passkey: { title: 'Passkey oder Sicherheitsschlüssel', hint: 'Schnell, und auf gefälschten Seiten wirkungslos' },
  email: { title: 'Code per E-Mail', hint: 'Wir schicken einen Code an Ihre Adresse' },
  phone: { title: 'Code per Telefon', hint: 'Wir schicken einen Code an Ihre Nummer' },
  push: { title: 'Bestätigung auf einem anderen Gerät', hint: 'Sie drücken auf Ihrem Telefon einen Knopf' },
};

export const myAccount: typeof english = {
  title: 'Ihr Konto',
  back: 'Zurück zu Ihrem Konto',
  signOut: 'Abmelden',
  kind: (kind) => kinds[kind],
  unknownKind: 'Etwas, das wir nicht mehr prüfen können',
  additionTitle: (kind) => additions[kind].title,
  additionHint: (kind) => additions[kind].hint,
  ago: (seconds) => {
    const { count, unit } = age(seconds);
    return count === 0 || unit === 'second' ? 'gerade eben' : `vor ${count} ${units[unit][count === 1 ? 0 : 1]}`;
  },
  day: (seconds) => day.format(seconds * 1000),
  wait: (seconds) => {
    const { count, unit } = wait(seconds);
    const words = unit === 'day' && count !== 1 ? 'Tage' : units[unit][count === 1 ? 0 : 1];
    return `Das waren zu viele Versuche. Warten Sie ${count} ${words} und versuchen Sie es dann noch einmal.`;
  },
  done: {
    added: 'Hinzugefügt. Sie können es ab jetzt verwenden.',
    renamed: 'Der Name ist geändert.',
    preferred: 'Ab jetzt fragen wir zuerst danach.',
    removed: 'Entfernt. Was damit bestätigt war, gilt nicht mehr.',
    password: 'Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.',
    codes: 'Ihre neuen Wiederherstellungscodes gelten jetzt, die früheren nicht mehr.',
    'signed-out': 'Dort sind Sie abgemeldet.',
    everywhere: 'Überall sonst sind Sie abgemeldet, und kein Gerät ist mehr gemerkt.',
    forgotten: 'Dieses Gerät ist nicht mehr gemerkt.',
  },
  ways: {
    title: 'So melden Sie sich an',
    added: (when) => `Hinzugefügt ${when}`,
    lastUsed: (when) => `benutzt ${when}`,
    neverUsed: 'noch nicht benutzt',
    first: 'Wird zuerst verlangt',
    change: 'Ändern',
    changeOf: (name) => `„${name}“ ändern`,
    codesLeft: (count) => (count === 0 ? 'Keiner übrig' : `${count} übrig`),
    fewCodes: (count) => {
      if (count === 0)
        return 'Sie haben keinen Wiederherstellungscode mehr. Geht Ihr Gerät verloren, sind Sie womöglich ausgesperrt.';
      const codes = count === 1 ? 'einen Wiederherstellungscode' : `${count} Wiederherstellungscodes`;
      return `Sie haben nur noch ${codes}. Erstellen Sie rechtzeitig neue.`;
    },
    noCodes: 'Sie haben keine Wiederherstellungscodes. Geht Ihr Gerät verloren, sind Sie womöglich ausgesperrt.',
    newCodes: 'Neue Wiederherstellungscodes erstellen',
    add: 'Weitere hinzufügen',
    changePassword: 'Passwort ändern',
    setPassword: 'Passwort festlegen',
  },
  sessions: {
    title: 'Hier sind Sie angemeldet',
    here: 'Dieses Gerät',
    seen: (when) => `benutzt ${when}`,
    signOut: 'Abmelden',
    signOutOf: (name) => `${name} abmelden`,
    everywhere: 'Überall sonst abmelden',
    unknown: 'Unbekannter Browser',
  },
  devices: {
    title: 'Gemerkte Geräte',
    why: 'Dort fragen wir seltener nach einem zweiten Nachweis.',
    until: (when) => `bis ${when}`,
    forget: 'Vergessen',
    forgetOf: (name) => `${name} vergessen`,
  },
  activity: {
    title: 'Letzte Ereignisse',
    why: 'Was mit Ihrem Konto geschehen ist, das Neueste zuerst.',
    none: 'Es ist noch nichts geschehen.',
    all: 'Alle Ereignisse zeigen',
    notMe: 'Das waren nicht Sie?',
    events: {
      signedIn: (kind) => `Angemeldet: ${kind}`,
      confirmed: (kind) => `Bestätigt: ${kind}`,
      refused: (kind) => `Falsche Antwort: ${kind}`,
      enrolled: (kind) => `Hinzugefügt: ${kind}`,
      removed: (kind) => `Entfernt: ${kind}`,
      renamed: (kind) => `Umbenannt: ${kind}`,
      preferred: (kind) => `Wird seither zuerst verlangt: ${kind}`,
      codes: 'Neue Wiederherstellungscodes erstellt',
      password: 'Passwort geändert',
      signedOut: 'Von einem Gerät abgemeldet',
      everywhere: 'Überall sonst abgemeldet',
      remembered: 'Ein Gerät wurde gemerkt',
      forgotten: 'Ein Gerät ist nicht mehr gemerkt',
    },
    byAdministrator: 'durch Ihre Administration',
  },
  notMe: {
    title: 'War jemand anders hier?',
    why: 'Gehen Sie diese Schritte von oben nach unten. Danach ist ausgesperrt, wer immer es war.',
    password: 'Passwort ändern',
    passwordWhy: 'Meldet auch jedes andere Gerät ab.',
    everywhere: 'Überall sonst abmelden',
    everywhereWhy: 'Beendet, was andere noch offen haben.',
    ways: 'Entfernen, was Ihnen nicht gehört',
    waysWhy: 'Sehen Sie durch, womit Sie sich anmelden.',
  },
  manage: {
    title: (name) => `„${name}“ ändern`,
    name: 'Name dafür',
    nameHint: 'Woran Sie es erkennen. 1 bis 50 Zeichen.',
    save: 'Namen speichern',
    prefer: 'Zuerst danach fragen',
    remove: 'Entfernen',
    badName: 'Geben Sie einen Namen mit 1 bis 50 Zeichen ein.',
  },
  remove: {
    title: (name) => `„${name}“ entfernen?`,
    why: 'Sie können sich dann nicht mehr damit anmelden, und was bisher damit bestätigt war, gilt nicht mehr.',
    button: 'Entfernen',
    keep: 'Behalten',
    hindrance: {
      last_sign_in: 'Sie können sich nur damit anmelden. Fügen Sie zuerst etwas anderes hinzu.',
      last_for_level:
        'Etwas, das Sie benutzen, verlangt danach, und Sie haben nichts anderes, das genügen würde. Fügen Sie zuerst etwas anderes hinzu.',
    },
  },
  add: {
    title: 'Was möchten Sie hinzufügen?',
    why: 'Mit mehr als einer Methode sind Sie nicht ausgesperrt, wenn eine verloren geht.',
    name: 'Name (darf leer bleiben)',
    nameHint: 'Woran Sie es erkennen werden: „Pixel 9“, „Schlüssel am Schlüsselbund“.',
    over: 'Das hat zu lange gedauert oder wurde in einem anderen Fenster neu begonnen. Beginnen Sie noch einmal.',
    taken: 'Es gehört schon zu einem Konto.',
    notNow: 'Das geht gerade nicht. Versuchen Sie es später noch einmal.',
  },
  password: {
    title: 'Passwort ändern',
    titleFirst: 'Passwort festlegen',
    why: 'Überall sonst werden Sie abgemeldet.',
    current: 'Bisheriges Passwort',
    next: 'Neues Passwort',
    hint: (least) => `Mindestens ${least} Zeichen. Mehrere Wörter hintereinander sind gut.`,
    tooShort: (least) =>
      `Es ist zu kurz. Nehmen Sie mindestens ${least} Zeichen; mehrere Wörter hintereinander sind gut.`,
    button: 'Passwort ändern',
    buttonFirst: 'Passwort festlegen',
    problems: {
      unusable_characters: 'Es enthält Zeichen, die niemand tippen kann. Geben Sie es von Hand ein.',
      too_long: 'Es ist zu lang. Nehmen Sie höchstens 256 Zeichen.',
      resembles_username: 'Es ist Ihr Benutzername oder fast. Nehmen Sie ein anderes.',
      common: 'Es gehört zu denen, die zuerst geraten werden. Nehmen Sie ein anderes.',
      breached: 'Es ist aus einem Datenleck bekannt. Nehmen Sie ein anderes.',
      unchecked:
        'Wir konnten nicht prüfen, ob es aus einem Datenleck bekannt ist. Versuchen Sie es nachher noch einmal.',
      unchanged: 'Das haben Sie schon. Nehmen Sie ein anderes.',
    },
    over: 'Ihr Passwort wurde gerade in einem anderen Fenster geändert. Beginnen Sie noch einmal.',
  },
  cannot: {
    signedOutTitle: 'Sie sind nicht angemeldet',
    signedOut: 'Melden Sie sich an, um Ihr Konto zu sehen.',
    signIn: 'Anmelden',
    title: 'Dafür braucht es einen zweiten Nachweis',
    why: 'Sie haben keinen, der genügt, und ohne Hilfe lässt sich keiner hinzufügen. Würde Ihr Passwort genügen, könnte jeder, der es erfährt, seinen eigenen hinzufügen. Wenden Sie sich an Ihre Administration.',
  },
  download: 'Als Datei speichern',
  codesFile: 'wiederherstellungscodes.txt',
};
