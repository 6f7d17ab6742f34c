/** Values of which nothing is known, as they come from programs. */

/** By the rules of the language, whatever it is. */
export const asText: (value: unknown) => string = String;

export const memberOf = (value: object, name: PropertyKey): unknown => {
  const member: unknown = Reflect.get(value, name);
  return member;
};
