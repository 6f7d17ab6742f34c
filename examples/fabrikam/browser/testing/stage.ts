/** All of Fabrikam on free ports with data of its own, and a real browser before it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config, Environment } from '@stile/server';
import { createLog, loadConfig, runCommand } from '@stile/server';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { chromiumArguments, findOrInstallChromium } from '../../../../tools/chromium.ts';
import type { Addresses } from '../../src/addresses.ts';
import { anyPorts, chooseAddresses, environmentOf } from '../../src/addresses.ts';
import { startFabrikam } from '../../src/fabrikam.ts';

/** Somebody with a password, an authenticator app and recovery codes that nobody else in the test file uses. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly recoveryCodes: readonly string[];
}

/** A browser of one person: cookies of its own, and everything it complained about. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Closes the pages. Fails unless their consoles stayed silent: no script error, nothing blocked by a policy. */
  readonly leave: () => Promise<void>;
}

export interface Stage {
  readonly addresses: Addresses;
  readonly config: Config;
  /** The next person nobody has played yet. */
  readonly person: () => Person;
  readonly visitor: (options?: BrowserContextOptions) => Promise<Visitor>;
  /** Closes Fabrikam and opens it again, with the same data at the same addresses. */
  readonly restart: () => Promise<void>;
  /** `stile ticket <username>`: the set-up code. */
  readonly ticketFor: (username: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

const configFile = fileURLToPath(new URL('../../../../stile.config.ts', import.meta.url));

/** Opens the stage for a test file with so many people besides Robin and Sam. */
export const openStage = async (people: number): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), 'fabrikam-'));
  const addresses = await chooseAddresses(anyPorts);
  const config = withPeople(await configAt(addresses, folder), people);
  let fabrikam = await startFabrikam({ addresses, config });
  const browser = await chromium.launch({
    executablePath: await findOrInstallChromium(),
    args: [...chromiumArguments],
  });
  let played = 0;
  return {
    addresses,
    config,
    person: () => {
      played += 1;
      const user = config.users.find(({ username }) => username === nameOf(played));
      if (!user) throw new Error('More people are played than the stage was opened for.');
      return user;
    },
    visitor: (options) => visit(browser, options),
    restart: async () => {
      await fabrikam.close();
      fabrikam = await startFabrikam({ addresses, config });
    },
    ticketFor: (username) => ticketFor(username, config),
    close: async () => {
      await browser.close();
      await fabrikam.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const configAt = (addresses: Addresses, folder: string): Promise<Config> => {
  const environment: Environment = { ...environmentOf(addresses), STILE_DATA: folder };
  return loadConfig(configFile, environment);
};

const nameOf = (number: number): string => `robin.${number}`;

/** Copies of Robin: a code is accepted once, so that each test needs an authenticator of its own. */
const withPeople = (config: Config, count: number): Config => {
  const robin = config.users.find(({ username }) => username === 'robin');
  if (!robin) throw new Error('stile.config.ts has no user robin.');
  const copies = Array.from({ length: count }, (_, i) => ({
    ...robin,
    id: `user_robin_${i + 1}`,
    username: nameOf(i + 1),
  }));
  return { ...config, users: [...config.users, ...copies] };
};

const ticketFor = async (username: string, config: Config): Promise<string> => {
  const printed: string[] = [];
  await runCommand(['ticket', username], { config, log: createLog('silent'), print: (line) => printed.push(line) });
  const [, ticket] = /^Set-up code for [^:]+: (\S+)$/m.exec(printed.join('\n')) ?? [];
  if (ticket === undefined) throw new Error(`No ticket: ${printed.join('\n')}`);
  return ticket;
};

const visit = async (browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> => {
  const context = await browser.newContext({ locale: 'en-GB', colorScheme: 'light', ...options });
  context.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !isAnswer(message.text())) complaints.push(message.text());
    });
  });
  const page = await context.newPage();
  return {
    context,
    page,
    leave: async () => {
      await context.close();
      assert.deepEqual(complaints, []);
    },
  };
};

/** The browser reports every answer of 400 and more as an error; here such answers are part of the story. */
const isAnswer = (text: string): boolean => text.startsWith('Failed to load resource: the server responded with');
