import type { Api, Client, Level, Proof, ProofDemand } from '@stile/core';
import { attainableLevels, defaultLevels, isOpenidScope, levelNamed } from '@stile/core';
import type { z } from 'zod';
import { usableClientKeys } from '../client/client-keys.ts';
import { installedProofs } from '../factors/factors.ts';
import { faultsOfPasskeys } from '../factors/webauthn-relying-party.ts';
import { normaliseUsername } from '../session/username.ts';
import {
  ACCOUNT_CLIENT,
  accountApi,
  accountAudience,
  accountClient,
  managementApi,
  managementAudience,
} from './built-in.ts';
import type { ConfigInput, ParsedConfig } from './schema.ts';
import { configSchema } from './schema.ts';
import { shadowFaults } from './shadow-schema.ts';

/** A client with what it authenticates by. */
export interface RegisteredClient extends Client {
  readonly secret?: string;
  readonly accent?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
}

export interface Config extends Omit<ParsedConfig, 'apis' | 'clients' | 'levels'> {
  readonly levels: readonly Level[];
  readonly apis: ReadonlyMap<string, Api>;
  readonly clients: ReadonlyMap<string, RegisteredClient>;
  /** Whether the issuer is https: cookies are `Secure` and carry the `__Host-` prefix. */
  readonly secure: boolean;
}

/** The environment a configuration may read: what `process.env` holds. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Declares a configuration, with completion and checking in the editor. */
export const defineConfig = (
  config: (environment: Environment) => ConfigInput,
): ((environment: Environment) => ConfigInput) => config;

/** The configuration is not usable; the message names every place and what to write there. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Checks a configuration and resolves its defaults.
 *
 * @throws ConfigError naming the path of every fault and its fix
 */
export const resolveConfig = (input: unknown): Config => {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success)
    throw new ConfigError(`The configuration has mistakes:\n${parsed.error.issues.map(describeIssue).join('\n')}`);
  const levels = parsed.data.levels ?? defaultLevels;
  const data = {
    ...parsed.data,
    apis: [...parsed.data.apis, accountApi(parsed.data, levels), managementApi(parsed.data)],
  };
  const faults = [...takenNames(parsed.data), ...contradictions(data)];
  if (faults.length > 0)
    throw new ConfigError(`The configuration contradicts itself:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  const clients = [...data.clients, accountClient(data)];
  return {
    ...data,
    levels,
    apis: new Map(data.apis.map((api) => [api.audience, asApi(api)])),
    clients: new Map(clients.map((client) => [client.id, asClient(client)])),
    secure: data.issuer.startsWith('https:'),
  };
};

const describeIssue = (issue: z.core.$ZodIssue): string => {
  const path = issue.path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  const keys = issue.code === 'unrecognized_keys' ? ` Remove or rename: ${issue.keys.join(', ')}.` : '';
  const message = issue.code === 'invalid_key' ? issue.issues.map((one) => one.message).join(' ') : issue.message;
  return `  ${path || '(top level)'}: ${message}${keys}`;
};

const asDemand = ({ acr, maxAge }: ParsedConfig['apis'][number]['scopes'][string]['requires']): ProofDemand => ({
  ...(acr && { acr }),
  ...(maxAge !== undefined && { maxAgeSeconds: maxAge }),
});

const asApi = (api: ParsedConfig['apis'][number]): Api => ({
  audience: api.audience,
  name: api.name,
  signingAlg: api.signingAlg,
  tokenLifetimeSeconds: api.tokenLifetime,
  resourceServerClients: api.resourceServerClients,
  scopes: Object.fromEntries(
    Object.entries(api.scopes).map(([name, scope]) => [
      name,
      {
        description: scope.description,
        singleUse: scope.singleUse,
        requires: asDemand(scope.requires),
        ...(scope.shadow && { shadow: asDemand(scope.shadow.requires) }),
      },
    ]),
  ),
});

const asClient = (client: ParsedConfig['clients'][number]): RegisteredClient => {
  const { defaultAudience, minimumAcr, shadow, secret, jwks, accent, ...rest } = client;
  return {
    ...rest,
    pkce: client.authentication.includes('none') ? 'required' : client.pkce,
    ...(defaultAudience !== undefined && { defaultAudience }),
    ...(minimumAcr !== undefined && { minimumAcr }),
    ...(shadow && { shadow }),
    ...(secret !== undefined && { secret }),
    ...(jwks !== undefined && { jwks }),
    ...(accent !== undefined && { accent }),
  };
};

/** Names that this server needs for itself. */
const takenNames = ({ apis, clients, issuer }: ParsedConfig): readonly string[] => [
  ...clients
    .filter(({ id }) => id === ACCOUNT_CLIENT)
    .map(({ id }) => `clients ${id}: this server's own account pages have that id; choose another.`),
  ...apis
    .filter(({ audience }) => audience === accountAudience(issuer) || audience === managementAudience(issuer))
    .map(({ audience }) => `apis ${audience}: this server is that API itself.`),
];

