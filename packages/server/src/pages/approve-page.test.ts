/** The page of a device: everything in it is words of ours, hidden until its script shows it, and usable without a mouse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvePage } from './approve-page.ts';
import { translate } from './messages.ts';

const hostile = '"><script>alert(1)</script>';

for (const locale of ['en', 'de'] as const) {
  test(`the page of approvals in ${locale}`, () => {
    const html = approvePage({ vapidKey: hostile, deviceName: hostile }, translate(locale));
    assert.match(html, new RegExp(`^<!doctype html>\\n<html lang="${locale}">`));
    assert.ok(!html.includes('<script>'));
    assert.doesNotMatch(html, /undefined|\[object|\sstyle="|\son[a-z]+="/);
    const parts = [...html.matchAll(/<section data-part="(\w+)"( hidden)?>(.*?)<\/section>/gs)];
    assert.deepEqual(
      parts.map(([, name, hidden]) => [name, hidden]),
      ['join', 'nothing', 'none', 'question'].map((name) => [name, ' hidden']),
    );
    // One heading a part, and one of them is shown at a time.
    for (const [, , , content = ''] of parts) assert.equal(content.match(/<h1>/g)?.length, 1);
    for (const [, id = ''] of html.matchAll(/<input[^>]* id="(\w+)"/g))
      assert.ok(html.includes(`<label for="${id}">`), id);
    // Enter approves, and that takes the number: a denial or a report is pressed.
    const question = parts.find(([, name]) => name === 'question')?.[3] ?? '';
    const buttons = [...question.matchAll(/<button[^>]*value="(\w+)"/g)].map(([, value]) => value);
    assert.deepEqual(buttons, ['approve', 'deny', 'report']);
    assert.match(question, /name="number"[^>]*required/);
  });
}
