/** The pages that ask, wait and connect for an approval on another device, in every state. */
import type { ChallengePageProps } from '../challenge-page.ts';
import { challengePage } from '../challenge-page.ts';
import { enrolPage } from '../enrol-page.ts';
import { connectDevice, pushApproved, pushAsked, pushNotAsked } from '../factors/push.ts';
import type { Messages } from '../messages.ts';
import type { Chosen } from './specimens.ts';

const ACTION = '/interaction/7Hq2';
const CEREMONY = 'cer_7Hq2';

export const pushSpecimens = (chosen: Chosen, qrSvg: string, t: Messages): Readonly<Record<string, string>> => {
  const { application, csrf, user: signedInAs, device, what } = chosen;
  const frame = { application, action: ACTION, csrf, signedInAs };
  const challenge = (question: ChallengePageProps['question'], error?: string, mayOpenAgain = false): string =>
    challengePage(
      {
        ...frame,
        title: t.challenge.title,
        why: { sentence: t.because({ acr: 'mfa', what }) },
        authenticator: 'a5',
        alternatives: [{ value: 'a2', kind: 'totp', label: t.ways.totp, hint: device }],
        question,
        mayOpenAgain,
        failed: error !== undefined,
      },
      t,
    );
  const asked = { device, number: '42', ceremonyId: CEREMONY };
  const enrol = (error?: string): string => {
    const address = 'https://login.fabrikam.example/approve#enrol=cer_7Hq2.code';
    const invitation = { ceremonyId: CEREMONY, code: 'cer_7Hq2.code', address, qrSvg, vapidKey: 'BAAA' };
    const { title, lead, connect } = t.push.enrol;
    const question = { fields: connectDevice(invitation, error, t), button: connect };
    return enrolPage({ ...frame, state: 'connect', authenticator: 'a5', title, lead, question, error }, t);
  };
  const { declined, not_yet } = t.push.refused;
  return {
    'challenge-push': challenge(pushNotAsked(device, undefined, t)),
    'challenge-push-asked': challenge(pushAsked(asked, undefined, t), undefined, true),
    'challenge-push-early-wrong': challenge(pushAsked(asked, not_yet, t), not_yet, true),
    'challenge-push-approved': challenge(pushApproved(undefined, t)),
    'challenge-push-declined-wrong': challenge(pushNotAsked(device, declined, t), declined),
    'enrol-push': enrol(),
    'enrol-push-wrong': enrol(t.push.enrol.refused.not_yet),
  };
};
