/** Puts the server together and lets it listen: config → deps → app → port. */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Logger } from 'pino';
import { destination, pino } from 'pino';
import { openActions } from './actions/service.ts';
import type { App } from './app.ts';
import { createApp } from './app.ts';
import type { Sealer } from './audit/seal.ts';
import { createSealer } from './audit/seal.ts';
import type { Config } from './config/config.ts';
import { keepPolicy } from './decision/keep-policy.ts';
import { warnOfLockOut } from './decision/warn-of-lock-out.ts';
import type { Deps } from './deps.ts';
import { randomId } from './deps.ts';
import type { BreachedPasswords } from './factors/breached-passwords.ts';
import { rangeApi } from './factors/breached-passwords.ts';
import { createPasswordHasher } from './factors/password-hasher.ts';
import { clientAddress } from './http/caller.ts';
import { watchProxies } from './http/proxy-watch.ts';
import { sendWhole } from './http/send.ts';
import { refuseUnreadable } from './http/serve.ts';
import { openKeyRing } from './keys/key-ring.ts';
import { openServerSecrets } from './keys/server-secrets.ts';
import { guardedLog, RequestFailure } from './log/error.ts';
import type { MetricsListener } from './metrics/listener.ts';
import { serveMetrics } from './metrics/listener.ts';
import { recorderFor } from './metrics/recorder-for.ts';
import type { Mailbox } from './notify/mailbox.ts';
import { createNotifier } from './notify/notifier.ts';
import { noPost } from './recovery/mail.ts';
import { seedUsers } from './session/seed-users.ts';
import type { Store } from './store/ports.ts';
import { createSqliteStore } from './store/store.ts';
import { systemNow, systemRandom } from './system.ts';
import { createInMemoryLimits } from './throttle/in-memory.ts';
import { latestMoment } from './upkeep/latest-moment.ts';
import { tidyUp } from './upkeep/tidy-up.ts';
import { watchClock } from './upkeep/watch-clock.ts';

/** Opens the embedded store in the data folder, making the folder first. Only its owner may read it. */
export const openStore = (config: Config): Store => {
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  return createSqliteStore({ path: join(config.dataFolder, 'stile.db') });
};

/**
 * The log: JSON, one line each.
 *
 * @param level the least that is written: `debug`, `info`, `warn`, `error` or `silent`
 * @param file where to; made with its folder if it is not there. Standard output unless given
 */
export const createLog = (level: string, file?: string): Logger => {
  const stream = destination({ dest: file ?? 1, mkdir: true, maxLength: MOST_UNWRITTEN_CHARACTERS });
  // While it cannot be written, for its disk is full or nobody reads it, requests are answered all the same.
  stream.on('error', () => undefined);
  return pino({ name: 'stile', level }, stream);
};

/** So much of a log that cannot be written is kept, to be written when it can. */
const MOST_UNWRITTEN_CHARACTERS = 1_000_000;

/** Actions run beside the event loop; fewer than two would let one that waits for an answer keep the others waiting. */
const LEAST_ACTION_WORKERS = 2;

/** Of the four threads that Node works with beside the event loop, one is left for bringing commits to the disk. */
const MOST_HASHES_AT_ONCE = 3;

/** Makes everything a handler needs. The caller closes the store. */
export const createDeps = async (
  config: Config,
  store: Store,
  log: Logger,
  replace: Partial<Pick<Deps, 'now' | 'post' | 'randomBytes' | 'passwords' | 'breachedPasswords' | 'metrics'>> & {
    /** Takes what cannot be sent. */
    readonly mailbox?: Mailbox;
  } = {},
): Promise<Deps> => {
  const now = replace.now ?? systemNow;
  const random = replace.randomBytes ?? systemRandom;
  const cores = availableParallelism();
  const metrics = replace.metrics ?? recorderFor(config);
  const breachedPasswords = replace.breachedPasswords ?? breachedPasswordsOf(config, log);
  const guarded = guardedLog(log, config);
  const notify = createNotifier({ config, log: guarded, metrics, now }, replace.mailbox);
  const deps: Deps = {
    config,
    store,
    log: guarded,
    metrics,
    notify,
    post:
      replace.post ?? (notify.canMail ? { canSend: true, send: (mail, ended) => notify.send(mail, ended) } : noPost),
    breachedPasswords,
    inMemory: createInMemoryLimits(config.limits, now),
    actions: openActions({ config, store, log: guarded, workers: Math.max(LEAST_ACTION_WORKERS, cores) }),
    now,
    randomBytes: random,
    passwords:
      replace.passwords ??
      createPasswordHasher({
        concurrency: Math.min(cores, MOST_HASHES_AT_ONCE),
        queueLimit: cores * 32,
        onComputed: (seconds) => metrics.hashed(seconds),
      }),
    keys: await openKeyRing(store.keys, now),
    secrets: await openServerSecrets(store.keys, random),
  };
  metrics.watchHasher(deps.passwords);
  store.onCommit((commit) => metrics.committed(commit));
  await keepPolicy(deps);
  await seedUsers(deps);
  return deps;
};

