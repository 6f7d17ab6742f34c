import type { CaseFile } from '@stile/actions';

const admin = { authorization: { roles: ['admin'] } };
const withPasskey = { ...admin, user: { enrolledFactors: [{ type: 'otp' }, { type: 'webauthn-roaming' }] } };

export const cases: CaseFile = [
  { name: 'leaves everybody else alone', event: { authorization: { roles: ['teller'] } }, expect: { calls: [] } },
  {
    name: 'has an administrator without a passkey enrol one',
    event: admin,
    expect: {
      commands: [['authentication.enrollWithAny', [{ type: 'webauthn-platform' }, { type: 'webauthn-roaming' }]]],
    },
  },
  {
    name: 'waits for the passkey of an administrator who has one',
    event: withPasskey,
    expect: {
      outcome: 'suspended',
      demand: { acr: ['phr', 'phrh'], reason: 'Administrators sign in with a passkey' },
    },
  },
  {
    name: 'goes on when it is proven',
    event: withPasskey,
    stepUps: [{ acr: 'phr', acrs: ['phr', 'mfa', '1fa'] }],
    expect: { calls: [] },
  },
];
