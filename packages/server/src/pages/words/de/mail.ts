import type { NoticeKind } from '../../../notify/message.ts';
import type { mail as english } from '../en/mail.ts';

const minutes = (seconds: number): string =>
  seconds < 120 ? `${seconds} Sekunden` : `${Math.floor(seconds / 60)} Minuten`;

const named = (name: string | undefined): string => (name === undefined ? '' : `: „${name}“`);

const notices: Readonly<Record<NoticeKind, (typeof english)['notices'][NoticeKind]>> = {
  'authenticator.added': {
    subject: 'Ein Nachweis wurde hinzugefügt',
    happened: (name) => `Ihrem Konto wurde ein neuer Nachweis hinzugefügt${named(name)}.`,
  },
  'authenticator.removed': {
    subject: 'Ein Nachweis wurde entfernt',
    happened: (name) => `Aus Ihrem Konto wurde ein Nachweis entfernt${named(name)}.`,
  },
  'authenticator.renamed': {
    subject: 'Ein Nachweis hat einen neuen Namen',
    happened: (name) => `Ein Nachweis Ihres Kontos hat einen anderen Namen bekommen${named(name)}.`,
  },
  'authenticator.preferred': {
    subject: 'Ein anderer Nachweis kommt jetzt zuerst',
    happened: (name) => `Nach einem anderen Ihrer Nachweise wird jetzt zuerst gefragt${named(name)}.`,
  },
  'recovery_codes.renewed': {
    subject: 'Sie haben neue Wiederherstellungscodes',
    happened: () => 'Für Ihr Konto wurden neue Wiederherstellungscodes erzeugt. Die alten gelten nicht mehr.',
  },
  'password.changed': {
    subject: 'Ihr Passwort wurde geändert',
    happened: () => 'Das Passwort Ihres Kontos wurde geändert.',
  },
  'session.ended': {
    subject: 'Ein Gerät wurde abgemeldet',
    happened: () => 'Eines Ihrer Geräte wurde abgemeldet.',
  },
  'sessions.ended': {
    subject: 'Sie wurden überall abgemeldet',
    happened: () => 'Ihre anderen Geräte wurden abgemeldet.',
  },
  'device.forgotten': {
    subject: 'Wir merken uns ein Gerät nicht mehr',
    happened: () => 'Ein Gerät, das wir uns merken sollten, merken wir uns nicht mehr.',
  },
  'new-device': {
    subject: 'Neue Anmeldung bei Ihrem Konto',
    happened: () =>
      'Jemand hat sich bei Ihrem Konto mit einem Browser, den wir noch nicht kennen, oder aus einem neuen Land angemeldet.',
  },
  reported: {
    subject: 'Sie haben eine fremde Anfrage gemeldet',
    happened: () =>
      'Jemand, der Ihr Passwort kennt, hat um Ihre Zustimmung gebeten, und Sie haben das gemeldet. Wir haben diese Sitzung beendet. Ändern Sie Ihr Passwort.',
  },
};

export const mail: typeof english = {
  greeting: (organisation) => `Anmeldung bei ${organisation}`,
  codes: {
    code: {
      subject: (organisation) => `Ihr Code für ${organisation}`,
      lead: (application, what) =>
        `${application === undefined ? 'Geben Sie diesen Code ein, um zu bestätigen, dass Sie es sind' : `${application} möchte wissen, ob Sie es sind. Geben Sie diesen Code ein`}${what === undefined ? '.' : `, um fortzufahren: ${what}.`}`,
      link: 'Oder öffnen Sie im selben Browser die Seite, die danach fragt, und bestätigen Sie dort',
    },
    'address-code': {
      subject: (organisation) => `Bestätigen Sie Ihre Adresse für ${organisation}`,
      lead: () => 'Geben Sie diesen Code ein, um zu zeigen, dass diese Adresse Ihnen gehört.',
      link: 'Öffnen Sie die Seite, die danach fragt',
    },
  },
  valid: (seconds) => `Er gilt einmal, ${minutes(seconds)} lang.`,
  closing:
    'Niemand von uns wird Sie je nach diesem Code fragen. Geben Sie ihn niemandem, und auf keiner anderen Seite als unserer ein.',
  unasked:
    'Sie haben das nicht angefordert? Dann kennt vielleicht jemand Ihr Passwort. Beachten Sie diese E-Mail nicht weiter, und ändern Sie Ihr Passwort.',
  notices,
  when: (moment) => `Wann: ${moment}`,
  where: (browser, place) =>
    `Wo: ${[browser, place === undefined ? undefined : `Netz ${place}`].filter((part) => part !== undefined).join(', ')}`,
  notYou: 'Waren Sie das nicht? Ändern Sie sofort Ihr Passwort, und sehen Sie Ihr Konto an:',
  account: 'Ihr Konto',
  mailbox: {
    title: 'Postfach zum Ausprobieren',
    warning:
      'Es ist weder ein Mailserver noch ein Telefondienst eingerichtet. Darum behält dieser Server im Speicher, was er senden würde, und zeigt es hier, nur auf diesem Rechner. Wer diese Seite öffnet, liest es.',
    empty: 'Es wurde noch nichts gesendet.',
    to: 'An',
    plain: 'Als reiner Text',
    channels: { email: 'E-Mail', sms: 'Kurznachricht', voice: 'Anruf' },
  },
};
