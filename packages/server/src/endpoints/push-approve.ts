/** The pages of an approving device: the same for everybody, for whose it is only its key knows. */
import { messagesFor } from '../authorization/respond.ts';
import type { Handler } from '../deps.ts';
import { json, page } from '../http/responses.ts';
import { TextResponse } from '../http/text-response.ts';
import { approvePage } from '../pages/approve-page.ts';
import { addresses } from '../pages/assets.ts';
import { serviceWorkerScript } from '../pages/service-worker.ts';
import { browserName } from '../push/place.ts';
import { vapidKeys } from '../push/vapid.ts';

/** `GET /approve` */
export const showApprovals: Handler = async (request, deps) => {
  const t = messagesFor(request);
  const deviceName = browserName(request.headers.get('user-agent') ?? '') || t.push.enrol.deviceName;
  const { publicKey } = await vapidKeys(deps.store.keys);
  return page(approvePage({ vapidKey: publicKey, deviceName }, t));
};

/** `GET /approve/worker.js`. Browsers look for a new one themselves, and nothing may keep an old one. */
export const serviceWorker: Handler = async () =>
  new TextResponse(serviceWorkerScript, {
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'service-worker-allowed': '/approve',
    },
  });

/** `GET /approve/manifest.json`: lets the page be put on the home screen (W3C Web Application Manifest). */
export const manifest: Handler = async (request, deps) => {
  const title = messagesFor(request).push.approve.title;
  return json(
    {
      name: `${title} · ${deps.config.organisation}`,
      short_name: title,
      id: '/approve',
      start_url: '/approve',
      scope: '/approve',
      display: 'standalone',
      icons: [{ src: addresses.icon, sizes: 'any', type: 'image/svg+xml' }],
    },
    200,
    { 'content-type': 'application/manifest+json' },
  );
};
