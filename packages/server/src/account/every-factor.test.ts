/** Every factor that the server has, whatever its kind, can be added on the pages and through the API: neither knows any by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enrollableFactors } from '../authenticator/enrolment.ts';
import { proven } from '../testing/account.ts';
import { formPost, hiddenFields } from '../testing/browser.ts';
import { testServer } from '../testing/test-server.ts';

test('every factor is offered, asks what it has to, and begins or says in words why it cannot', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const factors = enrollableFactors(server.deps);
  assert.ok(factors.length >= 3);
  for (const { name, enrolment } of factors) {
    const choices = await browser.go('/account/add');
    assert.match(choices.html, new RegExp(`value="${name}"`));
    const page = await browser.submit(choices, { factor: name });
    assert.equal(page.status, 200, name);
    const isAsking = /name="asked"/.test(page.html);
    assert.equal(isAsking, enrolment.asks !== undefined, name);
    if (!isAsking) {
      assert.equal(page.url, '/account/enrol', name);
      assert.match(hiddenFields(page).ceremony ?? '', /^cer_/, name);
      // Nothing was answered: it is said so, and nothing is enrolled.
      const before = (await server.store.authenticators.ofUser('user_robin')).length;
      if (enrolment.renews === true) continue;
      const slip = await browser.submit(page, { code: '', credential: '' });
      assert.ok(slip.status === 400 || slip.status === 429, `${name}: ${slip.status}`);
      assert.equal((await server.store.authenticators.ofUser('user_robin')).length, before, name);
    } else {
      const empty = await browser.submit(page, { asked: '1' });
      assert.ok([400, 429].includes(empty.status), `${name}: ${empty.status}`);
    }
  }
});

test('a factor that is none, or that nobody can enrol, begins nothing', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const { csrf = '' } = hiddenFields(await browser.go('/account/add'));
  for (const factor of ['password', 'unknown', '__proto__', '']) {
    const answer = await browser.send('/account/add', formPost({ csrf, factor }));
    assert.equal(answer.headers.get('location'), '/account/add', factor);
  }
  assert.equal((await browser.go('/account/enrol')).url, '/account/add');
});
