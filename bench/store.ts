/**
 * How many durable writes the store makes in a second, with so many in flight: writes that share a commit against one
 * transaction for each write, in the same run on the same disk.
 *
 *     node bench/store.ts [folder]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@stile/core';
import type { Store } from '../packages/server/src/store/ports.ts';
import type { AuditRecord, Code, Grant, RefreshToken } from '../packages/server/src/store/records.ts';
import type { Engine } from '../packages/server/src/store/sql/engine.ts';
import { sqlStore } from '../packages/server/src/store/sql/store.ts';
import { openSqlite } from '../packages/server/src/store/sqlite/engine.ts';

const IN_FLIGHT = [1, 4, 16, 64];
const ROUNDS = 3;
const ROUND_MS = 300;

/** The same engine, but each write waits for the one before it, and so has a transaction of its own. */
const alone = (engine: Engine): Engine => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...engine,
    write: (operation, keeps) => {
      const write = last.then(() => engine.write(operation, keeps));
      last = write;
      return write;
    },
  };
};

let number = 0;
const fresh = (): string => {
  number += 1;
  return String(number);
};

const now = instant(1_800_000_000);

const record = (id: string): AuditRecord => ({
  id,
  at: now,
  type: 'bench',
  userId: 'alice',
  clientId: 'client',
  sessionId: null,
  grantId: null,
  requestId: id,
  details: { trace: 'x'.repeat(250) },
});

const grant = (id: string): Grant => ({
  id,
  clientId: 'client',
  userId: null,
  sessionId: null,
  audience: 'https://api.example',
  scopes: ['openid', 'offline_access'],
  events: [],
  requirements: [],
  nonce: null,
  customClaims: { accessToken: {}, idToken: {} },
  requestedClaims: { idToken: [], userinfo: [] },
  agesFrom: now,
  requestedAt: now,
  createdAt: now,
  revokedAt: null,
  revokedReason: null,
});

const code = (id: string): Code => ({
  codeHash: id,
  grantId: id,
  clientId: 'client',
  redirectUri: 'https://app.example/callback',
  redirectUriSent: true,
  codeChallenge: null,
  createdAt: now,
  expiresAt: now,
});

const refreshToken = (id: string): RefreshToken => ({
  tokenHash: id,
  grantId: id,
  clientId: 'client',
  createdAt: now,
  idleExpiresAt: now,
  expiresAt: now,
  rotatedAt: null,
  successorHash: null,
  metadata: {},
});

const writes: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'append an audit record': (store) => store.audit.append([record(fresh())]),
  'make and redeem a code (two writes)': async (store) => {
    const id = fresh();
    await store.grants.authorize({
      grant: grant(id),
      code: code(id),
      interactionId: null,
      consents: [],
      touchSession: null,
      audit: [record(`authorized-${id}`)],
    });
    await store.grants.redeemCode(id, now, () => ({
      value: null,
      refreshToken: refreshToken(id),
      audit: [record(`issued-${id}`)],
    }));
  },
};

const perSecond = async (
  store: Store,
  write: (store: Store) => Promise<unknown>,
  inFlight: number,
): Promise<number> => {
  const began = performance.now();
  let done = 0;
  const lane = async () => {
    while (performance.now() - began < ROUND_MS) {
      await write(store);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (done * 1000) / (performance.now() - began);
};

const median = (figures: readonly number[]): number => figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? 0;

const compare = async (path: string, write: (store: Store) => Promise<unknown>): Promise<void> => {
  const engine = openSqlite(path, now);
  const stores = { alone: sqlStore(alone(engine)), together: sqlStore(engine) };
  const rows: Record<string, string>[] = [];
  for (const inFlight of IN_FLIGHT) {
    const figures: { alone: number[]; together: number[] } = { alone: [], together: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      figures.alone.push(await perSecond(stores.alone, write, inFlight));
      figures.together.push(await perSecond(stores.together, write, inFlight));
    }
    const [one, group] = [median(figures.alone), median(figures.together)];
    rows.push({
      'in flight': String(inFlight),
      'one transaction each/s': one.toFixed(0),
      'shared commit/s': group.toFixed(0),
      ratio: (group / one).toFixed(1),
    });
  }
  console.table(rows);
  await engine.close();
};

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'stile-bench-'));
try {
  for (const [name, write] of Object.entries(writes)) {
    console.log(`\n${name}`);
    await compare(join(folder, `${fresh()}.sqlite`), write);
  }
} finally {
  rmSync(folder, { recursive: true });
}
