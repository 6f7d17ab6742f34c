/** Whole logins with a deployed Action and without, in turn, each by a server of its own whose store is on the disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../../packages/server/src/store/store.ts';
import { deployScript } from '../../packages/server/src/testing/actions.ts';
import { TestBrowser } from '../../packages/server/src/testing/browser.ts';
import { authorizeUrl, redeem } from '../../packages/server/src/testing/flow.ts';
import type { TestServer } from '../../packages/server/src/testing/test-server.ts';
import { START, startTestServer } from '../../packages/server/src/testing/test-server.ts';
import type { Times } from '../in-process/repeat.ts';
import { timesOf } from '../in-process/repeat.ts';

export interface Logins {
  readonly without: Times;
  readonly withAction: Times;
}

/** So long that no limit of tries is met. */
const BETWEEN_SECONDS = 600;

/** A password, a code, tokens; the password is hashed as cheaply as in the tests. @returns how long it took, in milliseconds */
const login = async (server: TestServer): Promise<number> => {
  server.advance(BETWEEN_SECONDS);
  const began = performance.now();
  const browser = new TestBrowser(server);
  const answer = await redeem(server, await browser.signIn(await browser.go(authorizeUrl())));
  if (answer.status !== 200) throw new Error('The login came to nothing.');
  return performance.now() - began;
};

/** @param code the Action */
export const measureLogins = async (seconds: number, code: string): Promise<Logins> => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-bench-logins-'));
  const start = (name: string): Promise<TestServer> =>
    startTestServer(undefined, () => createSqliteStore({ path: join(folder, name), now: () => START }));
  const [without, withAction] = [await start('without.sqlite'), await start('with.sqlite')];
  try {
    await deployScript(withAction, 'bench', code);
    const took = { without: [] as number[], withAction: [] as number[] };
    for (let warm = 0; warm < 20; warm += 1) for (const server of [without, withAction]) await login(server);
    const until = performance.now() + 2 * seconds * 1000;
    while (performance.now() < until) {
      took.without.push(1000 * (await login(without)));
      took.withAction.push(1000 * (await login(withAction)));
    }
    const sum = (times: readonly number[]): number => times.reduce((all, one) => all + one, 0) / 1000;
    return {
      without: timesOf(took.without, sum(took.without)),
      withAction: timesOf(took.withAction, sum(took.withAction)),
    };
  } finally {
    await Promise.all([without.close(), withAction.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
};
