/** Longer than anybody's name in any spelling; what is beyond is left out, for normalising can cost the square of the length. */
const LONGEST = 1024;

/** Usernames are compared in one form of Unicode and one case; spaces are trimmed last, for normalising makes some characters into them. */
export const normaliseUsername = (username: string): string =>
  username.slice(0, LONGEST).normalize('NFKC').toLowerCase().normalize('NFKC').trim();
