/** Gathers what an Action's `event` is made of, for a person who is signed in. */
import type { Parameters } from '@stile/core';
import { contextThatMeets, single } from '@stile/core';
import type {
  ActionPath,
  EnrolledInput,
  EventInput,
  RefreshTokenInput,
  RequestInput,
  RiskInput,
  SessionInput,
  TransactionInput,
} from '../actions/event-input.ts';
import { asRecord, personInput } from '../actions/person-input.ts';
import type { SignedIn } from '../decision/facts.ts';
import type { Deps } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { queryParameters } from '../http/body.ts';
import { presentSignals } from '../risk/signals.ts';
import type { Session, User } from '../store/records.ts';
import type { Asking } from './further.ts';

/** Whose tokens it is about, by what, and on which way. */
export interface ActionSubject {
  readonly user: User;
  readonly session: Session | undefined;
  readonly authenticators: readonly UsableAuthenticator[];
  /** Only what counts. */
  readonly events: SignedIn['events'];
  readonly circumstances: SignedIn['circumstances'];
  readonly clientId: string;
  readonly refreshToken: RefreshTokenInput | undefined;
  readonly transaction: TransactionInput;
  /** What was asked for, if not by the request that is at hand. */
  readonly query?: Readonly<Record<string, string>>;
  /** What was posted; empty for a request that came by GET. */
  readonly body: Readonly<Record<string, string>>;
}

const enrolled = ({ authenticator, factor }: UsableAuthenticator): EnrolledInput => {
  const { transports, channel } = authenticator.material;
  return {
    factor: factor.name,
    ...(Array.isArray(transports) && { isPlatform: transports.includes('internal') }),
    ...((channel === 'sms' || channel === 'voice') && { channel }),
  };
};

const sessionInput = (session: Session, clientId: string): SessionInput => ({
  id: session.id,
  createdAt: session.createdAt,
  lastSeenAt: session.lastSeenAt,
  expiresAt: session.expiresAt ?? undefined,
  idleExpiresAt: session.idleExpiresAt ?? undefined,
  userAgent: session.userAgent,
  address: session.address,
  clientIds: [clientId],
  metadata: asRecord(session.metadata),
  recordedMethods: session.methods,
});

/** Parameters by name; one that is sent twice is none. */
export const queryOf = (parameters: Parameters): Readonly<Record<string, string>> => {
  return Object.fromEntries(
    [...parameters.keys()].flatMap((name) => {
      const value = single(parameters, name);
      return value.ok && value.value !== undefined ? [[name, value.value]] : [];
    }),
  );
};

const requestInput = (
  { body, query, circumstances }: ActionSubject,
  { request, caller }: Asking,
  { config }: Pick<Deps, 'config'>,
): RequestInput => {
  const place = circumstances?.place;
  return {
    method: request.method,
    hostname: new URL(config.issuer).hostname,
    ip: caller.address,
    userAgent: request.headers.get('user-agent') ?? undefined,
    language: request.headers.get('accept-language') ?? undefined,
    query: query ?? queryOf(queryParameters(request)),
    body,
    ...(typeof place === 'object' && {
      place: { country: place.country, ...place.coordinates },
    }),
  };
};

const SIGNALS = {
  newDevice: 'new_device',
  newCountry: 'new_country',
  impossibleTravel: 'impossible_travel',
  longAbsence: 'long_absence',
  manyFailures: 'many_failures',
} as const;

/** The signs of risk that the configuration asks about, and whether they are there. */
const riskInput = (
  { circumstances }: ActionSubject,
  { config: { risk } }: Pick<Deps, 'config'>,
): readonly RiskInput[] => {
  if (!circumstances) return [];
  const present = presentSignals(circumstances, risk);
  return Object.entries(SIGNALS)
    .filter(([name]) => Object.hasOwn(risk, name))
    .map(([, signal]) => {
      const found = present.find((one) => one.signal === signal);
      return { signal, present: found !== undefined, assumed: found?.assumed ?? false };
    });
};

/** All that an Action may know. */
export const eventInput = async (subject: ActionSubject, asking: Asking, deps: Deps): Promise<EventInput> => {
  const { user, session, events, clientId, transaction, refreshToken } = subject;
  const { config, store } = deps;
  const profile = await store.users.profile(user.id);
  const { authenticators } = subject;
  const password = authenticators.find(({ factor }) => factor.name === 'password');
  const client = config.clients.get(clientId);
  return {
    issuer: config.issuer,
    person: {
      ...personInput(user, profile, authenticators.map(enrolled)),
      lastPasswordChangeAt: password?.authenticator.createdAt,
    },
    events,
    context: contextThatMeets(events, [], config.levels),
    session: session && sessionInput(session, clientId),
    refreshToken,
    client: { id: clientId, name: client?.name ?? clientId, metadata: client?.metadata ?? {} },
    request: requestInput(subject, asking, deps),
    transaction,
    risk: riskInput(subject, deps),
    logins: profile?.logins ?? 0,
  };
};

/** The transaction of a request that has neither address nor page: the parts that there are on every way. */
export const transactionBase = (
  path: ActionPath,
  id: string,
  locale: string,
): Pick<TransactionInput, 'acrValues' | 'id' | 'locale' | 'path' | 'prompt' | 'responseType' | 'uiLocales'> => ({
  id,
  path,
  locale,
  acrValues: [],
  prompt: [],
  responseType: [],
  uiLocales: [],
});
