import type { CaseFile } from '@stile/actions';

const transfer = { transaction: { requested_scopes: ['openid', 'transfer:funds'] } };

export const cases: CaseFile = [
  { name: 'lets everyday scopes pass', expect: { calls: [] } },
  {
    name: 'waits for a second factor before money can be moved',
    event: transfer,
    expect: {
      outcome: 'suspended',
      demand: { acr: ['mfa'], maxAge: '5m', reason: 'You are about to transfer money' },
    },
  },
  {
    name: 'goes on when it is proven',
    event: transfer,
    stepUps: [{ acr: 'mfa', acrs: ['mfa', '1fa'] }],
    expect: { calls: [] },
  },
];
