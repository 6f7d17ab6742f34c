import type { CaseFile } from '@stile/actions';

const acr_values = ['http://schemas.openid.net/pape/policies/2007/06/multi-factor'];

export const cases: CaseFile = [
  { name: 'asks for nothing when the application does not', expect: { calls: [] } },
  {
    name: 'asks for a second factor when the application does',
    event: { transaction: { acr_values } },
    expect: { commands: [['multifactor.enable', 'any', { allowRememberBrowser: false }]] },
  },
  {
    name: 'asks nobody twice',
    event: {
      transaction: { acr_values },
      authentication: {
        methods: [
          { name: 'pwd', timestamp: '2026-01-15T11:40:00.000Z' },
          { name: 'mfa', timestamp: '2026-01-15T11:40:20.000Z', type: 'otp' },
        ],
      },
    },
    expect: { calls: [] },
  },
];
