import type { email as english } from '../en/email.ts';

export const email: typeof english = {
  way: 'Code per E-Mail',
  send: (address) => `Code an ${address} senden`,
  sendWhy:
    'Wir senden einen Code in Ihr Postfach. Wer Ihre E-Mails liest, kann ihn benutzen: Nehmen Sie lieber einen Passkey, wenn Sie können.',
  code: 'Code aus der E-Mail',
  codeHint: (address) => `Sechs Ziffern, gesendet an ${address}. Sehen Sie auch im Spam-Ordner nach.`,
  codeFromLink: 'Das ist der Code des Links, den Sie geöffnet haben. Bestätigen Sie mit dem Knopf.',
  name: (address) => `E-Mail ${address}`,
  refused: {
    missing: 'Geben Sie den Code ein.',
    wrong: 'Dieser Code stimmt nicht. Vergleichen Sie ihn mit der neuesten E-Mail.',
    expired: 'Dieser Code gilt nicht mehr: Er ist zu alt oder wurde zu oft versucht. Lassen Sie einen neuen senden.',
    unverifiable: 'Diese Adresse ist nicht mehr verwendbar. Nehmen Sie einen anderen Weg.',
  },
  tooMany: 'Es wurden zu viele E-Mails gesendet. Warten Sie eine Weile, oder nehmen Sie einen anderen Weg.',
  cannotSend:
    'Wir können gerade keine E-Mail senden. Nehmen Sie einen anderen Weg, oder versuchen Sie es später noch einmal.',
  enrol: {
    title: 'Geben Sie den gesendeten Code ein',
    lead: 'Er zeigt uns, dass die Adresse Ihnen gehört.',
    address: 'E-Mail-Adresse',
    addressHint: 'Nehmen Sie eine, für die Sie dieses Konto nicht brauchen.',
    restricted:
      'Ein Code per E-Mail ist ein schwacher zweiter Nachweis: Wer Ihre E-Mails liest, hat ihn. Ein Passkey ist sicherer.',
    connect: 'Adresse bestätigen',
    notAnAddress: 'Das ist keine E-Mail-Adresse. Prüfen Sie jedes Zeichen.',
  },
};
