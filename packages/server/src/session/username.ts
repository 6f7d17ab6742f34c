/** Usernames are compared in one form of Unicode and one case; spaces are trimmed last, for normalising makes some characters into them. */
export const normaliseUsername = (username: string): string =>
  username.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
