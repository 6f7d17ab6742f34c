/** The servers that are measured side by side, and what each can be asked to do. */
import { join } from 'node:path';
import type { PersonalServer } from '../flows/browser.ts';
import { consumption, signedIn, signInFlow, stepUpFlow } from '../flows/people.ts';
import type { Paths } from '../flows/server.ts';
import { authorizationCode, clientCredentials, introspection, refresh } from '../flows/tokens.ts';
import type { Flow } from '../load/round.ts';
import type { Settings, SigningPair } from '../world.ts';
import { API_CLIENT, AUDIENCE, CLIENT, SCOPE } from '../world.ts';
import type { Program } from './program.ts';
import { freePort, newFolder, removeFolder, startProgram } from './program.ts';

/** What is measured of servers. */
export type RowName = 'step-up' | 'sign-in' | 'client-credentials' | 'code' | 'refresh' | 'introspect' | 'consume';

export type ContenderName = 'stile' | 'limit' | 'oidc-provider' | 'better-auth';

type Flows = Readonly<Partial<Record<RowName, Flow>>>;

/** A contender that runs. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  readonly server: PersonalServer;
  /** What it can be asked to do; what is missing it does not have. */
  readonly flows: Flows;
  /** Says something to the program, and waits for its answer. */
  readonly ask: Program['ask'];
  stop(): Promise<void>;
}

interface Contender {
  readonly program: string;
  readonly paths: Paths;
  /** What it is told about itself, behind its origin. */
  readonly issuerPath: string;
  /** What stands in `iss`, behind its origin. */
  readonly iss: string;
  readonly flowsOf: (server: PersonalServer, program: Program) => Flows;
}

const ownPaths: Paths = { authorize: '/authorize', token: '/oauth/token', introspect: '/oauth/introspect' };

const everyFlow: Contender['flowsOf'] = (server) => {
  const cookieOf = signedIn(server);
  return {
    'step-up': stepUpFlow(server),
    'sign-in': signInFlow(server),
    'client-credentials': clientCredentials(server),
    code: authorizationCode(server, cookieOf),
    refresh: refresh(server, cookieOf),
    introspect: introspection(server, cookieOf, API_CLIENT, false),
    consume: consumption(server, cookieOf),
  };
};

/** The rivals sign one person in as they start, and say with which cookies. */
const flowsOfRival =
  (opaque: boolean): Contender['flowsOf'] =>
  (server, { ready }) => {
    const cookie = typeof ready === 'object' && ready !== null && 'cookie' in ready ? String(ready.cookie) : '';
    const cookieOf = async (): Promise<string> => cookie;
    return {
      'client-credentials': clientCredentials(server),
      code: authorizationCode(server, cookieOf),
      refresh: refresh(server, cookieOf),
      introspect: introspection(server, cookieOf, CLIENT, opaque),
    };
  };

const contenders: Readonly<Record<ContenderName, Contender>> = {
  stile: {
    program: 'contenders/stile-program.ts',
    paths: ownPaths,
    issuerPath: '/',
    iss: '/',
    flowsOf: everyFlow,
  },
  limit: { program: 'rivals/limit.mjs', paths: ownPaths, issuerPath: '/', iss: '/', flowsOf: everyFlow },
  'oidc-provider': {
    program: 'rivals/oidc-provider.mjs',
    paths: { authorize: '/auth', token: '/token', introspect: '/token/introspection' },
    issuerPath: '',
    iss: '',
    flowsOf: flowsOfRival(true),
  },
  'better-auth': {
    program: 'rivals/better-auth.mjs',
    paths: {
      authorize: '/api/auth/oauth2/authorize',
      token: '/api/auth/oauth2/token',
      introspect: '/api/auth/oauth2/introspect',
    },
    issuerPath: '',
    iss: '/api/auth',
    flowsOf: flowsOfRival(false),
  },
};

/** How a contender is started. */
export interface Start {
  readonly pair: SigningPair;
  readonly people: number;
  readonly pinned: boolean;
  readonly nodeOptions?: readonly string[];
  /** The script of an Action, for the one that has Actions. */
  readonly action?: string | undefined;
}

/** Starts a contender on a free port with a data folder of its own. */
export const start = async (name: ContenderName, options: Start): Promise<Running> => {
  const { program: file, paths, issuerPath, iss, flowsOf } = contenders[name];
  const { pair, people, pinned, nodeOptions = [], action } = options;
  const [port, folder] = [await freePort(), newFolder()];
  const settings: Settings = {
    issuer: `http://localhost:${port}${issuerPath}`,
    port,
    alg: pair.alg,
    jwk: pair.jwk,
    client: CLIENT,
    apiClient: API_CLIENT,
    audience: AUDIENCE,
    scope: SCOPE,
    signedInAt: Math.floor(Date.now() / 1000),
    people,
    folder,
    ...(action !== undefined && { action }),
  };
  const path = join(import.meta.dirname, '..', file);
  const log = join(folder, 'log.jsonl');
  const program = await startProgram({ path, args: [JSON.stringify(settings)], nodeOptions, pinned, log });
  const signer = { issuer: `http://localhost:${port}${iss}`, pair };
  const server: PersonalServer = { port, host: `localhost:${port}`, signer, paths, people, ...clockOf(program) };
  return {
    port,
    pid: program.pid,
    server,
    flows: flowsOf(server, program),
    ask: (message) => program.ask(message),
    stop: async () => {
      await program.stop();
      removeFolder(folder);
    },
  };
};

const clockOf = (program: Program): Pick<PersonalServer, 'ahead' | 'advance'> => {
  let ahead = 0;
  return {
    ahead: () => ahead,
    advance: async (seconds) => {
      await program.ask({ advance: seconds });
      ahead += seconds;
    },
  };
};
