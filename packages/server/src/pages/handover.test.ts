import assert from 'node:assert/strict';
import test from 'node:test';
import { formPostPage } from './form-post-page.ts';
import { translate } from './messages.ts';
import { webMessagePage } from './web-message-page.ts';

const t = translate('en');
const application = { name: 'Fabrikam' };
const response = { code: 'a"b<c', state: "</script><script>alert('1')</script>" };

const decoded = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

test('a form post carries exactly the response, to exactly the redirect URI', () => {
  const page = formPostPage({ application, redirectUri: 'https://app.example/cb?a=1&b=2', response }, t);
  assert.match(page, /<form id="answer" method="post" action="https:\/\/app\.example\/cb\?a=1&amp;b=2">/u);
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/gu)];
  assert.deepEqual(Object.fromEntries(fields.map(([, name = '', value = '']) => [name, decoded(value)])), response);
  assert.match(page, /src="\/assets\/form-post\.js/u);
});

test('a form is posted to web addresses only', () => {
  for (const redirectUri of ['javascript:alert(1)', 'data:text/html,x', 'com.fabrikam.app:/cb', '/relative']) {
    assert.throws(() => formPostPage({ application, redirectUri, response }, t), TypeError, redirectUri);
  }
});

test('a web message carries exactly the response, to exactly one origin', () => {
  const page = webMessagePage({ application, targetOrigin: 'https://app.example', response }, t);
  const [, target, data] = /data-target-origin="([^"]*)" data-response="([^"]*)"/u.exec(page) ?? [];
  assert.equal(target, 'https://app.example');
  assert.deepEqual(JSON.parse(decoded(data ?? '')), response);
});

test('a web message goes nowhere but to an exact origin', () => {
  const wrong = [
    '*',
    '/',
    'null',
    '',
    'https://app.example/',
    'https://app.example/cb',
    'https://App.example',
    'data:,x',
  ];
  for (const targetOrigin of wrong) {
    assert.throws(() => webMessagePage({ application, targetOrigin, response }, t), TypeError, targetOrigin);
  }
});
