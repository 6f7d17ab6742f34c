import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { openTab } from '../testing/page.ts';
import { openPopup, popupResponse } from './popup.ts';

const ORIGIN = 'https://login.example';

it('of all the messages that a page gets, the first response of its own popup counts, and only texts of it', async () => {
  const response = nearlyRecord({ code: fc.constant('c'), state: fc.constant('s'), iss: fc.constant('i') });
  const data = fc.oneof(nearlyRecord({ type: fc.constantFrom('authorization_response', 'other'), response }), anyJson);
  const message = fc.record({
    data,
    isOurs: fc.boolean(),
    origin: fc.constantFrom(ORIGIN, 'https://evil.example', 'null'),
  });
  await fuzzAsync(
    fc.asyncProperty(fc.array(message, { maxLength: 4 }), async (messages) => {
      const page = openTab(() => Promise.reject(new Error('Nothing is fetched.'))).load('https://app.example/');
      const popup = openPopup(page);
      const stop = new AbortController();
      const waiting = popupResponse(page, popup, { origin: ORIGIN, timeoutSeconds: 60, signal: stop.signal });
      for (const { data: sent, isOurs, origin } of messages) {
        page.receive({ data: sent, origin, source: isOurs ? popup : {} });
      }
      page.receive({
        data: { type: 'authorization_response', response: { last: 'yes' } },
        origin: ORIGIN,
        source: popup,
      });
      const read = await waiting;
      stop.abort();
      assert.equal(page.listeners.size, 0);
      if (read.get('last') === 'yes') return;
      const texts = Object.fromEntries(read);
      const meant = messages.some(({ data: sent, isOurs, origin }) => {
        const members = Object.entries(new Map(Object.entries(Object(sent))).get('response') ?? {});
        const own = Object.fromEntries(members.filter(([, value]) => typeof value === 'string'));
        return (
          isOurs &&
          origin === ORIGIN &&
          JSON.stringify(Object.fromEntries(new URLSearchParams(own))) === JSON.stringify(texts)
        );
      });
      assert.ok(meant, JSON.stringify(texts));
    }),
  );
});
