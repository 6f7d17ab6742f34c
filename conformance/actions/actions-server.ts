/**
 * A server in whose logins Actions take part. Its salaries API demands nothing by itself: what is demanded here, an Action demands.
 */

import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config, ConfigInput, Deps } from '@stile/server';
import { deployAction } from '../../packages/server/src/actions/deploy/deploy.ts';
import { openEncryptionKey } from '../../packages/server/src/actions/deploy/encryption-key.ts';
import { insideScript } from '../../packages/server/src/actions/inside/script.ts';
import type { Resolve } from '../../packages/server/src/actions/runtime/egress/connection.ts';
import { createActionRuntime } from '../../packages/server/src/actions/runtime/runtime.ts';
import type { AuthorizationServer } from '../authorization-server.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { CALLBACK, WEB_SECRET } from '../fabrikam.ts';

export const SALARIES = 'https://api.fabrikam.example/salaries';

/** An Action as it is deployed. What is a function body only becomes its `onExecutePostLogin`. */
export interface Script {
  readonly name: string;
  readonly code: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** @param body what `onExecutePostLogin` does with `event` and `api` */
export const onPostLogin = (name: string, body: string, secrets: Script['secrets'] = {}): Script => ({
  name,
  code: `exports.onExecutePostLogin = async (event, api) => {\n${body}\n};\n`,
  secrets,
});

type Start = NonNullable<Parameters<typeof startAuthorizationServer>[0]>;

interface ActionsStart extends Omit<Start, 'replace'> {
  /** Bound in this order. */
  readonly actions: readonly Script[];
  /** Answers for the resolver of names, where what Actions fetch must lead to a certain address. */
  readonly resolve?: Resolve;
}

export interface ActionsServer extends AuthorizationServer {
  /** What its handlers are given, for tests that look behind its answers. */
  readonly deps: Deps;
}

type Clients = NonNullable<ConfigInput['clients']>;

/** A confidential client that may ask for salaries, and reads `acr_values` as wishes: the server alone demands nothing for it. */
const payroll: Clients[number] = {
  id: 'payroll',
  name: 'Fabrikam Payroll',
  authentication: ['client_secret_basic', 'client_secret_post'],
  secret: WEB_SECRET,
  redirectUris: [CALLBACK],
  firstParty: true,
  acrValues: 'voluntary',
  apis: { [SALARIES]: ['read:directory', 'read:salaries'] },
};

const withSalaries = (config: ConfigInput): ConfigInput => ({
  ...config,
  apis: [
    ...(config.apis ?? []),
    { audience: SALARIES, name: 'Salaries', scopes: { 'read:directory': {}, 'read:salaries': {} } },
  ],
  clients: [...(config.clients ?? []), payroll],
});

/** Starts it, and deploys its Actions as `stile actions deploy --bind` does. */
export const startActionsServer = async ({
  actions,
  resolve,
  change = (config) => config,
  ...start
}: ActionsStart): Promise<ActionsServer> => {
  const given: Deps[] = [];
  const server = await startAuthorizationServer({
    ...start,
    change: (config) => change(withSalaries(config)),
    replace: (usual) => {
      const made = resolve ? resolvingBy(resolve, usual) : usual;
      given.push(made);
      return made;
    },
  });
  const [deps] = given;
  if (deps === undefined) throw new Error('The server was started without its parts.');
  for (const script of actions) await deploy(deps, script);
  // What is bound was read when it started; what is new is seen within a second.
  while ((await deps.actions.bound()).length < actions.length) await pause(40);
  return { ...server, deps };
};

/** The sandbox as the server makes it, but for where names lead. */
const resolvingBy = (resolve: Resolve, deps: Deps): Deps => {
  const { limits, egress } = deps.config.actions;
  const runtime = createActionRuntime({ limits, egress, workers: 1, queue: 32, insideSource: insideScript, resolve });
  const close = async (): Promise<void> => {
    await Promise.all([runtime.close(), deps.actions.close()]);
  };
  return { ...deps, actions: { ...deps.actions, runtime: () => Promise.resolve(runtime), close } };
};

const deploy = async (deps: Deps, { name, code, secrets = {} }: Script): Promise<void> => {
  const { config, now, randomBytes, store } = deps;
  const checksum = createHash('sha256').update(code).digest('base64url');
  await deployAction(
    { store: store.actions, settings: config.actions, encryptionKey: () => keyOf(config), now, randomBytes },
    { name, program: { checksum, code }, dependencies: [], warnings: [] },
    secrets,
    'live',
  );
};

const keyOf = (config: Config) => openEncryptionKey(config, 'make');
