/** Codes by text message and by call. */
export const phone = {
  way: 'Get a code by phone',
  send: (number: string): string => `Send a code to ${number}`,
  call: (number: string): string => `Call ${number}`,
  sendWhy:
    'We send a code to your phone. Messages can be read on the way and numbers can be taken over: if you can, use a passkey.',
  code: 'Code from the message',
  codeHint: (number: string): string => `Six digits, sent to ${number}.`,
  callHint: (number: string): string => `Six digits, told by a call to ${number}.`,
  name: (number: string): string => `Phone ${number}`,
  refused: {
    missing: 'Type the code.',
    wrong: 'That code is not right. Compare it with the latest message.',
    expired: 'That code works no more: it is too old, or was tried too often. Have a new one sent.',
    unverifiable: 'This number cannot be used any more. Take another way.',
  },
  tooMany: 'Too many messages were sent. Wait a while, or take another way.',
  cannotSend: 'We cannot send a message now. Take another way, or try again later.',
  enrol: {
    title: 'Type the code we sent',
    lead: 'It shows us that the number is yours.',
    number: 'Phone number',
    numberHint: 'With the code of your country, such as +44 20 7946 0000.',
    how: 'How do you want to get the codes?',
    sms: 'By text message',
    voice: 'By a call',
    restricted: 'A phone number is the weakest second proof: numbers can be taken over. A passkey is safer.',
    connect: 'Confirm the number',
    notANumber: 'That is not a phone number. Begin with a plus sign and the code of your country.',
    noCalls: 'We do not call phones here. Choose a text message.',
    notAllowed: 'We do not send messages to that country. Take another way.',
  },
  /** At most 160 signs; the last line lets phones fill in the code on the right page alone (WebOTP). */
  text: (organisation: string, code: string, host: string): string =>
    `${code} is your code for ${organisation}. Give it to nobody.\n\n@${host} #${code}`,
  spoken: (organisation: string, code: string): string =>
    `Your code for ${organisation} is: ${code}. Give it to nobody.`,
};