/** Whoever is asked about new passwords, if anybody is. */
const breachedPasswordsOf = ({ passwords: { breached } }: Config, log: Logger): BreachedPasswords | undefined =>
  breached &&
  rangeApi({
    url: breached.url,
    timeoutSeconds: breached.timeout,
    complain: (reason) => log.warn({ reason }, 'a new password could not be looked up among those that leaked'),
  });

/** A server that listens. */
export interface RunningServer {
  readonly port: number;
  /** Where metrics are served, if they are. */
  readonly metricsPort: number | undefined;
  /**
   * Stops taking requests, finishes those under way, closes the store.
   *
   * @param hurry cuts what is still under way when it is aborted
   */
  close(hurry?: AbortSignal): Promise<void>;
}

const SWEEP_MILLISECONDS = 60_000;
const KEY_RELOAD_MILLISECONDS = 5_000;
const CLOCK_LOOK_MILLISECONDS = 5_000;
const SEAL_MILLISECONDS = 1_000;
const DRAIN_MILLISECONDS = 10_000;
const LAST_REQUEST_MILLISECONDS = 200;
const LAST_MESSAGES_MILLISECONDS = 3_000;

const steadySeconds = (): number => performance.now() / 1000;

/**
 * Listens on the configured address.
 *
 * @throws the system's error when the port is taken or may not be used
 */
export const listen = async (deps: Deps): Promise<RunningServer> => {
  const latest = await latestMoment(deps, steadySeconds);
  const metrics = await metricsListener(deps);
  const { server, drain } = httpServer(createApp(deps), deps);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(deps.config.listen.port, deps.config.listen.host, resolve);
  }).catch(async (error: unknown) => {
    await metrics?.close();
    throw error;
  });
  const clock = watchClock(
    () => deps.now(),
    steadySeconds,
    (seconds) => deps.log.warn({ seconds }, 'the clock jumped, or the machine slept'),
  );
  const sealer = createSealer(deps);
  attempt('warming up Actions', deps, () => warmUp(deps));
  const timers = [
    setInterval(() => clock.look(), CLOCK_LOOK_MILLISECONDS),
    setInterval(() => attempt('sealing', deps, () => sealer.look()), SEAL_MILLISECONDS),
    setInterval(() => attempt('sweep', deps, () => tidyUp(deps, clock.steadySeconds(), latest())), SWEEP_MILLISECONDS),
    setInterval(() => attempt('key reload', deps, () => reloadKeys(deps)), KEY_RELOAD_MILLISECONDS),
  ];
  const stopping = new AbortController();
  attempt('lock-out preview', deps, () => warnOfLockOut(deps, stopping.signal));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    metricsPort: metrics?.port,
    close: async (hurry) => {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
      await drain(hurry);
      await metrics?.close();
      // A mail that is on its way is worth a moment; one whose server does not answer is not worth more.
      await Promise.race([deps.notify.idle(), pause(LAST_MESSAGES_MILLISECONDS, undefined, { ref: false })]);
      await deps.actions.close();
      await lastSeals(sealer, deps);
      await deps.store.close();
    },
  };
};

/** Whoever signs in first need not wait for the sandbox to be made, where any Action is bound. */
const warmUp = async ({ actions }: Deps): Promise<void> => {
  if ((await actions.bound()).length > 0) await actions.runtime('live');
};

