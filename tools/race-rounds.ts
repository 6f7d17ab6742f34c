const USUAL_ROUNDS = 100;

/** How many rounds each race of two processes has: a hundred, or as many as the environment says (CONTRIBUTING.md). */
export const raceRounds = Number(process.env.STILE_RACE_ROUNDS ?? USUAL_ROUNDS);
