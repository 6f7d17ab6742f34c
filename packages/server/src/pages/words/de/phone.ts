import type { phone as english } from '../en/phone.ts';

export const phone: typeof english = {
  way: 'Code auf das Telefon',
  send: (number) => `Code an ${number} senden`,
  call: (number) => `${number} anrufen`,
  sendWhy:
    'Wir senden einen Code an Ihr Telefon. Nachrichten können unterwegs gelesen und Nummern übernommen werden: Nehmen Sie lieber einen Passkey, wenn Sie können.',
  code: 'Code aus der Nachricht',
  codeHint: (number) => `Sechs Ziffern, gesendet an ${number}.`,
  callHint: (number) => `Sechs Ziffern, angesagt bei einem Anruf an ${number}.`,
  name: (number) => `Telefon ${number}`,
  refused: {
    missing: 'Geben Sie den Code ein.',
    wrong: 'Dieser Code stimmt nicht. Vergleichen Sie ihn mit der neuesten Nachricht.',
    expired: 'Dieser Code gilt nicht mehr: Er ist zu alt oder wurde zu oft versucht. Lassen Sie einen neuen senden.',
    unverifiable: 'Diese Nummer ist nicht mehr verwendbar. Nehmen Sie einen anderen Weg.',
  },
  tooMany: 'Es wurden zu viele Nachrichten gesendet. Warten Sie eine Weile, oder nehmen Sie einen anderen Weg.',
  cannotSend:
    'Wir können gerade keine Nachricht senden. Nehmen Sie einen anderen Weg, oder versuchen Sie es später noch einmal.',
  enrol: {
    title: 'Geben Sie den gesendeten Code ein',
    lead: 'Er zeigt uns, dass die Nummer Ihnen gehört.',
    number: 'Telefonnummer',
    numberHint: 'Mit der Vorwahl Ihres Landes, etwa +49 30 123456.',
    how: 'Wie möchten Sie die Codes bekommen?',
    sms: 'Als Kurznachricht',
    voice: 'Durch einen Anruf',
    restricted:
      'Eine Telefonnummer ist der schwächste zweite Nachweis: Nummern können übernommen werden. Ein Passkey ist sicherer.',
    connect: 'Nummer bestätigen',
    notANumber: 'Das ist keine Telefonnummer. Beginnen Sie mit einem Pluszeichen und der Vorwahl Ihres Landes.',
    noCalls: 'Hier rufen wir keine Telefone an. Wählen Sie eine Kurznachricht.',
    notAllowed: 'In dieses Land senden wir keine Nachrichten. Nehmen Sie einen anderen Weg.',
  },
  text: (organisation, code, host) =>
    `${code} ist Ihr Code für ${organisation}. Geben Sie ihn niemandem.\n\n@${host} #${code}`,
  spoken: (organisation, code) => `Ihr Code für ${organisation} lautet: ${code}. Geben Sie ihn niemandem.`,
};
