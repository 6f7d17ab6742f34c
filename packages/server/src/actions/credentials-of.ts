/** What of an execution is a credential although nobody named it a secret: what an Action was given by others to act for it, or keeps. */
import type { JsonObject } from './call.ts';
import { isJsonRecord } from './json.ts';
import type { Execution } from './world.ts';

/** Members of answers that are credentials (RFC 6749, section 5.1; OpenID Connect Core 1.0, section 3.1.3.3; RFC 7591, section 3.2.1). */
const IN_ANSWER = /"(access_token|refresh_token|id_token|client_secret)"\s*:\s*"([^"\\]{8,})"/g;

/** What is kept between runs is often a token; what is shorter is a flag or a count, and would be masked where it means something else. */
const LEAST_CHARACTERS = 16;

type Named = readonly (readonly [name: string, value: string])[];

const cachedBefore = ({ cache }: JsonObject): Named =>
  isJsonRecord(cache)
    ? Object.entries(cache).flatMap(
        ([key, entry]): Named =>
          isJsonRecord(entry) && typeof entry.value === 'string' ? [[`cache ${key}`, entry.value]] : [],
      )
    : [];

const cachedNow = ({ commands }: Execution['outcome']): Named =>
  commands.flatMap(
    ({ call, args: [key, value] }): Named =>
      call === 'cache.set' && typeof key === 'string' && typeof value === 'string' ? [[`cache ${key}`, value]] : [],
  );

const fetched = ({ journal }: Execution['outcome']): Named =>
  journal.answers.flatMap(
    ({ answer }): Named =>
      isJsonRecord(answer) && typeof answer.text === 'string'
        ? [...answer.text.matchAll(IN_ANSWER)].map(([, name = '', value = '']) => [name, value])
        : [],
  );

/** They and the names under which they are masked, like secrets of a version. */
export const credentialsOf = ({ outcome, context }: Pick<Execution, 'context' | 'outcome'>): Named =>
  [...cachedBefore(context), ...cachedNow(outcome)]
    .filter(([, value]) => value.length >= LEAST_CHARACTERS)
    .concat(fetched(outcome));
