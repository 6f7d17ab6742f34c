/** What an enrolment within an interaction keeps between its pages. */
import type { Deps } from '../deps.ts';
import type { Interaction } from '../store/records.ts';
import type { Opened } from './open.ts';
import { recoveryCodesIn } from './open.ts';

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
});

/**
 * The recovery codes that are enrolled together with something else: made before they are, so that whoever sends the last answer twice is
 * shown the ones that count.
 */
export interface KeptCodes {
  readonly authenticatorId: string;
  readonly codes: readonly string[];
}

export const keptCodes = (interaction: Interaction): KeptCodes | undefined => {
  const { recoveryCodesOf: authenticatorId } = interaction.progress;
  const codes = recoveryCodesIn(interaction);
  return typeof authenticatorId === 'string' && codes.length > 0 ? { authenticatorId, codes } : undefined;
};

/** Keeps more, beside what is kept already. */
export const keep = async (
  { interaction }: Opened,
  more: Interaction['progress'],
  deps: Pick<Deps, 'store'>,
): Promise<void> => {
  await deps.store.interactions.update(interaction.id, { progress: { ...interaction.progress, ...more } });
};
