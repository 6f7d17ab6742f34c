import type { CaseFile } from '@stile/actions';

const nobody = { user: { enrolledFactors: [], multifactor: [] } };

export const cases: CaseFile = [
  { name: 'leaves those alone who have a second factor', at: '2026-06-01T12:00:00Z', expect: { calls: [] } },
  {
    name: 'counts how often somebody has put it off',
    at: '2026-02-01T12:00:00Z',
    event: { user: { ...nobody.user, app_metadata: { enrolment_put_off: 1 } } },
    expect: { commands: [['user.setAppMetadata', 'enrolment_put_off', 2]] },
  },
  {
    name: 'asks after the third time',
    at: '2026-02-01T12:00:00Z',
    event: { user: { ...nobody.user, app_metadata: { enrolment_put_off: 3 } } },
    expect: { calls: ['authentication.enrollWithAny'] },
  },
  {
    name: 'asks everybody from the day on',
    at: '2026-03-01T00:00:00Z',
    event: nobody,
    expect: {
      commands: [['authentication.enrollWithAny', [{ type: 'webauthn-platform' }, { type: 'otp' }, { type: 'phone' }]]],
    },
  },
  {
    name: 'does not break silent sign-in, where nobody can be asked',
    at: '2026-03-01T00:00:00Z',
    event: { ...nobody, transaction: { prompt: ['none'] } },
    expect: { calls: [] },
  },
];
