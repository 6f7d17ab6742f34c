/** Codes by mail. */
export const email = {
  way: 'Get a code by e-mail',
  send: (address: string): string => `Send a code to ${address}`,
  sendWhy: 'We send a code to your mailbox. Whoever reads your e-mail can use it: if you can, use a passkey.',
  code: 'Code from the e-mail',
  codeHint: (address: string): string => `Six digits, sent to ${address}. Look in the spam folder too.`,
  codeFromLink: 'This is the code of the link that you opened. Press the button to confirm.',
  name: (address: string): string => `E-mail ${address}`,
  refused: {
    missing: 'Type the code.',
    wrong: 'That code is not right. Compare it with the latest e-mail.',
    expired: 'That code works no more: it is too old, or was tried too often. Have a new one sent.',
    unverifiable: 'This address cannot be used any more. Take another way.',
  },
  tooMany: 'Too many e-mails were sent. Wait a while, or take another way.',
  cannotSend: 'We cannot send e-mail now. Take another way, or try again later.',
  enrol: {
    title: 'Type the code we sent',
    lead: 'It shows us that the address is yours.',
    address: 'E-mail address',
    addressHint: 'Take one that does not need this account to be read.',
    restricted: 'A code by e-mail is a weak second proof: whoever reads your e-mail has it. A passkey is safer.',
    connect: 'Confirm the address',
    notAnAddress: 'That is not an e-mail address. Check each character.',
  },
};
