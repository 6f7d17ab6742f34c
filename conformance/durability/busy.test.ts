/** Another program holds the database: a backup that takes its time, or a process that was stopped in the middle of a write. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { API_SECRET } from '../fabrikam.ts';
import { answerIn, authorizationUrl, basic, post, redeem, tokenRequest, tokensFor } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { serveFrom } from './stile-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'stile-busy-'));
// In a process of its own: the locks of one process do not keep each other out.
const server = await serveFrom(folder, 'stile', folder, ['ada']);
const other = new DatabaseSync(join(folder, 'stile.db'));
after(async () => {
  other.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const scope = 'openid read:accounts offline_access';

describe('another program holds the database', () => {
  it('what only reads is answered meanwhile, and what writes as soon as it is let go', async () => {
    const agent = new UserAgent(server.issuer);
    const tokens = await tokensFor(server, 'ada', { scope }, agent);
    other.exec('begin immediate');
    const order: string[] = [];
    const written = Promise.all([
      tokenRequest(server, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }),
      agent.open(authorizationUrl(server, { scope, prompt: 'none' })),
    ]).then((answers) => {
      order.push('written');
      return answers;
    });
    for (let count = 0; count < 5; count += 1) {
      const introspected = await post(
        server.at('oauth/introspect'),
        { token: tokens.access_token },
        basic('accounts-api', API_SECRET),
      );
      assert.equal(introspected.body.active, true);
      assert.equal((await fetch(server.at('healthz'))).status, 200);
      order.push('read');
    }
    other.exec('rollback');
    const [refreshed, end] = await written;
    assert.deepEqual(order, ['read', 'read', 'read', 'read', 'read', 'written']);
    assert.equal(refreshed.status, 200);
    assert.equal((await redeem(server, end)).status, 200);
  });

  it('when it is not let go for long, everybody is told to come back, and nothing was done', async () => {
    const agent = new UserAgent(server.issuer);
    const { refresh_token = '' } = await tokensFor(server, 'ada', { scope }, agent);
    const code = await agent.open(authorizationUrl(server, { scope, prompt: 'none' }));
    other.exec('begin immediate');
    const [refreshed, redeemed, ready, silent] = await Promise.all([
      tokenRequest(server, { grant_type: 'refresh_token', refresh_token }),
      redeem(server, code),
      fetch(server.at('readyz')),
      agent.open(authorizationUrl(server, { scope, prompt: 'none' })),
    ]);
    other.exec('rollback');
    for (const { status, body, headers } of [refreshed, redeemed]) {
      assert.deepEqual([status, body.error, headers.get('retry-after')], [503, 'temporarily_unavailable', '5']);
    }
    assert.equal(ready.status, 503);
    assert.equal(answerIn(silent).error, 'temporarily_unavailable');
    assert.equal((await redeem(server, code)).status, 200);
    const again = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token });
    assert.equal(again.status, 200);
    const { refresh_token: next = '' } = again.body;
    assert.equal(
      (await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(next) })).status,
      200,
    );
  });
});
