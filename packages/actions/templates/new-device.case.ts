import type { CaseFile } from '@stile/actions';

const assessed = (confidence: string, code: string) => ({
  authentication: {
    riskAssessment: { confidence, version: '1', assessments: { NewDevice: { confidence, code } } },
  },
});

const asked: [string, ...(string | { allowRememberBrowser: boolean })[]][] = [
  ['multifactor.enable', 'any', { allowRememberBrowser: true }],
];

export const cases: CaseFile = [
  { name: 'asks on a device that is not known', event: assessed('low', 'no_match'), expect: { commands: asked } },
  { name: 'asks when nobody assesses it', expect: { commands: asked } },
  { name: 'leaves a known device alone', event: assessed('high', 'match'), expect: { calls: [] } },
];
