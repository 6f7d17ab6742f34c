import type { webauthn as english } from '../en/webauthn.ts';

const either = new Intl.ListFormat('de-DE', { type: 'disjunction' });

/** Passkeys und Sicherheitsschlüssel. */
export const webauthn: typeof english = {
  anyOf: (names, others) =>
    either.format([...names.map((name) => `„${name}“`), ...(others > 0 ? [`einen von ${others} weiteren`] : [])]),
  lead: {
    all: (any) => `Nehmen Sie ${any}: Ihr Gerät fragt nach Finger, Gesicht oder PIN.`,
    some: (any) =>
      `Nehmen Sie ${any}: Ihr Gerät fragt nach Finger, Gesicht oder PIN, oder Ihr Schlüssel blinkt, damit Sie ihn berühren.`,
    none: (any) => `Verbinden Sie ${any} und berühren Sie ihn, wenn er blinkt.`,
  },
  noScript:
    'Ein Passkey braucht Skripte, und dieser Browser führt keine aus. Erlauben Sie sie für diese Seite, oder nehmen Sie einen anderen Weg.',
  unsupported: 'Dieser Browser kann keine Passkeys verwenden. Nehmen Sie einen anderen Weg oder einen anderen Browser.',
  stopped:
    'Es wurde nichts bestätigt: Es wurde abgebrochen, hat zu lange gedauert, oder hier gibt es diesen Passkey nicht. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.',
  refused: {
    missing: 'Drücken Sie den Knopf und tun Sie dann, worum Ihr Gerät Sie bittet.',
    expired: 'Das hat zu lange gedauert. Drücken Sie den Knopf noch einmal.',
    already_used: 'Diese Antwort wurde schon verwendet. Drücken Sie den Knopf noch einmal.',
    not_verified:
      'Ihr Gerät hat nicht geprüft, dass Sie es sind. Versuchen Sie es noch einmal mit Finger, Gesicht oder PIN.',
    cloned:
      'Das könnte eine Kopie Ihres Schlüssels sein, darum nehmen wir ihn nicht an. Nehmen Sie einen anderen Weg und sagen Sie es Ihrer Administration.',
    wrong:
      'Dieser Passkey konnte nicht angenommen werden. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.',
  },
  login: {
    button: 'Mit Passkey anmelden',
    stopped:
      'Es wurde nichts bestätigt: Es wurde abgebrochen, hat zu lange gedauert, oder hier gibt es keinen Passkey. Versuchen Sie es noch einmal, oder verwenden Sie Ihr Passwort.',
    failed:
      'Mit diesem Passkey können Sie sich nicht anmelden. Versuchen Sie es noch einmal, oder verwenden Sie Ihr Passwort.',
  },
  passkeyName: 'Mein Passkey',
  securityKeyName: 'Mein Sicherheitsschlüssel',
  enrol: {
    title: 'Passkey erstellen',
    lead: 'Er tritt an die Stelle von Codes: Ihr Gerät fragt nach Finger, Gesicht oder PIN. Er funktioniert nur auf der echten Seite, nie auf einer gefälschten.',
    button: 'Passkey erstellen',
    unsupported:
      'Dieser Browser kann keine Passkeys erstellen. Nehmen Sie einen anderen Weg oder einen anderen Browser.',
    stopped:
      'Es wurde nichts erstellt: Es wurde abgebrochen oder hat zu lange gedauert. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.',
    already: 'Dieses Gerät oder dieser Schlüssel gehört schon zu Ihren Passkeys.',
    refused: {
      missing: 'Drücken Sie den Knopf und tun Sie dann, worum Ihr Gerät Sie bittet.',
      expired: 'Das hat zu lange gedauert. Drücken Sie den Knopf noch einmal.',
      already_used: 'Dieses Gerät oder dieser Schlüssel ist schon in Gebrauch. Nehmen Sie ein anderes.',
      not_verified:
        'Ihr Gerät hat nicht geprüft, dass Sie es sind; das ist hier nötig. Richten Sie PIN, Finger oder Gesicht darauf ein, oder nehmen Sie ein anderes.',
      wrong:
        'Dieser Passkey konnte nicht angenommen werden. Versuchen Sie es noch einmal, oder nehmen Sie ein anderes Gerät.',
    },
  },
  offer: {
    title: 'Nächstes Mal ohne Code?',
    lead: 'Mit einem Passkey bestätigen Sie mit Finger, Gesicht oder der PIN Ihres Geräts. Das geht schneller als ein Code und funktioniert nicht auf gefälschten Seiten.',
    later: 'Jetzt nicht',
    hint: 'Wenn Sie ablehnen, fragen wir in diesem Browser eine Weile nicht mehr.',
  },
};
