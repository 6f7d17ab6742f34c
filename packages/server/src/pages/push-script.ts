/**
 * The scripts of push approval. A device's key is made in the browser, cannot be taken out of it, and is kept in its database; what it
 * signs is what `push/device-message.ts` verifies.
 */

/** On pages that wait for an answer given elsewhere: looks for it, and goes on when it is there. */
export const pushWaitScript = `'use strict';
(() => {
  const box = document.querySelector('[data-waits]');
  if (!box) return;
  const form = box.closest('form');
  const found = form.querySelector('[data-found]');
  const goOn = (device) => {
    const button = form.querySelector('button.main');
    if (!found) return form.requestSubmit(button);
    // Which device will approve from now on is for its owner to see, and to say.
    found.textContent = found.dataset.found.replace('{device}', () => device);
    found.hidden = false;
    button.focus();
  };
  const look = async () => {
    try {
      const response = await fetch(box.dataset.waits, { cache: 'no-store' });
      const { state, device } = response.ok ? await response.json() : {};
      if (state === 'answered') return goOn(device ?? '');
      // What is shown is over, and the address of the page asks for it anew.
      if (state === 'gone') return found ? undefined : location.replace(location.href);
    } catch {
      // The network comes back, or the question ends.
    }
    setTimeout(look, 2000);
  };
  look();
})();
`;

/** A device: its key, what it signs, where it can be called. */
const deviceScript = `'use strict';
const stileDevice = (() => {
  const bytes = (text) => new TextEncoder().encode(text);
  const base64url = (data) =>
    btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const encode = (value) => base64url(bytes(JSON.stringify(value)));
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const inStore = async (mode, work) => {
    const opening = indexedDB.open('stile-approvals', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('devices', { keyPath: 'kid' });
    const database = await done(opening);
    try {
      return await done(work(database.transaction('devices', mode).objectStore('devices')));
    } finally {
      database.close();
    }
  };
  const make = async () => {
    const curve = { name: 'ECDSA', namedCurve: 'P-256' };
    const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, false, ['sign', 'verify']);
    const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
    const thumbprint = await crypto.subtle.digest('SHA-256', bytes(JSON.stringify({ crv, kty, x, y })));
    return { kid: base64url(thumbprint), jwk: { kty, crv, x, y }, privateKey };
  };
  const sign = async (device, type, claims) => {
    const named = type === 'registration' ? { jwk: device.jwk } : { kid: device.kid };
    const header = { alg: 'ES256', typ: 'stile-push-' + type + '+jwt', ...named };
    const input = encode(header) + '.' + encode({ aud: location.origin + '/', ...claims });
    const how = { name: 'ECDSA', hash: 'SHA-256' };
    return input + '.' + base64url(await crypto.subtle.sign(how, device.privateKey, bytes(input)));
  };
  const post = async (path, message) => {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'omit',
      body: JSON.stringify({ message }),
    });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  };
  const active = (registration) =>
    new Promise((resolve) => {
      const worker = registration.installing ?? registration.waiting ?? registration.active;
      const look = () => worker.state === 'activated' && resolve();
      worker.addEventListener('statechange', look);
      look();
    });
  const within = (milliseconds, promise) =>
    Promise.race([promise, new Promise((resolve) => setTimeout(resolve, milliseconds))]);
  // Where this device can be called, if its owner allows it and its push service is there; it works without.
  const subscription = async (vapid) => {
    try {
      if (!('serviceWorker' in navigator) || !('PushManager' in window) || Notification.permission !== 'granted') return;
      const registration = await navigator.serviceWorker.register('/approve/worker.js', { scope: '/approve' });
      await within(5000, active(registration));
      const key = Uint8Array.from(atob(vapid.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
      const former = await registration.pushManager.getSubscription();
      if (former && base64url(former.options.applicationServerKey) === vapid) return former.toJSON();
      await former?.unsubscribe();
      const options = { userVisibleOnly: true, applicationServerKey: key };
      return (await within(5000, registration.pushManager.subscribe(options)))?.toJSON();
    } catch {
      return;
    }
  };
  // Whoever leaves the browser's question open is not kept waiting; what they say later counts when the page is next opened.
  const askToNotify = async () => {
    try {
      await within(20000, Notification.requestPermission());
    } catch {
      // A browser without notifications.
    }
  };
  return {
    make,
    sign,
    post,
    subscription,
    askToNotify,
    works: Boolean(window.indexedDB && window.crypto?.subtle),
    keep: (device) => inStore('readwrite', (store) => store.put(device)),
    all: () => inStore('readonly', (store) => store.getAll()),
  };
})();
`;

/** On the page of enrolment: this very browser becomes the device. */
export const pushEnrolScript = `${deviceScript}
(() => {
  const here = document.querySelector('[data-here][data-code]');
  if (!here || !stileDevice.works) return;
  const form = here.closest('form');
  for (const each of form.querySelectorAll('[data-here]')) each.hidden = false;
  here.querySelector('button').addEventListener('click', async (event) => {
    event.currentTarget.disabled = true;
    await stileDevice.askToNotify();
    const device = await stileDevice.make();
    const subscription = await stileDevice.subscription(here.dataset.vapid);
    const claims = { code: here.dataset.code, name: here.dataset.name ?? '', subscription };
    form.elements.registration.value = await stileDevice.sign(device, 'registration', claims);
    await stileDevice.keep(device);
    form.requestSubmit(form.querySelector('button.main'));
  });
})();
${pushWaitScript.replace("'use strict';\n", '')}`;

