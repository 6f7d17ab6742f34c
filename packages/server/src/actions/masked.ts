/** Takes secrets out of what an Action wrote or was given. */
import type { Json, JsonObject } from './call.ts';

/** Shorter ones stand in too many places that mean something else. */
const LEAST_CHARACTERS = 4;

/** The same value, with a mask wherever a secret stood, in texts and in names. */
export interface Masker {
  text(text: string): string;
  json(value: Json): Json;
  object(value: JsonObject): JsonObject;
}

/** What stands in the place of a secret. */
export const maskOf = (name: string): string => `[secret ${name}]`;

/**
 * Masks secrets as they are, percent-encoded and in base64: as they are sent in an address or in a header. An Action that wants its
 * secrets to be seen finds other ways; this is for those that do not.
 *
 * @param others what is masked besides, with the name that stands in its mask
 */
export const maskerOf = (
  secrets: Readonly<Record<string, string>>,
  others: readonly (readonly [name: string, value: string])[] = [],
): Masker => {
  const masks = [...Object.entries(secrets), ...others]
    .filter(([, secret]) => secret.length >= LEAST_CHARACTERS)
    .flatMap(([name, secret]) => formsOf(secret).map((form) => [form, maskOf(name)] as const))
    // The longest first: one may be a part of another.
    .toSorted(([one], [other]) => other.length - one.length);
  const text = (given: string): string =>
    masks.reduce((left, [form, mask]) => left.replaceAll(form, () => mask), given);
  const object = (given: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [text(name), json(value)]));
  const json = (given: Json): Json => {
    if (typeof given === 'string') return text(given);
    if (isList(given)) return given.map(json);
    return typeof given === 'object' && given !== null ? object(given) : given;
  };
  return { text, json, object };
};

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const formsOf = (secret: string): readonly string[] => {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const encoded = [encodeURIComponent(secret.toWellFormed()), base64, base64.replaceAll('+', '-').replaceAll('/', '_')];
  return [...new Set([secret, ...encoded])];
};
