/** Zeichen von Gefahr, und Browser, die man sich merkt. */
const signs: ReadonlyMap<string, string> = new Map([
  ['new_device', 'In diesem Browser haben Sie sich bisher nicht ausgewiesen.'],
  ['new_country', 'Sie sind in einem Land, das für Ihr Konto neu ist.'],
  ['impossible_travel', 'Das ist zu weit weg von dort, wo Ihr Konto zuletzt benutzt wurde.'],
  ['long_absence', 'Sie waren lange nicht hier.'],
  ['many_failures', 'Für Ihr Konto wurden in letzter Zeit falsche Passwörter oder Codes eingegeben.'],
]);

export const risk = {
  because: (signal: string, need: string): string =>
    `${signs.get(signal) ?? 'Wir können nicht erkennen, ob Sie sich sonst auch so anmelden.'} Damit wir sicher sind, dass Sie es sind, ${need}.`,
  elsewhere: 'Bei einem anderen Anbieter anmelden',
  elsewhereRefused: 'Diese Anmeldung konnten wir nicht annehmen. Nehmen Sie einen anderen Weg.',
  remember: 'Dieses Gerät merken',
  rememberHint: (days: number): string =>
    `Dann werden Sie in diesem Browser ${days === 1 ? 'einen Tag' : `${days} Tage`} lang nicht mehr gefragt, außer wo es nötig ist. Nur auf einem eigenen Gerät.`,
};
