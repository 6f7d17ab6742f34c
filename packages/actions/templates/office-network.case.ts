import type { CaseFile } from '@stile/actions';

const secrets = { OFFICE_NETWORK: '198.51.100.0/24' };

export const cases: CaseFile = [
  { name: 'lets the office pass', secrets, event: { request: { ip: '198.51.100.200' } }, expect: { calls: [] } },
  {
    name: 'asks everybody else for a second factor',
    secrets,
    event: { request: { ip: '198.51.101.1' } },
    expect: { commands: [['multifactor.enable', 'any', { allowRememberBrowser: false }]] },
  },
  {
    name: 'asks whoever comes by IPv6, which is not the office',
    secrets,
    event: { request: { ip: '2001:db8::1' } },
    expect: { calls: ['multifactor.enable'] },
  },
  {
    name: 'lets nobody in when the network is missing',
    expect: { calls: ['access.deny'], console: ['The secret OFFICE_NETWORK is missing, or is no network'] },
  },
  {
    name: 'lets nobody in when it is no network',
    secrets: { OFFICE_NETWORK: '198.51.100.0/40' },
    expect: { calls: ['access.deny'] },
  },
];
