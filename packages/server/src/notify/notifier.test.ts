/** Mail to people, over a real mail server. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { User } from '../store/records.ts';
import { mailedBy, startMailServer } from '../testing/mail-server.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { ConfigChange } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import { smtpDelivery } from './smtp.ts';

const begin = async (
  t: TestContext,
  change: ConfigChange = (config) => config,
  options: Parameters<typeof startMailServer>[1] = {},
) => {
  const mailServer = await startMailServer(t, options);
  const server = await testServer(t, (config) => change(mailedBy(mailServer)(config)));
  const user = async (id: string): Promise<User> => {
    const found = await server.store.users.find(id);
    if (!found) throw new Error(`There is no ${id}.`);
    return found;
  };
  return { mailServer, server, user, notify: server.deps.notify };
};

describe('a mail', () => {
  it('arrives with who it is from, as plain text and as HTML that says the same', async (t) => {
    const { mailServer, user, notify } = await begin(t);
    assert.equal(notify.tell(await user(ROBIN.id), { kind: 'password.changed' }), true);
    await notify.idle();
    const [mail, ...others] = mailServer.mails;
    assert.ok(mail && others.length === 0);
    assert.deepEqual([mail.from, mail.to], ['login@fabrikam.example', ['robin@fabrikam.example']]);
    assert.ok(mail?.headers.includes('From: Fabrikam <login@fabrikam.example>'));
    assert.ok(mail.headers.includes('Subject: Your password was changed'));
    assert.ok(mail.headers.some((line) => /^Auto-Submitted: auto-generated$/i.test(line)));
    for (const text of [mail.text, mail.html]) {
      assert.match(text, /The password of your account was changed/);
      assert.match(text, /https:\/\/login\.fabrikam\.example\/account/);
    }
    assert.doesNotMatch(mail.html, /<img|<script|src=|url\(/);
  });

  it('speaks the language of its reader', async (t) => {
    const { mailServer, user, notify } = await begin(t);
    const robin = await user(ROBIN.id);
    notify.tell(
      { ...robin, claims: { ...robin.claims, locale: 'de-AT' } },
      { kind: 'authenticator.added', name: 'Pixel' },
    );
    notify.tell(robin, { kind: 'authenticator.added', name: 'Pixel' }, { locale: 'de' });
    await notify.idle();
    for (const { text } of mailServer.mails) assert.match(text, /neuer Nachweis hinzugefügt: „Pixel“/);
  });

  it('goes to nobody whose address is not known to be theirs', async (t) => {
    const { mailServer, user, notify } = await begin(t);
    const robin = await user(ROBIN.id);
    assert.equal(notify.tell(await user(SAM.id), { kind: 'password.changed' }), false);
    for (const claims of [
      { email: 'robin@fabrikam.example' },
      { email: 'robin@fabrikam.example', email_verified: 'true' },
      { email: 'robin@fabrikam.example, eve@evil.example', email_verified: true },
      { email: 'robin@fabrikam.example\r\nBcc: eve@evil.example', email_verified: true },
      { email: ['robin@fabrikam.example'], email_verified: true },
    ]) {
      assert.equal(notify.tell({ ...robin, claims }, { kind: 'password.changed' }), false);
    }
    await notify.idle();
    assert.deepEqual(mailServer.mails, []);
  });

  it('lets no name break out of its line, or of its place', async (t) => {
    const evil = 'Pixel\r\nBcc: eve@evil.example\r\n\r\n<img src=x onerror=1>';
    const { mailServer, user, notify } = await begin(t, (config) => ({
      ...config,
      organisation: 'Fabri\r\nBcc: eve@evil.example',
    }));
    const robin = await user(ROBIN.id);
    notify.tell(robin, { kind: 'authenticator.added', name: evil, browser: evil, place: evil });
    notify.tell(robin, { kind: 'code', code: '482913', validForSeconds: 300, application: evil, what: evil });
    await notify.send({
      to: 'robin@fabrikam.example',
      subject: evil,
      text: 'A text.\n\nhttps://login.fabrikam.example/x',
    });
    await notify.idle();
    assert.equal(mailServer.mails.length, 3);
    for (const { to, headers, html } of mailServer.mails) {
      assert.deepEqual(to, ['robin@fabrikam.example']);
      assert.ok(!headers.some((line) => /^bcc/i.test(line)), headers.join('\n'));
      assert.doesNotMatch(html, /<img/);
    }
  });

  it('that is refused for good is counted and logged, without its address and its words', async (t) => {
    const { server, user, notify } = await begin(t, (config) => config, {
      onRcptTo: (_address, _session, done) => done(new Error('no such mailbox')),
    });
    const robin = await user(ROBIN.id);
    assert.equal(notify.tell(robin, { kind: 'code', code: '482913', validForSeconds: 300 }), true);
    await notify.idle();
    const written = server.logged.join('');
    assert.match(written, /"channel":"email","kind":"code","reason":"550, try 1"/);
    assert.doesNotMatch(written, /482913|robin@|no such mailbox/);
  });

  it('that nobody takes holds nothing up', async (t) => {
    const held: (() => void)[] = [];
    const { user, notify, mailServer } = await begin(t, (config) => config, {
      onConnect: (_session, done) => void held.push(done),
    });
    const robin = await user(ROBIN.id);
    const taken = Array.from({ length: 1100 }, () => notify.tell(robin, { kind: 'password.changed' }));
    assert.equal(taken.filter(Boolean).length, 1004, 'as many as wait and are under way');
    assert.deepEqual(mailServer.mails, []);
    for (const letGo of held) letGo();
  });

  it('says who it is to a mail server that wants to know, and is not sent when that is refused', async (t) => {
    const mailServer = await startMailServer(t, {
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'right' ? done(null, { user: username }) : done(new Error('refused')),
    });
    const smtp = { host: '127.0.0.1', port: mailServer.port, tls: 'none', timeout: 5, user: 'stile' } as const;
    const from = { name: 'Fabrikam', address: 'login@fabrikam.example' };
    const letter = { to: 'robin@fabrikam.example', subject: 'x', text: 'x', html: 'x' };
    await smtpDelivery({ ...smtp, password: 'right' }, from)(letter);
    assert.equal(mailServer.mails.length, 1);
    await assert.rejects(smtpDelivery({ ...smtp, password: 'wrong' }, from)(letter), { isTemporary: false });
    assert.equal(mailServer.mails.length, 1);
  });

  it('is not sent in the clear to a mail server that was to encrypt', async (t) => {
    const mailServer = await startMailServer(t);
    const smtp = { host: '127.0.0.1', port: mailServer.port, tls: 'starttls', timeout: 5 } as const;
    const send = smtpDelivery(smtp, { name: 'Fabrikam', address: 'login@fabrikam.example' });
    await assert.rejects(send({ to: 'robin@fabrikam.example', subject: 'x', text: '482913', html: 'x' }));
    await pause(1);
    assert.deepEqual(mailServer.mails, []);
  });
});

describe('a server that can send nothing', () => {
  it('keeps it in a mailbox, the newest first, and no more than fifty', async (t) => {
    const server = await testServer(t);
    const robin = await server.store.users.find(ROBIN.id);
    assert.ok(robin);
    for (let n = 0; n < 60; n += 1)
      server.deps.notify.tell(robin, { kind: 'authenticator.added', name: `Device ${n}` });
    server.deps.notify.phone('+4915112345623', 'sms', { kind: 'code', code: '482913' });
    const kept = server.deps.notify.mailbox?.messages() ?? [];
    assert.equal(kept.length, 50);
    assert.deepEqual([kept[0]?.channel, kept[0]?.to], ['sms', '+4915112345623']);
    assert.match(kept[1]?.text ?? '', /Device 59/);
  });
});
