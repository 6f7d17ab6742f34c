import { displayName } from '../pages/display-name.ts';

/** Room for "Robin’s old phone in the kitchen drawer". */
const LONGEST_NAME = 50;

/**
 * What a person calls an authenticator of theirs: one line, without anything that cannot be seen, of 1 to 50 letters.
 *
 * @returns nothing when it is no name
 */
export const authenticatorName = (typed: string | undefined): string | undefined => {
  // Longer than any name in any spelling; what is not read costs nothing.
  if (typed === undefined || typed.length > 20 * LONGEST_NAME) return undefined;
  const name = displayName(typed.normalize('NFC'));
  return name !== '' && Array.from(name).length <= LONGEST_NAME ? name : undefined;
};
