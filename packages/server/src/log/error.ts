/** How a failure is told in the log: what it was and where it was thrown, without the secrets that it may quote. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { broughtBy } from '../http/brought.ts';
import { withoutSecrets } from './redaction.ts';

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

const words = (text: string, secrets: readonly string[]): string =>
  withoutSecrets(text.slice(0, 64 * MOST_CHARACTERS), secrets).slice(0, MOST_CHARACTERS);

/**
 * Describes whatever was thrown. Of an error's own properties only its code is told: the others are the errors' own business,
 * and some hold what was being parsed.
 *
 * @param secrets what must not be told, as far as it is known
 */
export const describeError = (thrown: unknown, secrets: readonly string[], depth = 0): DescribedError => {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: words(String(thrown), secrets) };
  const stack = framesOf(thrown);
  const { code } = thrown as { readonly code?: unknown };
  return {
    type: words(thrown.name, secrets),
    ...(typeof code === 'string' && { code: words(code, secrets) }),
    message: words(thrown.message, secrets),
    ...(stack !== '' && { stack: withoutSecrets(stack, secrets) }),
    ...(thrown.cause !== undefined &&
      depth < MOST_CAUSES && { cause: describeError(thrown.cause, secrets, depth + 1) }),
  };
};

/** What the configuration holds that must never be told. */
const configured = ({ clients, users }: Pick<Config, 'clients' | 'users'>): readonly string[] => [
  ...[...clients.values()].flatMap(({ secret }) => secret ?? []),
  ...users.flatMap(({ password, totp, recoveryCodes }) => [password, ...(totp ? [totp.secret] : []), ...recoveryCodes]),
];

/** The same log, in which no error tells a secret. */
export const guardedLog = (log: Logger, config: Pick<Config, 'clients' | 'users'>): Logger => {
  const secrets = configured(config);
  return log.child(
    {},
    {
      serializers: {
        err: (failure: unknown) =>
          failure instanceof RequestFailure
            ? describeError(failure.error, [...secrets, ...broughtBy(failure.request)])
            : describeError(failure, secrets),
      },
    },
  );
};
