const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/**
 * A duration as people write it, a whole number with a unit (`30s`, `5m`, `12h`, `3d`), in seconds.
 *
 * @returns `undefined` for anything else
 */
export const durationInSeconds = (text: string): number | undefined => {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const unitSeconds = UNIT_SECONDS.get(unit);
  return amount === undefined || unitSeconds === undefined ? undefined : Number(amount) * unitSeconds;
};
