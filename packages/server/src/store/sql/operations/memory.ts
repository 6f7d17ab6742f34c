const DAY_SECONDS = 24 * 60 * 60;

/*
 * How long things are remembered after they have lost their use. What was used up is remembered longer than the thing itself,
 * so that there is no moment in which a used thing is known and its use forgotten.
 */

/** A code that comes back this late still revokes what it gave. */
export const CODE_MEMORY_SECONDS = 30 * DAY_SECONDS;

/** An old refresh token that comes back this late after the end of its family is still told from an unknown one. */
export const REFRESH_TOKEN_MEMORY_SECONDS = 30 * DAY_SECONDS;

/** That a thing was used up, after the thing itself is refused for its age: by so much may the clocks of processes differ. */
export const CONSUMPTION_MEMORY_SECONDS = 600;

/** A page left open over night can still be told that its time is over. */
export const INTERACTION_MEMORY_SECONDS = DAY_SECONDS;

/** A session that was ended. */
export const ENDED_SESSION_MEMORY_SECONDS = 30 * DAY_SECONDS;

/** Where somebody was accepted: no browser keeps its cookie longer. */
export const ARRIVAL_MEMORY_SECONDS = 400 * DAY_SECONDS;

/** A session nobody ended: no browser keeps a cookie longer (RFC 6265bis, section 5.5). */
export const UNSEEN_SESSION_MEMORY_SECONDS = 400 * DAY_SECONDS;
