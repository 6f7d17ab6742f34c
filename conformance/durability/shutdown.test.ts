/** The server is asked to stop while it is at work, by the signals that supervisors and terminals send. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { authorizationUrl } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { submitOnly } from './crash/matter.ts';
import type { StileServer } from './stile-process.ts';
import { serveFrom } from './stile-process.ts';

interface Stoppable extends StileServer {
  /** Its exit code, when it has ended. */
  readonly ended: Promise<unknown>;
}

const running = async (context: TestContext): Promise<Stoppable> => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-shutdown-'));
  const server = await serveFrom(folder, 'stile', join(folder, 'data'), ['ada']);
  context.after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  assert.equal(server.stile.child.exitCode, null, server.stile.log());
  return { ...server, ended: once(server.stile.child, 'exit').then(([code]: unknown[]) => code) };
};

/** Somebody who sends half of a request, and then nothing. */
const dawdler = async ({ port }: Stoppable): Promise<Socket> => {
  const socket = connect(port, 'localhost');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const head = 'POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n';
  socket.write(`${head}Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant_type=`);
  return socket;
};

const refusesConnections = async ({ port }: Stoppable): Promise<void> => {
  for (;;) {
    const socket = connect(port, 'localhost');
    try {
      await once(socket, 'connect');
    } catch {
      return;
    } finally {
      socket.destroy();
    }
    await pause(5);
  }
};

describe('asked to stop', { concurrency: true }, () => {
  it('what is under way is answered, what is new is refused, and the exit code is 0', async (context) => {
    const server = await running(context);
    const { username, password } = server.person('ada');
    const agents = Array.from({ length: 8 }, () => new UserAgent(server.issuer));
    const pages = await Promise.all(agents.map((agent) => agent.open(authorizationUrl(server))));
    const signedIn = agents.map(async (agent, index) => {
      const page = pages[index] ?? assert.fail();
      return (await submitOnly(agent, page, { username, password })).status;
    });
    // Passwords take so long that some are still being checked when the first one is answered.
    await Promise.race(signedIn);
    server.stile.child.kill('SIGTERM');
    await refusesConnections(server);
    assert.deepEqual(
      await Promise.all(signedIn),
      agents.map(() => 303),
    );
    assert.equal(await server.ended, 0, server.stile.log());
    assert.match(server.stile.log(), /shutting down/);
    assert.doesNotMatch(server.stile.log(), /failed/);
  });

  it('a client that never finishes its request holds it up for a while, and no longer', async (context) => {
    const server = await running(context);
    const socket = await dawdler(server);
    const cut = once(socket, 'close');
    server.stile.child.kill('SIGTERM');
    assert.equal(await server.ended, 0, server.stile.log());
    await cut;
  });

  it('a second signal cuts what is still under way, and the exit code is 0 all the same', async (context) => {
    const server = await running(context);
    const socket = await dawdler(server);
    const cut = once(socket, 'close');
    server.stile.child.kill('SIGTERM');
    await refusesConnections(server);
    server.stile.child.kill('SIGINT');
    assert.equal(await server.ended, 0, server.stile.log());
    await cut;
    assert.match(server.stile.log(), /told again to stop/);
  });

  it('whoever asks on and on over one connection does not keep it up', async (context) => {
    const server = await running(context);
    await (await fetch(server.at('healthz'))).text();
    server.stile.child.kill('SIGTERM');
    let answer: Response | undefined;
    do {
      answer = await fetch(server.at('healthz')).catch(() => undefined);
      await answer?.text();
    } while (answer);
    assert.equal(await server.ended, 0, server.stile.log());
  });
});
