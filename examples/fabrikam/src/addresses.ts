import type { Environment } from '@stile/server';
import { freePort } from './listening.ts';

/** Where the four services are reached. */
export interface Addresses {
  /** The authorization server's identifier, with its trailing slash. */
  readonly issuer: string;
  /** The others without. */
  readonly intranet: string;
  readonly bank: string;
  readonly api: string;
}

type Ports = Readonly<Record<keyof Addresses, number>>;

/** The ports that are used unless somebody else uses them already. */
export const usualPorts: Ports = { issuer: 9000, intranet: 9001, bank: 9002, api: 9003 };

/** Any ports that are free. */
export const anyPorts: Ports = { issuer: 0, intranet: 0, bank: 0, api: 0 };

/** Finds an address for every service. */
export const chooseAddresses = async (ports: Ports): Promise<Addresses> => {
  const taken = new Set<number>();
  const find = async (preferred: number): Promise<number> => {
    const port = await freePort(preferred);
    // Not in use yet, so that the system may offer it twice.
    if (taken.has(port)) return find(0);
    taken.add(port);
    return port;
  };
  return {
    issuer: `http://localhost:${await find(ports.issuer)}/`,
    intranet: `http://localhost:${await find(ports.intranet)}`,
    bank: `http://localhost:${await find(ports.bank)}`,
    api: `http://localhost:${await find(ports.api)}`,
  };
};

/** The addresses as `stile.config.ts` reads them. */
export const environmentOf = ({ issuer, intranet, bank }: Addresses): Environment => ({
  STILE_ISSUER: issuer,
  FABRIKAM_INTRANET_URL: intranet,
  FABRIKAM_BANK_URL: bank,
});
