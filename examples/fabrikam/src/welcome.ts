import { relative } from 'node:path';
import type { Config } from '@stile/server';
import { qrTerminal } from '@stile/server';
import type { Addresses } from './addresses.ts';
import { usualPorts } from './addresses.ts';
import { authenticatorOf } from './authenticator.ts';

export interface WelcomeOptions {
  readonly addresses: Addresses;
  readonly config: Config;
  readonly logFile: string;
  /** Whether the data are elsewhere than `npm run stile` looks for them by itself. */
  readonly dataElsewhere: boolean;
  /** Whether the output is a terminal that a person looks at. */
  readonly isTerminal: boolean;
}

/** What `npm start` prints. */
export const welcome = async (options: WelcomeOptions): Promise<string> => {
  const { addresses, config, isTerminal } = options;
  const bold = (text: string): string => (isTerminal ? `\u001b[1m${text}\u001b[0m` : text);
  const app = authenticatorOf('robin', config);
  const robin = config.users.find(({ username }) => username === 'robin');
  const stile = `${options.dataElsewhere ? `STILE_DATA=${config.dataFolder} ` : ''}npm run stile --`;
  return [
    '',
    bold('Fabrikam is open.'),
    '',
    ...addressLines(addresses),
    '',
    ...(robin && app ? personLines(robin.password, bold) : []),
    ...(app && isTerminal ? [await qrTerminal(app.uri), ''] : []),
    `${bold('To try')}`,
    `  1  Intranet: sign in, see the customers. Open Salaries: you are asked for a code, and told why.`,
    `  2  Bank: you are signed in there already. Send money: a code again if the last one is older than 5 minutes.`,
    `  3  Press “Send the same token again”: refused.`,
    `  4  Sam (password “${config.users.find(({ username }) => username === 'sam')?.password ?? ''}”) has no second proof.`,
    `     ${bold(`${stile} ticket sam`)} lets Sam set one up; without it the password alone is not enough to add one.`,
    `  5  ${bold(`${stile} decisions`)} lists what was decided, and ${bold('explain <decision>')} says why.`,
    `  6  ${new URL('account', addresses.issuer).href}: passkeys, devices, who is signed in where. What would be mailed: ${new URL('dev/mailbox', addresses.issuer).href}`,
    '',
    `Data: ${here(config.dataFolder)}   Log: ${here(options.logFile)}   Stop: Ctrl+C`,
    '',
  ].join('\n');
};

const here = (path: string): string => {
  const short = relative('.', path);
  return short.startsWith('..') ? path : `./${short}`;
};

const addressLines = (addresses: Addresses): readonly string[] => {
  const rows: readonly [keyof Addresses, string][] = [
    ['intranet', 'Intranet'],
    ['bank', 'Bank'],
    ['api', 'Accounts API'],
    ['issuer', 'Authorization server'],
  ];
  return rows.map(([service, name]) => {
    const address = addresses[service];
    const moved = Number(new URL(address).port) !== usualPorts[service];
    const note = moved ? `   (port ${usualPorts[service]} is taken on this machine)` : '';
    return `  ${name.padEnd(22)}${address}${note}`;
  });
};

const personLines = (password: string, bold: (text: string) => string): readonly string[] => [
  `  ${'User'.padEnd(22)}robin`,
  `  ${'Password'.padEnd(22)}${password}`,
  `  ${'Code'.padEnd(22)}${bold('npm run code')} prints it; or scan this with an authenticator app:`,
  '',
];
