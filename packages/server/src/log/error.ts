/** How a failure is told in the log: what it was and where it was thrown, without the secrets that it may quote. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { broughtBy } from '../http/brought.ts';
import type { Finder } from './redaction.ts';
import { finderOf, finderOfBrought, withoutSecrets } from './redaction.ts';

/** An error as it may be written down. */
interface DescribedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  /** Where it was thrown: functions and places alone. */
  readonly stack?: string;
  readonly cause?: DescribedError;
}

/** Something that went wrong while a request was answered; the error may quote what the request brought. */
export class RequestFailure {
  readonly error: unknown;
  readonly request: Request;

  constructor(error: unknown, request: Request) {
    this.error = error;
    this.request = request;
  }
}

/** Causes have causes, and nothing keeps them from going round in a circle. */
const MOST_CAUSES = 5;

const framesOf = ({ stack }: Error): string =>
  (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .join('\n');

/** A message that quotes a megabyte is of no use to anybody. */
const MOST_CHARACTERS = 1000;

/** How a text of an error may be told. Where it cannot be made sure of, only what programs call things by is. */
interface Telling {
  name(text: string): string;
  message(text: string): string;
  stack(text: string): string;
}

const without = (finders: readonly Finder[]): Telling => {
  const words = (text: string): string =>
    withoutSecrets(text.slice(0, 64 * MOST_CHARACTERS), finders).slice(0, MOST_CHARACTERS);
  return { name: words, message: words, stack: (text) => withoutSecrets(text, finders) };
};

const WITHHELD = '[withheld: the request brought too many values to look for them here]';

const withheld: Telling = {
  name: (text) => (/^[A-Za-z_]{1,40}$/.test(text) ? text : WITHHELD),
  message: () => WITHHELD,
  stack: () => '',
};

/**
 * Describes whatever was thrown. Of an error's own properties only its code is told: the others are the errors' own business,
 * and some hold what was being parsed.
 *
 * @param secrets what must not be told, as far as it is known
 */
export const describeError = (thrown: unknown, secrets: readonly string[]): DescribedError =>
  described(thrown, without([finderOf(secrets)]), 0);

const described = (thrown: unknown, tell: Telling, depth: number): DescribedError => {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: tell.message(String(thrown)) };
  const stack = tell.stack(framesOf(thrown));
  const { code } = thrown as { readonly code?: unknown };
  return {
    type: tell.name(thrown.name),
    ...(typeof code === 'string' && { code: tell.name(code) }),
    message: tell.message(thrown.message),
    ...(stack !== '' && { stack }),
    ...(thrown.cause !== undefined && depth < MOST_CAUSES && { cause: described(thrown.cause, tell, depth + 1) }),
  };
};

type Known = Pick<Config, 'clients' | 'users'> & Partial<Pick<Config, 'actions' | 'encryptionKey'>>;

/** What the configuration holds that must never be told. */
const configured = ({ clients, users, actions, encryptionKey }: Known): readonly string[] => [
  ...[...clients.values()].flatMap(({ secret }) => secret ?? []),
  ...users.flatMap(({ password, totp, recoveryCodes }) => [password, ...(totp ? [totp.secret] : []), ...recoveryCodes]),
  ...Object.values(actions?.secrets ?? {}).flatMap((its) =>
    Object.values(its).filter((source) => typeof source === 'string'),
  ),
  ...(encryptionKey === undefined ? [] : [encryptionKey]),
];

/** The same log, in which no error tells a secret. */
export const guardedLog = (log: Logger, config: Known): Logger => {
  const known = finderOf(configured(config));
  const describe = ({ error, request }: RequestFailure): DescribedError => {
    const brought = finderOfBrought(broughtBy(request));
    return described(error, brought === undefined ? withheld : without([known, brought]), 0);
  };
  return log.child(
    {},
    {
      serializers: {
        err: (failure: unknown) =>
          failure instanceof RequestFailure ? describe(failure) : described(failure, without([known]), 0),
      },
    },
  );
};
