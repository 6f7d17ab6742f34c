import type { push as english } from '../en/push.ts';

const minutes = (seconds: number): string => {
  if (seconds < 120) return 'eine Minute';
  const count = Math.ceil(seconds / 60);
  return count < 120 ? `${count} Minuten` : `${Math.ceil(count / 60)} Stunden`;
};

export const push: typeof english = {
  way: 'Auf einem anderen Gerät zustimmen',
  ask: (device) => `„${device}“ fragen`,
  askWhy: (device) =>
    `Wir fragen „${device}“, ob Sie es sind. Sie brauchen jetzt dieses Gerät und die Zahl, die diese Seite zeigen wird.`,
  numberTitle: 'Ihre Zahl',
  openDevice: (device) => `Öffnen Sie die Anfragen auf „${device}“ und geben Sie dort diese Zahl ein.`,
  waiting: 'Wir warten auf Ihre Antwort. Diese Seite geht von selbst weiter.',
  approved: 'Zugestimmt. Hier geht es weiter.',
  done: 'Ich habe zugestimmt',
  refused: {
    not_yet: 'Von Ihrem Gerät ist noch keine Antwort da. Stimmen Sie erst dort zu.',
    declined:
      'Auf Ihrem Gerät wurde abgelehnt. Nehmen Sie einen anderen Weg, oder fragen Sie etwas später noch einmal.',
    wrong:
      'Auf Ihrem Gerät wurde eine andere Zahl eingegeben. Nehmen Sie einen anderen Weg, oder fragen Sie etwas später noch einmal und geben Sie die Zahl ein, die Sie dann sehen.',
    expired: 'Niemand hat rechtzeitig geantwortet. Fragen Sie noch einmal, oder nehmen Sie einen anderen Weg.',
    unverifiable: 'Dieses Gerät kann nicht mehr gefragt werden. Nehmen Sie einen anderen Weg.',
  },
  busy: 'Ihr Gerät wird schon etwas gefragt. Antworten Sie dort, oder warten Sie zwei Minuten.',
  paused: (seconds) =>
    `Auf Ihrem Gerät wurde abgelehnt, darum fragen wir es für ${minutes(seconds)} nicht mehr. Nehmen Sie einen anderen Weg.`,
  tooMany: (seconds) =>
    `Ihr Gerät wurde zu oft gefragt. Wir können es in ${seconds < 120 ? 'einer Minute' : minutes(seconds)} wieder fragen. Nehmen Sie einen anderen Weg.`,
  enrol: {
    title: 'Ein Gerät verbinden, das zustimmt',
    lead: 'Dort werden Sie gefragt, wenn jemand, der sich für Sie ausgibt, einen zweiten Nachweis braucht.',
    here: 'Diesen Browser nehmen',
    hereHint: 'Auf diesem Gerät stimmen Sie dann dem zu, was auf anderen gefragt wird.',
    other: 'Ein anderes Gerät nehmen',
    otherHint: 'Scannen Sie dieses Bild damit, oder öffnen Sie dort die Adresse.',
    picture: 'Bild mit der Adresse, die auf dem anderen Gerät zu öffnen ist',
    address: 'Die Adresse als Text',
    addressHint: 'Sie gilt einmal, eine Viertelstunde lang und nur für Sie: Zeigen Sie sie niemandem.',
    found: (device) => `„${device}“ ist bereit.`,
    connect: 'Verbinden',
    deviceName: 'Gerät, das zustimmt',
    refused: {
      not_yet:
        'Es ist noch kein Gerät bereit. Öffnen Sie darauf die Adresse und drücken Sie dort den Knopf, oder nehmen Sie diesen Browser.',
      wrong: 'Dieses Gerät ließ sich nicht prüfen. Beginnen Sie von vorn.',
      expired: 'Das hat zu lange gedauert. Beginnen Sie von vorn.',
    },
  },
  approve: {
    title: 'Anfragen',
    nothing: 'Sie werden gerade nichts gefragt.',
    nothingHint:
      'Lassen Sie diese Seite offen oder erlauben Sie Mitteilungen, dann sehen Sie hier, was Sie gefragt werden.',
    none: 'Dieser Browser stimmt für niemanden zu.',
    noneHint: 'Verbinden können Sie ihn dort, wo Sie Ihr Konto verwalten.',
    needsScript: 'Diese Seite braucht Skripte: Ihr Schlüssel liegt im Browser und muss die Antwort unterschreiben.',
    notifications: 'Mitteilungen erlauben',
    joinTitle: 'Soll dieses Gerät für Sie zustimmen?',
    joinWhy:
      'Tun Sie das nur, wenn Sie gerade selbst ein Gerät verbinden. Wer Ihnen diese Adresse geschickt hat, will die Anfragen sehen, die für Sie bestimmt sind.',
    name: 'Name dieses Geräts',
    join: 'Dieses Gerät verbinden',
    joined: 'Bereit. Gehen Sie zurück zu der Seite, auf der Sie begonnen haben, und drücken Sie dort „Verbinden“.',
    joinFailed: 'Diese Adresse gilt nicht oder nicht mehr. Beginnen Sie noch einmal dort, wo Sie Ihr Konto verwalten.',
    question: 'Sind Sie das?',
    account: 'Konto',
    application: 'Anwendung',
    what: 'Es geht um',
    browser: 'Gefragt in',
    place: 'Aus dem Netz',
    when: 'Wann',
    now: 'gerade eben',
    secondsAgo: 'vor {n} Sekunden',
    number: 'Zahl auf der Seite, die fragt',
    numberHint: 'Zwei Ziffern. Sehen Sie keine? Dann fragen nicht Sie: Lehnen Sie ab.',
    approve: 'Zustimmen',
    deny: 'Ablehnen',
    report: 'Ablehnen und melden: Ich habe nichts gefragt',
    outcomes: {
      approve: 'Zugestimmt. Gehen Sie zurück zu der Seite, die gefragt hat.',
      deny: 'Abgelehnt.',
      report: 'Abgelehnt und gemeldet. Ändern Sie Ihr Passwort, wenn es jemand anders kennen könnte.',
      mismatch: 'Das ist eine andere Zahl, als die Seite zeigt. Es wurde nichts zugestimmt.',
      gone: 'Diese Anfrage ist vorbei.',
      failed: 'Das hat uns nicht erreicht. Versuchen Sie es noch einmal.',
    },
  },
  notice: {
    title: 'Sind Sie das?',
    body: 'Jemand bittet um Ihre Zustimmung. Öffnen Sie, um zu sehen, worum es geht und woher es kommt.',
  },
};
