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
  const [amount, unit] = [text.slice(0, -1), text.slice(-1)];
  const unitSeconds = UNIT_SECONDS.get(unit);
  return unitSeconds !== undefined && /^\d{1,6}$/.test(amount) ? Number(amount) * unitSeconds : undefined;
};
