import assert from 'node:assert/strict';
import test from 'node:test';
import type { LoginPageProps } from './login-page.ts';
import { loginPage } from './login-page.ts';
import { translate } from './messages.ts';

const t = translate('en');
const props: LoginPageProps = { application: { name: 'Fabrikam' }, action: '/login', csrf: 'c' };

const input = (page: string, name: string): string =>
  new RegExp(`<input[^>]* name="${name}"[^>]*>`, 'u').exec(page)?.[0] ?? '';

test('password managers find both fields', () => {
  const page = loginPage(props, t);
  assert.match(input(page, 'username'), /autocomplete="username"/u);
  assert.match(input(page, 'password'), /type="password"[^>]* autocomplete="current-password"/u);
});

test('the first empty field has the focus', () => {
  assert.match(input(loginPage(props, t), 'username'), /autofocus/u);
  const hinted = loginPage({ ...props, loginHint: 'robin' }, t);
  assert.match(input(hinted, 'username'), /value="robin"/u);
  assert.match(input(hinted, 'password'), /autofocus/u);
});

test('T10: a known person cannot be exchanged: the name is shown, not sent, and somebody else has a button', () => {
  const page = loginPage({ ...props, signedInAs: 'robin@fabrikam.example' }, t);
  assert.equal(input(page, 'username'), '');
  assert.match(
    page,
    /<input class="unseen" type="text" autocomplete="username" value="robin@fabrikam\.example" readonly/u,
  );
  assert.match(page, /name="other"/u);
  assert.match(input(page, 'password'), /autofocus/u);
});

test('an error of the pair marks both fields and blames neither', () => {
  const page = loginPage({ ...props, loginHint: 'robin', error: { message: t.errors.wrongPassword } }, t);
  for (const field of ['username', 'password']) {
    assert.match(input(page, field), /aria-describedby="alert" aria-invalid="true"/u);
  }
  assert.match(input(page, 'username'), /value="robin"/u, 'what was typed is kept');
});

test('an error of one field stands beside it', () => {
  const page = loginPage({ ...props, error: { field: 'password', message: t.errors.passwordMissing } }, t);
  assert.match(input(page, 'password'), /aria-describedby="password-error" aria-invalid="true"[^>]* autofocus/u);
  assert.doesNotMatch(input(page, 'username'), /aria-invalid/u);
});