/** On the page of approvals: connects the device, asks what it is being asked, shows it, answers. */
export const approveScript = `${deviceScript}
(async () => {
  const box = document.querySelector('[data-approvals]');
  const words = document.querySelector('[data-words]').dataset;
  const outcome = document.querySelector('[data-outcome]');
  const { vapid } = box.dataset;
  const show = (name) => {
    for (const part of box.querySelectorAll('[data-part]')) part.hidden = part.dataset.part !== name;
  };
  const say = (text) => {
    outcome.querySelector('p').textContent = text;
    outcome.hidden = text === '';
  };
  if (!stileDevice.works) return show('none');
  const manifest = document.createElement('link');
  manifest.rel = 'manifest';
  manifest.href = '/approve/manifest.json';
  document.head.append(manifest);

  let subscription;
  let asked;
  let offset = 0;
  let asking = false;
  const notifications = box.querySelector('[data-notifications]');
  const mayAsk = () => 'Notification' in window && 'PushManager' in window && Notification.permission === 'default';
  notifications.querySelector('button').addEventListener('click', async () => {
    await stileDevice.askToNotify();
    notifications.hidden = !mayAsk();
    subscription = await stileDevice.subscription(vapid);
  });

  const code = /^#enrol=([\\w.-]+)$/.exec(location.hash)?.[1];
  const joining = box.querySelector('[data-join]');
  joining.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = joining.querySelector('button');
    if (button.disabled) return;
    button.disabled = true;
    await stileDevice.askToNotify();
    const device = await stileDevice.make();
    subscription = await stileDevice.subscription(vapid);
    const claims = { code, name: joining.elements.name.value, subscription };
    try {
      const { status } = await stileDevice.post('/push/enrol', await stileDevice.sign(device, 'registration', claims));
      if (status !== 200) throw new Error('refused');
      await stileDevice.keep(device);
      // The address works once; a reload shows what this device is asked.
      history.replaceState(null, '', location.pathname);
      say(words.joined);
      show('nothing');
      await begin();
    } catch {
      button.disabled = false;
      say(words.joinFailed);
    }
  });

  const poll = async (device) => {
    const iat = Math.floor(Date.now() / 1000) + offset;
    const claims = { iat, jti: crypto.randomUUID(), subscription };
    const { status, body } = await stileDevice.post('/push/poll', await stileDevice.sign(device, 'poll', claims));
    if (body.error === 'clock') offset += body.server_time - iat;
    return status === 200 ? { ...body, device } : undefined;
  };

  const display = ({ question, device, account, server_time: now }) => {
    asked = { question, device };
    const facts = { ...question, account };
    for (const place of box.querySelectorAll('[data-fact]')) {
      const text = facts[place.dataset.fact];
      if (place.dataset.fact !== 'when') place.textContent = text ?? '';
      place.closest('div').hidden = place.dataset.fact !== 'when' && !text;
    }
    const seconds = now - question.asked_at;
    box.querySelector('[data-fact=when]').textContent =
      seconds < 5 ? answering.dataset.now : answering.dataset.ago.replace('{n}', seconds);
    answering.reset();
    say('');
    show('question');
    answering.elements.number.focus();
  };

  const answering = box.querySelector('[data-answer]');
  answering.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!asked || asking) return;
    asking = true;
    const decision = event.submitter?.value ?? 'approve';
    const { question, device } = asked;
    const number = decision === 'approve' ? answering.elements.number.value.trim() : undefined;
    const claims = { ceremony: question.ceremony, decision, exp: question.answer_by, number };
    try {
      const message = await stileDevice.sign(device, 'answer', claims);
      const { status, body } = await stileDevice.post('/push/answer', message);
      if (status === 200 || status === 410) {
        asked = undefined;
        show('nothing');
        say(words[status === 200 ? body.decision : 'gone']);
      } else say(words.failed);
    } catch {
      say(words.failed);
    }
    asking = false;
  });

  const look = async () => {
    try {
      const answers = await Promise.all((await stileDevice.all()).map(poll));
      const known = answers.filter((answer) => answer !== undefined);
      const questions = known.flatMap((answer) => answer.questions.map((question) => ({ ...answer, question })));
      const same = questions.some(({ question }) => question.ceremony === asked?.question.ceremony);
      if (asked && !same && !asking) {
        asked = undefined;
        show('nothing');
        say(words.gone);
      }
      if (!asked && !asking && questions.length > 0) display(questions[0]);
    } catch {
      // The network comes back.
    }
  };
  const begin = async () => {
    notifications.hidden = !mayAsk();
    navigator.serviceWorker?.addEventListener('message', look);
    addEventListener('visibilitychange', () => document.hidden || look());
    for (;;) {
      if (!document.hidden) await look();
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
  };

  if (code) return show('join');
  if ((await stileDevice.all()).length === 0) return show('none');
  show('nothing');
  subscription = await stileDevice.subscription(vapid);
  await begin();
})();
`;
