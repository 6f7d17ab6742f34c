import { push as german } from './words/de/push.ts';
import { push as english } from './words/en/push.ts';

const words = JSON.stringify({ en: english.notice, de: german.notice });

/**
 * Runs when a device is called although no page of it is open: says that there is a question. It knows nothing of the question; the
 * page fetches it with the device's key.
 */
export const serviceWorkerScript = `'use strict';
const words = ${words};
const { title, body } = words[navigator.language.slice(0, 2).toLowerCase()] ?? words.en;
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
const pages = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true });
self.addEventListener('push', (event) => {
  const call = async () => {
    for (const page of await pages()) page.postMessage('question');
    await self.registration.showNotification(title, { body, tag: 'question', renotify: true, requireInteraction: true });
  };
  event.waitUntil(call());
});
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const open = async () => {
    const page = (await pages()).find(({ url }) => new URL(url).pathname === '/approve');
    await (page ? page.focus() : self.clients.openWindow('/approve'));
  };
  event.waitUntil(open());
});
`;
