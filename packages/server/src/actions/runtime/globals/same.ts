/** Whether two values are the same all the way down. */

const membersAreSame = (one: object, other: object, above: readonly object[]): boolean => {
  const [names, others] = [Reflect.ownKeys(one), Reflect.ownKeys(other)];
  return (
    names.length === others.length &&
    names.every(
      (name) => Object.hasOwn(other, name) && same(Reflect.get(one, name), Reflect.get(other, name), [...above, one]),
    )
  );
};

const contentsOf = (value: object): unknown => {
  if (value instanceof Date) return value.getTime();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return undefined;
};

const same = (one: unknown, other: unknown, above: readonly object[]): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (above.includes(one)) return true;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  const [contents, others] = [contentsOf(one), contentsOf(other)];
  return same(contents, others, [...above, one]) && membersAreSame(one, other, above);
};

export const isSame = (one: unknown, other: unknown): boolean => same(one, other, []);
