/**
 * `npm run demo`: the whole story without a browser, against real servers on free ports with data of their own. Every
 * expectation is checked; the exit code is 1 when one does not hold.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Decision } from '@stile/resource-server';
import { loadConfig } from '@stile/server';
import { anyPorts, chooseAddresses, environmentOf } from './addresses.ts';
import { Application } from './demo/application.ts';
import { enrolment } from './demo/enrolment-chapter.ts';
import type { Narrator } from './demo/narrator.ts';
import { createNarrator, NotAsTold } from './demo/narrator.ts';
import { refreshing, silence, strangeWishes } from './demo/token-chapters.ts';
import { everydayAccess, replay, stepUp } from './demo/transfer-chapters.ts';
import { accountsAudience, startFabrikam } from './fabrikam.ts';

const configFile = fileURLToPath(new URL('../../../stile.config.ts', import.meta.url));

const play = async (narrator: Narrator, folder: string): Promise<void> => {
  const addresses = await chooseAddresses(anyPorts);
  const config = await loadConfig(configFile, { ...environmentOf(addresses), STILE_DATA: folder });
  const apiDecisions: Decision[] = [];
  const fabrikam = await startFabrikam({
    addresses,
    config,
    onApiDecision: (decision) => apiDecisions.push(decision),
  });
  try {
    const { authorizationServer } = fabrikam;
    const application = await Application.discover(addresses, accountsAudience, narrator);
    const stage = { narrator, application, authorizationServer, config, issuer: addresses.issuer, apiDecisions };
    const robin = await everydayAccess(stage);
    const elevated = await stepUp(stage, robin);
    await replay(stage, elevated);
    await refreshing(stage, robin);
    await silence(stage);
    await strangeWishes(stage, robin);
    await enrolment(stage);
  } finally {
    await fabrikam.close();
  }
};

// Whoever reads may have read enough: `npm run demo | head`.
process.stdout.on('error', () => process.exit());
const narrator = createNarrator(process.stdout);
process.stdout.write(
  'The story of Fabrikam, without a browser: a bank, its accounts API and Stile, on free ports of this machine.\n' +
    'Each line is an HTTP request that is really made; what was decided, and why, is read from the audit of Stile.\n',
);
const folder = mkdtempSync(join(tmpdir(), 'fabrikam-demo-'));
try {
  await play(narrator, folder);
  process.stdout.write(`\nAll of it is as told: ${narrator.checks()} checks.\n`);
} catch (error) {
  const what =
    error instanceof NotAsTold ? `It is not so: ${error.message}.` : error instanceof Error ? error.stack : error;
  process.stderr.write(`\n${String(what)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
