/** Long enough for every honest name, short enough to keep a page readable. */
const LONGEST_NAME = 80;

const LONGEST_TEXT = 300;

/**
 * Control characters, invisible characters and characters that turn the direction of writing: with them one
 * application could pass itself off as another, or push the rest of a sentence out of sight.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}\p{Cs}]+/gu;

/**
 * A name chosen by somebody else (a client's developer, a user) made fit to stand in a sentence of ours: on one line,
 * of bounded length, without invisible characters. Escaping is not its task; every page escapes what it shows.
 */
export const displayName = (name: string): string => shortened(name, LONGEST_NAME);

/** The same for a sentence or two of somebody else's. */
export const displayText = (text: string): string => shortened(text, LONGEST_TEXT);

const shortened = (text: string, most: number): string => {
  // Once more afterwards: where something invisible stood between two spaces there would be two of them.
  const seen = text.replaceAll(/\s+/gu, ' ').replaceAll(unseen, '').replaceAll(/ +/gu, ' ').trim();
  const letters = Array.from(seen);
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : seen;
};

/** The first letter of a name, for a place where no logo or picture is. */
export const initial = (name: string): string => Array.from(displayName(name))[0]?.toUpperCase() ?? '';
