import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSessions, rememberSignIn, takeSignIn } from './sessions.ts';

const signIn = { codeVerifier: 'verifier', nonce: 'nonce', returnTo: '/customers', proof: undefined };

describe('the sessions of the intranet', () => {
  it('go on under a new name after a sign-in; the old one opens nothing', () => {
    const sessions = createSessions();
    const before = sessions.begin();
    rememberSignIn(before, 'state', signIn);
    const after = sessions.renew(before);
    assert.equal(sessions.find(before.id), undefined);
    assert.equal(sessions.find(after.id), after);
    assert.equal(takeSignIn(after, 'state'), signIn);
  });

  it('give each sign-in out once, to its own state', () => {
    const session = createSessions().begin();
    rememberSignIn(session, 'one', signIn);
    assert.equal(takeSignIn(session, 'two'), undefined);
    assert.equal(takeSignIn(session, null), undefined);
    assert.equal(takeSignIn(session, 'one'), signIn);
    assert.equal(takeSignIn(session, 'one'), undefined);
  });

  it('remember a few sign-ins at once, not any number', () => {
    const session = createSessions().begin();
    for (let i = 0; i < 20; i += 1) rememberSignIn(session, String(i), signIn);
    assert.equal(session.signIns.size, 8);
    assert.equal(takeSignIn(session, '19'), signIn);
  });

  it('end after eight hours, or when the person signs out', () => {
    let now = 0;
    const sessions = createSessions(() => now);
    const [one, other] = [sessions.begin(), sessions.begin()];
    sessions.end(one);
    assert.equal(sessions.find(one.id), undefined);
    now = 8 * 3_600_000;
    assert.equal(sessions.find(other.id), undefined);
    assert.equal(sessions.find(undefined), undefined);
  });
});
