/**
 * Attacks by the clock. Whether a name exists is asked of the time that an answer takes: samples of both kinds are
 * taken in random order, so that whatever else the machine does falls on both, and compared by their ranks. The measure is how
 * often an answer about one kind is slower than one about the other: 0.5 tells nothing, 0 or 1 tells everything.
 */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import type { AuthorizationServer } from '../authorization-server.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { WEB_SECRET } from '../fabrikam.ts';
import { authorizationUrl, basic, post } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { sendForm } from './signed-in.ts';
import { isTold, shuffled, superiority } from './superiority.ts';

const people = Array.from({ length: 8 }, (_, i) => `person${i}`);

/** How long a wrong password for a name takes to be refused, in milliseconds. */
const timeOf = async (server: AuthorizationServer, username: string): Promise<number> => {
  // Every bucket is full again, so that no limit is measured.
  server.advance(3600);
  const agent = new UserAgent(server.issuer);
  const page = await agent.open(authorizationUrl(server));
  const started = performance.now();
  const response = await sendForm(agent, page, { username, password: 'not the password' });
  await response.text();
  const took = performance.now() - started;
  assert.equal(response.status, 400);
  return took;
};

type Kind = 'known' | 'unknown' | 'blocked';

const measure = async (
  kinds: readonly Kind[],
  replace: (deps: Deps) => Deps = (deps) => deps,
): Promise<Readonly<Record<Kind, readonly number[]>>> => {
  let held: Deps | undefined;
  const server = await startAuthorizationServer({
    people,
    replace: (deps) => {
      held = deps;
      return replace(deps);
    },
  });
  try {
    await held?.store.users.setBlocked('user_person0', held.now(), []);
    const times: Record<Kind, number[]> = { known: [], unknown: [], blocked: [] };
    const names = { known: 'person', unknown: 'nobody', blocked: 'person0' };
    for (const name of ['person1', 'nobody1', 'person0']) await timeOf(server, name);
    for (const [i, kind] of shuffled(kinds).entries()) {
      const name = kind === 'blocked' ? names.blocked : `${names[kind]}${1 + (i % (people.length - 1))}`;
      times[kind].push(await timeOf(server, name));
    }
    return times;
  } finally {
    await server.close();
  }
};

/** The mistake that the measure is there to find: no work is done for a name that nobody has. */
const sparingTheWork = (deps: Deps): Deps => ({
  ...deps,
  passwords: {
    ...deps.passwords,
    verify: async (phc, password) =>
      phc === undefined ? { valid: false, needsRehash: false } : deps.passwords.verify(phc, password),
  },
});

describe('user enumeration by time', () => {
  it('user enumeration by time: names that somebody has, that nobody has and that are blocked take equally long', async (t) => {
    const { known, unknown, blocked } = await measure(['known', 'unknown', 'blocked']);
    t.diagnostic(`known before unknown ${superiority(known, unknown).toFixed(2)}`);
    t.diagnostic(`blocked before unknown ${superiority(blocked, unknown).toFixed(2)}`);
    assert.ok(!isTold(known, unknown));
    assert.ok(!isTold(blocked, unknown));
  });

  it('the control: where no work is done for unknown names, the same measure finds it', async (t) => {
    const { known, unknown } = await measure(['known', 'unknown'], sparingTheWork);
    t.diagnostic(`known before unknown ${superiority(known, unknown).toFixed(2)}`);
    assert.ok(isTold(known, unknown));
  });
});

describe('timing of secrets', () => {
  it('client secrets are compared by their digests, in one comparison that takes as long wherever they differ', async (t) => {
    const server = await startAuthorizationServer();
    const compared: (readonly [number, number])[] = [];
    const { timingSafeEqual } = crypto;
    t.mock.method(crypto, 'timingSafeEqual', (one: NodeJS.ArrayBufferView, other: NodeJS.ArrayBufferView) => {
      compared.push([one.byteLength, other.byteLength]);
      return timingSafeEqual(one, other);
    });
    syncBuiltinESMExports();
    try {
      const guesses = ['', 'x', WEB_SECRET.slice(0, -1), `${WEB_SECRET}x`, 'y'.repeat(5000), WEB_SECRET];
      for (const guess of guesses) {
        const fields = { grant_type: 'client_credentials' };
        const { body } = await post(server.at('oauth/token'), fields, basic('web', guess));
        assert.equal(body.error, guess === WEB_SECRET ? 'unauthorized_client' : 'invalid_client');
      }
      assert.deepEqual(
        compared,
        guesses.map(() => [32, 32]),
      );
    } finally {
      t.mock.restoreAll();
      syncBuiltinESMExports();
      await server.close();
    }
  });
});
