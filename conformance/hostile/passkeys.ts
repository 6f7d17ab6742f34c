import { answered, nobody, shown } from './arrivals.ts';
import type { Scenario } from './scenarios.ts';

/** What a passkey that nobody has would answer. */
const UNKNOWN = JSON.stringify({
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  response: {
    clientDataJSON: Buffer.from('{"type":"webauthn.get","challenge":"AAAA","origin":"null"}').toString('base64url'),
    authenticatorData: Buffer.alloc(37).toString('base64url'),
    signature: 'AAAA',
    userHandle: 'AAAA',
  },
  clientExtensionResults: {},
});

/** Where passkeys are read. Nobody here has one; `interaction/passkey-*.test.ts` has good ones. */
export const passkeys: readonly Scenario[] = [
  {
    name: 'where else passkeys may be used: nowhere',
    method: 'GET',
    path: '/.well-known/webauthn',
    answers: 404,
    query: ['v'],
    good: async (world) => ({ visitor: await nobody(world), query: {} }),
  },
  {
    name: 'a passkey that nobody has',
    method: 'POST',
    path: '/login',
    answers: 400,
    query: ['interaction'],
    form: ['credential', 'passkey'],
    good: answered('nobody', '/login', () => ({ username: '', password: '', passkey: '1', credential: UNKNOWN })),
  },
  {
    name: 'a code that is not the right one, from a device that has passkeys',
    method: 'POST',
    path: '/challenge',
    answers: 400,
    query: ['interaction'],
    form: ['passkeys'],
    good: answered('robin', '/challenge', (_world, { form }) => {
      const [, authenticator = ''] = /name="authenticator" value="([^"]*)"/.exec(form.html) ?? [];
      return { authenticator, code: '000000', passkeys: '1' };
    }),
  },
  {
    name: 'an offer that is made to nobody who has confirmed nothing',
    method: 'GET',
    path: '/offer-passkey',
    answers: 303,
    query: ['interaction'],
    good: shown('sam', '/enrol'),
  },
  {
    name: 'an answer to an offer that was not made',
    method: 'POST',
    path: '/offer-passkey',
    answers: 303,
    query: ['interaction'],
    form: ['csrf', 'cancel', 'other', 'later', 'credential'],
    good: answered('sam', '/enrol', () => ({ credential: UNKNOWN })),
  },
];