/** What the last requests left is sealed before the store is closed; what cannot be is sealed after the next start. */
const lastSeals = (sealer: Sealer, { log }: Deps): Promise<void> =>
  sealer.finish().catch((error: unknown) => log.error({ err: error }, 'sealing failed'));

/** Notices what an operator changed from the command line, or another process. */
const reloadKeys = ({ keys, secrets }: Deps): Promise<unknown> => Promise.all([keys.reload(), secrets.reload()]);

const metricsListener = async (deps: Deps): Promise<MetricsListener | undefined> =>
  deps.config.metrics &&
  serveMetrics(deps.config.metrics, deps.metrics, (error) => deps.log.error({ err: error }, 'the metrics failed'));

/** Work that goes on beside the requests; when it fails it is logged and tried again the next time. */
const attempt = (what: string, deps: Deps, work: () => Promise<unknown>): void => {
  work().catch((error: unknown) => deps.log.error({ err: error }, `${what} failed`));
};

/**
 * Slow and oversized senders are cut off before they cost anything. Node looks for slow ones every half minute unless told
 * otherwise, which would keep each of them four times as long as is meant.
 */
const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};

/** How many `Host` headers were sent: Node keeps the first and is silent about the others (RFC 9112, section 3.2). */
const hostsOf = ({ rawHeaders }: { readonly rawHeaders: readonly string[] }): number =>
  rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;

const httpServer = (
  app: App,
  deps: Deps,
): { readonly server: Server; readonly drain: (hurry?: AbortSignal) => Promise<void> } => {
  const underWay = new Set<ServerResponse>();
  const watch = watchProxies(deps.config, deps.log);
  const listener = getRequestListener(
    async (request, env) => {
      try {
        const requestId = randomId(deps, 'req');
        if (!('incoming' in env) || hostsOf(env.incoming) > 1) return refuseUnreadable(deps, requestId);
        const forwardedFor = request.headers.get('x-forwarded-for');
        const address = clientAddress(env.incoming.socket.remoteAddress, forwardedFor, deps.config.trustedProxies);
        const response = await app(request, { address, requestId });
        const isSent = env.outgoing instanceof ServerResponse && sendWhole(response, env.outgoing);
        return isSent ? RESPONSE_ALREADY_SENT : response;
      } catch (error) {
        // What breaks even outside of what the app takes care of is still a no, and leaves a trace.
        deps.log.error({ err: new RequestFailure(error, request) }, 'request failed');
        return new Response(null, { status: 500 });
      }
    },
    {
      overrideGlobalObjects: false,
      hostname: new URL(deps.config.issuer).host,
      // All that can fail before a request is passed on is to read its host and its address.
      errorHandler: () => refuseUnreadable(deps, randomId(deps, 'req')),
    },
  );
  const server = createServer(LIMITS, (incoming, outgoing) => {
    underWay.add(outgoing);
    watch(incoming);
    outgoing.once('close', () => underWay.delete(outgoing));
    if (!server.listening) outgoing.shouldKeepAlive = false;
    void listener(incoming, outgoing);
  });
  return { server, drain: (hurry) => drained(server, underWay, hurry) };
};

/**
 * Lets what is under way finish, for so long, and cuts the rest: browsers hold connections open on which they have not
 * asked for anything, and Node does not count those as idle. A proxy that connected a moment ago is about to ask, and would
 * not ask another process again, so it is given the time to. Every answer is then the last one on its connection.
 */
const drained = async (
  server: Server,
  underWay: ReadonlySet<ServerResponse>,
  hurry = new AbortController().signal,
): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cut = (): void => server.closeAllConnections();
  const patience = setTimeout(cut, DRAIN_MILLISECONDS);
  hurry.addEventListener('abort', cut);
  if (hurry.aborted) cut();
  for (const response of underWay) response.shouldKeepAlive = false;
  await Promise.race([closed, pause(LAST_REQUEST_MILLISECONDS)]);
  while (underWay.size > 0) await Promise.all([...underWay].map((response) => once(response, 'close')));
  server.closeAllConnections();
  await closed;
  clearTimeout(patience);
};