/** Faults that no single field shows. */
const contradictions = (config: ParsedConfig): readonly string[] => {
  const levels = config.levels ?? defaultLevels;
  const levelFault = (acr: string): string | undefined => faultOfLevel(acr, levels, installedProofs(config));
  const audiences = new Map(config.apis.map((api) => [api.audience, api]));
  const userIds = new Set(config.users.map(({ id }) => id));
  return [
    ...doubled(
      'apis',
      config.apis.map(({ audience }) => audience),
    ),
    ...doubled(
      'clients',
      config.clients.map(({ id }) => id),
    ),
    ...doubled(
      'users',
      config.users.map(({ id }) => id),
    ),
    ...doubled(
      'users',
      config.users.map(({ username }) => normaliseUsername(username)),
    ),
    ...doubled(
      'levels',
      levels.flatMap(({ acr, aliases }) => [acr, ...aliases]),
    ),
    ...faultsOfPasskeys(config),
    ...demandFaults(config, levelFault),
    ...shadowFaults(config, levelFault),
    ...config.apis.flatMap((api) => apiFaults(api, levelFault, config)),
    ...config.clients.flatMap((client) => clientFaults(client, levelFault, audiences)),
    ...config.clients
      .filter(({ id, grantTypes }) => grantTypes.includes('client_credentials') && userIds.has(id))
      .map(({ id }) => `clients ${id}: a user has this id too; sub could not tell them apart.`),
  ];
};

const doubled = (where: string, names: readonly string[]): readonly string[] =>
  [...new Set(names.filter((name, i) => names.indexOf(name) !== i))].map((name) => `${where}: ${name} occurs twice.`);

/** A level that nobody could ever reach would refuse everybody. */
const faultOfLevel = (acr: string, levels: readonly Level[], installed: readonly Proof[]): string | undefined => {
  const level = levelNamed(levels, acr);
  if (!level) return `there is no level ${acr}; declare it in levels.`;
  return attainableLevels(levels, installed).includes(level)
    ? undefined
    : `no factor of this server can show the level ${acr} yet.`;
};

/** The parameters of an answer, which a redirect URI may not carry itself: the client could not tell which to believe. */
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description'];

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])$/;

const faultOfRedirect = (uri: string): string | undefined => {
  const { protocol, hostname, searchParams } = new URL(uri);
  if (protocol === 'http:' && !LOOPBACK_HOST.test(hostname)) return 'use https; plain http is for this machine alone.';
  const taken = ANSWER_PARAMETERS.find((name) => searchParams.has(name));
  return taken === undefined ? undefined : `leave out the parameter ${taken}, which is part of every answer.`;
};

