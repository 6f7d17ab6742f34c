/** Usernames are compared in one form of Unicode and one case. */
export const normaliseUsername = (username: string): string => username.trim().normalize('NFKC').toLowerCase();
