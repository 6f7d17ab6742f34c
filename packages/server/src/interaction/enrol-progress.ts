/** What an enrolment within an interaction keeps between its pages. */
import type { Deps } from '../deps.ts';
import { randomId, randomToken } from '../deps.ts';
import { codesShownIn } from '../factors/recovery-sheet.ts';
import type { Interaction } from '../store/records.ts';
import type { Opened } from './open.ts';
import { saidByAction } from './why.ts';

/** What went wrong with the last answer. */
export interface Failure {
  readonly error?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

export const statusOf = ({ error, retryAfterSeconds }: Failure): number => {
  if (retryAfterSeconds !== undefined) return 429;
  return error === undefined ? 200 : 400;
};

export const pathOf = ({ interaction }: Pick<Opened, 'interaction'>): string => `/enrol?interaction=${interaction.id}`;

/** What all pages of the enrolment share. */
export const frameOf = (opened: Opened) => ({
  application: opened.application,
  action: pathOf(opened),
  csrf: opened.csrf,
  signedInAs: opened.decided.current?.user.username ?? '',
  said: saidByAction(opened),
});

/**
 * The recovery codes that are enrolled together with something else: chosen before they are, so that whoever sends the last answer twice is
 * shown the ones that count. Only what they are made of is kept, besides the secret of the browser that they are shown in: who reads the
 * database finds no code.
 */
export interface PlannedCodes {
  readonly authenticatorId: string;
  readonly nonce: string;
}

export const plannedCodes = ({ progress }: Interaction): PlannedCodes | undefined => {
  const { recoveryCodesOf: authenticatorId, recoveryCodesFrom: nonce } = progress;
  return typeof authenticatorId === 'string' && typeof nonce === 'string' ? { authenticatorId, nonce } : undefined;
};

/** What is kept of codes that are planned. */
export const newPlan = (deps: Pick<Deps, 'randomBytes'>): Interaction['progress'] => ({
  recoveryCodesOf: randomId(deps, 'auth'),
  recoveryCodesFrom: randomToken(deps),
});

/** The codes themselves, as long as they are shown in the browser that the interaction belongs to. */
export const codesOf = (
  { nonce }: PlannedCodes,
  { request }: Pick<Opened, 'request'>,
  deps: Pick<Deps, 'config'>,
): readonly string[] => {
  const codes = codesShownIn(request, nonce, deps);
  // No page of an interaction is opened without the secret of its browser.
  if (codes === undefined) throw new Error('Recovery codes are shown to a browser without its cookie.');
  return codes;
};

/** Keeps more, beside what is kept already. */
export const keep = async (
  { interaction }: Opened,
  more: Interaction['progress'],
  deps: Pick<Deps, 'store'>,
): Promise<void> => {
  await deps.store.interactions.update(interaction.id, { progress: { ...interaction.progress, ...more } });
};