/** Levels that are demanded of people whatever they ask for. */
const demandFaults = (
  { everySignIn, rememberDevice, risk }: ParsedConfig,
  levelFault: (acr: string) => string | undefined,
): readonly string[] => {
  const { newDevice, newCountry, impossibleTravel, longAbsence, manyFailures } = risk;
  const demands = { everySignIn, rememberDevice, newDevice, newCountry, impossibleTravel, longAbsence, manyFailures };
  return Object.entries(demands).flatMap(([where, demand]) =>
    (demand?.acr ?? []).flatMap((acr) => {
      const fault = levelFault(acr);
      return fault === undefined ? [] : [`${where}: ${fault}`];
    }),
  );
};

const apiFaults = (
  api: ParsedConfig['apis'][number],
  levelFault: (acr: string) => string | undefined,
  { issuer, clients }: ParsedConfig,
): readonly string[] => [
  // The token of such an API would open userinfo as well.
  ...(api.audience === `${issuer}userinfo` ? [`apis ${api.audience}: this server is that API itself.`] : []),
  ...Object.keys(api.scopes)
    .filter(isOpenidScope)
    .map((name) => `apis ${api.audience}: the scope ${name} belongs to OpenID Connect; give it another name.`),
  ...Object.entries(api.scopes).flatMap(([name, { requires }]) =>
    (requires.acr ?? []).flatMap((acr) => {
      const fault = levelFault(acr);
      return fault === undefined ? [] : [`apis ${api.audience}, scope ${name}: ${fault}`];
    }),
  ),
  ...api.resourceServerClients.flatMap((id) => {
    const client = clients.find((one) => one.id === id);
    if (!client) return [`apis ${api.audience}: resourceServerClients names ${id}, which is not in clients.`];
    return client.authentication.includes('none')
      ? [`apis ${api.audience}: resourceServerClients names ${id}, which only says who it is; let it authenticate.`]
      : [];
  }),
];

const clientFaults = (
  client: ParsedConfig['clients'][number],
  levelFault: (acr: string) => string | undefined,
  audiences: ReadonlyMap<string, ParsedConfig['apis'][number]>,
): readonly string[] => {
  const faults: string[] = [];
  const say = (fault: string): number => faults.push(`clients ${client.id}: ${fault}`);
  const { authentication, grantTypes } = client;
  const usesSecret = authentication.some((method) => method.startsWith('client_secret'));
  if (authentication.includes('none') && authentication.length > 1) say("authentication 'none' stands alone.");
  if (usesSecret && client.secret === undefined) say('authentication by secret needs a secret.');
  if (authentication.includes('private_key_jwt') && client.jwks === undefined) say('private_key_jwt needs jwks.');
  if (client.jwks !== undefined && usableClientKeys(client.jwks.keys).length < client.jwks.keys.length) {
    say(
      'jwks holds a key that cannot be relied on; use public keys: P-256, or RSA of 2048 bits and more, for signatures.',
    );
  }
  if (grantTypes.includes('authorization_code') && client.redirectUris.length === 0)
    say('authorization_code needs redirectUris.');
  if (grantTypes.includes('client_credentials') && authentication.includes('none')) {
    say('client_credentials is for clients that authenticate (RFC 6749, section 4.4).');
  }
  for (const acr of client.minimumAcr ?? []) {
    const fault = levelFault(acr);
    if (fault !== undefined) say(`minimumAcr: ${fault}`);
  }
  for (const uri of client.redirectUris) {
    const fault = faultOfRedirect(uri);
    if (fault !== undefined) say(`redirectUris ${uri}: ${fault}`);
  }
  if (client.defaultAudience !== undefined && !Object.hasOwn(client.apis, client.defaultAudience)) {
    say('defaultAudience is not among its apis.');
  }
  for (const [audience, scopes] of Object.entries(client.apis)) {
    const api = audiences.get(audience);
    if (!api) say(`apis: there is no API ${audience}.`);
    for (const scope of api ? scopes : []) {
      if (!Object.hasOwn(api?.scopes ?? {}, scope)) say(`apis ${audience}: the API has no scope ${scope}.`);
    }
  }
  return faults;
};
