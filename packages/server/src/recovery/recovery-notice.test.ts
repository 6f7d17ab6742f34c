/** Whoever owns an account learns of its recovery while it can be stopped, also when the mail server is down for a while. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Deps } from '../deps.ts';
import { translate } from '../pages/messages.ts';
import { afterAnswer } from '../testing/post.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';
import { tidyUp } from '../upkeep/tidy-up.ts';
import { issueRecoveryTicket, openRecoveryOf, reportedAt, startRecovery, stopRecovery } from './lost-factor.ts';
import type { Mail } from './mail.ts';
import { tellOfRecovery } from './recovery-notice.ts';

type Fate = 'sent' | 'failed' | 'refused' | 'hangs';

/** A server whose mail server does as it likes, from one mail to the next. */
const withPost = async (t: TestContext) => {
  const server = await testServer(t);
  const mails: Mail[] = [];
  let fate: Fate = 'sent';
  const hanging: (() => Promise<void>)[] = [];
  const deps: Deps = {
    ...server.deps,
    post: {
      canSend: true,
      send: async (mail, ended) => {
        if (fate === 'refused') throw new Error('no room');
        mails.push(mail);
        const how = fate === 'sent' ? 'sent' : 'failed';
        if (fate === 'hangs') hanging.push(async () => ended?.('sent'));
        else ended?.(how).catch(() => undefined);
      },
    },
  };
  const user = (await server.store.users.find(ROBIN.id)) ?? assert.fail('Robin is there.');
  return {
    server,
    deps,
    mails,
    becomes: (next: Fate) => {
      fate = next;
    },
    arrive: () => Promise.all(hanging.splice(0).map((end) => end())),
    begin: async () => {
      await issueRecoveryTicket(user, deps);
      const recovery = (await openRecoveryOf(user.id, deps)) ?? assert.fail('A recovery is under way.');
      assert.ok(await startRecovery(recovery, user, { requestId: 'req', locale: 'de' }, deps));
      tellOfRecovery({ recovery, user, t: translate('de'), readyInSeconds: deps.config.recovery.waiting }, deps);
      await afterAnswer();
      return recovery;
    },
    /** What is done every minute, at a moment so many seconds later. */
    after: async (seconds: number, processes: readonly Deps[] = [deps]) => {
      server.advance(seconds);
      await Promise.all(processes.map((one) => tidyUp(one, 0, one.now())));
      await afterAnswer();
    },
    onRecord: async () =>
      (await server.store.audit.ofUser(ROBIN.id, 100))
        .map(({ type }) => type)
        .filter((type) => type.startsWith('mail')),
  };
};

test('a mail that was sent is on record as queued, then as sent, and is not sent again', async (t) => {
  const { begin, after, mails, onRecord } = await withPost(t);
  await begin();
  assert.deepEqual(await onRecord(), ['mail.sent', 'mail.queued']);
  for (let times = 0; times < 3; times += 1) await after(400);
  assert.equal(mails.length, 1);
});

test('a mail that was queued alone is not on record as sent', async (t) => {
  const { begin, becomes, arrive, onRecord } = await withPost(t);
  becomes('hangs');
  await begin();
  assert.deepEqual(await onRecord(), ['mail.queued']);
  await arrive();
  assert.deepEqual(await onRecord(), ['mail.sent', 'mail.queued']);
});

for (const fate of ['failed', 'refused'] as const) {
  test(`when it ${fate === 'failed' ? 'could not be sent' : 'was not even taken'}, it is sent again until it was, in the same language`, async (t) => {
    const { begin, becomes, after, mails, onRecord } = await withPost(t);
    becomes(fate);
    await begin();
    await after(299);
    await after(1);
    await after(60);
    await after(300);
    const tried = (await onRecord()).filter((type) => type === 'mail.not_sent').length;
    assert.equal(tried, 3, 'once every five minutes');
    becomes('sent');
    const before = mails.length;
    await after(300);
    await after(300);
    const [mail, ...others] = mails.slice(before);
    assert.deepEqual([mail?.to, others], ['robin@fabrikam.example', []]);
    assert.match(mail?.text ?? '', /recover\/stop\?token=/);
    assert.match(mail?.subject ?? '', /wiederhergestellt/);
  });
}

test('of two processes one sends it again', async (t) => {
  const { begin, becomes, after, deps, mails } = await withPost(t);
  becomes('failed');
  await begin();
  becomes('sent');
  await after(600, [deps, { ...deps }]);
  assert.equal(mails.length, 2);
});

test('nobody is told any more of a recovery that was stopped, or whose waiting time is over', async (t) => {
  const { begin, becomes, after, deps, mails, server } = await withPost(t);
  becomes('failed');
  assert.ok(await stopRecovery(await begin(), 'administrator', deps));
  await after(600);
  assert.equal(mails.length, 1);
  await begin();
  server.advance(deps.config.recovery.waiting - 300);
  await after(300);
  assert.equal(mails.length, 2);
});

test('what somebody reported is known until a ticket is issued, however much happened since', async (t) => {
  const { begin, deps, server } = await withPost(t);
  assert.equal(await reportedAt(ROBIN.id, deps), undefined);
  await stopRecovery(await begin(), 'reported', deps);
  const at = deps.now();
  const [record] = await server.store.audit.recent(1);
  assert.ok(record);
  const later = Array.from({ length: 250 }, (_, index) => ({ ...record, id: `later-${index}`, type: 'proof.refused' }));
  server.advance(10);
  await server.store.audit.append(later.map((one) => ({ ...one, userId: ROBIN.id, at: deps.now() })));
  assert.equal(await reportedAt(ROBIN.id, deps), at);
  assert.equal(await reportedAt(SAM.id, deps), undefined);
  server.advance(10);
  const recovery = await begin();
  assert.equal(await reportedAt(ROBIN.id, deps), undefined);
  server.advance(10);
  await stopRecovery(recovery, 'administrator', deps);
  assert.equal(await reportedAt(ROBIN.id, deps), undefined);
});
