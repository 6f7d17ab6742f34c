/** All of Fabrikam in one process: the authorization server, the intranet, the bank and the accounts API. */
import type { Decision } from '@stile/resource-server';
import type { Config, Deps } from '@stile/server';
import { createDeps, createLog, listen, openStore } from '@stile/server';
import { createAccountsApi } from './accounts-api/accounts-api.ts';
import { createLedger } from './accounts-api/ledger.ts';
import type { Addresses } from './addresses.ts';
import { createBank } from './bank/bank.ts';
import { createIntranet } from './intranet/intranet.ts';
import type { Listening } from './listening.ts';
import { listenAt } from './listening.ts';

export interface Fabrikam {
  readonly authorizationServer: Deps;
  close(): Promise<void>;
}

export interface FabrikamOptions {
  readonly addresses: Addresses;
  /** Of the authorization server; what the services need to know of it (their secrets, the audience) is read from here. */
  readonly config: Config;
  readonly log?: { readonly level: string; readonly file?: string };
  readonly onApiDecision?: (decision: Decision) => void;
}

export const accountsAudience = 'https://api.fabrikam.example/accounts';

export const startFabrikam = async ({ addresses, config, log, onApiDecision }: FabrikamOptions): Promise<Fabrikam> => {
  const authorizationServer = await createDeps(config, openStore(config), createLog(log?.level ?? 'silent', log?.file));
  const services: Listening[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.close()));
  };
  try {
    services.push(await listen(authorizationServer));
  } catch (error) {
    await authorizationServer.store.close();
    throw error;
  }
  try {
    const { api, bank, intranet } = createServices(addresses, config, onApiDecision);
    services.push(await listenAt(addresses.api, api.fetch));
    services.push(await listenAt(addresses.bank, bank.fetch));
    services.push(await listenAt(addresses.intranet, intranet.fetch));
  } catch (error) {
    await close();
    throw error;
  }
  return { authorizationServer, close };
};

const createServices = (
  { issuer, ...addresses }: Addresses,
  config: Config,
  onDecision: FabrikamOptions['onApiDecision'],
) => ({
  api: createAccountsApi({
    address: addresses.api,
    issuer,
    audience: accountsAudience,
    clientId: 'accounts-api',
    clientSecret: secretOf('accounts-api', config),
    webOrigin: addresses.bank,
    ledger: createLedger(),
    ...(onDecision && { onDecision }),
  }),
  bank: createBank({ issuer, clientId: 'bank', api: addresses.api, audience: accountsAudience }),
  intranet: createIntranet({
    address: addresses.intranet,
    issuer,
    clientId: 'intranet',
    clientSecret: secretOf('intranet', config),
  }),
});

const secretOf = (clientId: string, { clients }: Config): string => {
  const secret = clients.get(clientId)?.secret;
  if (secret === undefined) throw new Error(`stile.config.ts has no client ${clientId} with a secret.`);
  return secret;
};
