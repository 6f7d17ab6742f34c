const minutes = (seconds: number): string => {
  if (seconds < 120) return 'a minute';
  const count = Math.ceil(seconds / 60);
  return count < 120 ? `${count} minutes` : `${Math.ceil(count / 60)} hours`;
};

/** Approval on another device. */
export const push = {
  way: 'Approve on another device',
  ask: (device: string): string => `Ask “${device}”`,
  askWhy: (device: string): string =>
    `We ask “${device}” whether it is you. You need that device now, and the number that this page will show.`,
  numberTitle: 'Your number',
  openDevice: (device: string): string => `Open the approvals on “${device}” and type this number there.`,
  waiting: 'We are waiting for your answer. This page goes on by itself.',
  approved: 'Approved. Go on here.',
  done: 'I have approved it',
  refused: {
    not_yet: 'There is no answer from your device yet. Approve it there first.',
    declined: 'It was declined on your device. Take another way, or ask again in a while.',
    wrong:
      'Another number was typed on your device. Take another way, or ask again in a while and type the number that you see then.',
    expired: 'Nobody answered in time. Ask again, or take another way.',
    unverifiable: 'This device cannot be asked any more. Take another way.',
  },
  busy: 'Your device is being asked something already. Answer it there, or wait two minutes.',
  paused: (seconds: number): string =>
    `Questions were declined on your device, so we do not ask it for ${minutes(seconds)}. Take another way.`,
  tooMany: (seconds: number): string =>
    `Your device was asked too often. We can ask it again in ${minutes(seconds)}. Take another way.`,
  enrol: {
    title: 'Connect a device that approves',
    lead: 'You are asked there whenever somebody who claims to be you has to give a second proof.',
    here: 'Use this browser',
    hereHint: 'You then approve on this device what is asked on others.',
    other: 'Use another device',
    otherHint: 'Scan this picture with it, or open the address there.',
    picture: 'Picture with the address to be opened on the other device',
    address: 'The address as text',
    addressHint: 'It works once, for fifteen minutes, and for you alone: show it to nobody.',
    found: (device: string): string => `“${device}” is ready.`,
    connect: 'Connect it',
    deviceName: 'Device that approves',
    refused: {
      not_yet: 'No device is ready yet. Open the address on it and press the button there, or use this browser.',
      wrong: 'That device could not be verified. Begin again.',
      expired: 'This took too long. Begin again.',
    },
  },
  approve: {
    title: 'Approvals',
    nothing: 'Nothing is asked of you now.',
    nothingHint: 'Leave this page open, or allow notifications, and you see here what you are asked.',
    none: 'This browser does not approve for anybody.',
    noneHint: 'You can connect it where you manage your account.',
    needsScript: 'This page needs scripts: your key is kept in the browser and must sign the answer.',
    notifications: 'Allow notifications',
    joinTitle: 'Make this an approving device?',
    joinWhy:
      'Do this only if you are connecting a device yourself at this moment. Somebody who sent you this address wants to see the questions that are meant for you.',
    name: 'Name of this device',
    join: 'Connect this device',
    joined: 'Ready. Go back to the page where you began, and press “Connect it” there.',
    joinFailed: 'That address does not work, or no longer. Begin again where you manage your account.',
    question: 'Is this you?',
    account: 'Account',
    application: 'Application',
    what: 'You are about to',
    browser: 'Asked in',
    place: 'From the network',
    when: 'When',
    now: 'just now',
    secondsAgo: '{n} seconds ago',
    number: 'Number shown on the page that asks',
    numberHint: 'Two digits. Do you see none? Then it is not you who asks: deny it.',
    approve: 'Approve',
    deny: 'Deny',
    report: 'Deny and report: I did not ask for this',
    outcomes: {
      approve: 'Approved. Go back to the page that asked.',
      deny: 'Denied.',
      report: 'Denied and reported. Change your password if somebody else may know it.',
      mismatch: 'That is another number than the page shows, so nothing was approved.',
      gone: 'This question is over.',
      failed: 'That did not reach us. Try again.',
    },
  },
  notice: {
    title: 'Is this you?',
    body: 'Somebody asks for your approval. Open to see what, and from where.',
  },
};
