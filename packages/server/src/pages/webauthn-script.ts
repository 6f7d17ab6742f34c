/**
 * Asks the browser for a passkey and sends its answer with the form of the page. A string because browsers, not Node, run it.
 *
 * The page has one hidden field `credential` with what is to be done (`data-passkey`: `create`, `get`, or `login`, where the browser may
 * also offer passkeys beside the username), the options for it, and the sentences for when it does not work.
 */
export const webauthnScript = `'use strict';
(() => {
  const field = document.querySelector('input[data-passkey]');
  if (!field) return;
  const { form } = field;
  const { passkey: act, options, stopped, already, unsupported } = field.dataset;
  const problem = document.querySelector('[data-passkey-problem]');
  const button = act === 'login' ? form.querySelector('[data-passkey-button]') : form.querySelector('button.main');
  const Credential = window.PublicKeyCredential;

  const say = (words) => {
    problem.hidden = words === undefined;
    // What is an alert from the start is not read out.
    problem.setAttribute('role', 'alert');
    problem.querySelector('p').textContent = words ?? '';
  };
  if (!Credential || !navigator.credentials) {
    if (act !== 'login') say(unsupported);
    return;
  }
  button.hidden = false;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
      .replace(/\\+/g, '-')
      .replace(/\\//g, '_')
      .replace(/=+$/, '');
  const named = (credentials) => credentials.map((one) => ({ ...one, id: bytes(one.id) }));

  // Browsers that do not read and write JSON themselves yet.
  const readCreation = (json) =>
    Credential.parseCreationOptionsFromJSON?.(json) ?? {
      ...json,
      challenge: bytes(json.challenge),
      user: { ...json.user, id: bytes(json.user.id) },
      excludeCredentials: named(json.excludeCredentials),
    };
  const readRequest = (json) =>
    Credential.parseRequestOptionsFromJSON?.(json) ?? {
      ...json,
      challenge: bytes(json.challenge),
      allowCredentials: named(json.allowCredentials),
    };
  const written = (credential) => {
    const { response } = credential;
    const parts = { clientDataJSON: text(response.clientDataJSON) };
    if (act === 'create') {
      parts.attestationObject = text(response.attestationObject);
      parts.transports = response.getTransports?.() ?? [];
    } else {
      parts.authenticatorData = text(response.authenticatorData);
      parts.signature = text(response.signature);
      if (response.userHandle) parts.userHandle = text(response.userHandle);
    }
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      response: parts,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  };
  const asJson = (credential) => {
    try {
      return JSON.stringify(credential);
    } catch {
      // A password manager's own object may not be what it says it is.
      return JSON.stringify(written(credential));
    }
  };
  const serialised = (credential) => {
    const json = typeof credential.toJSON === 'function' ? asJson(credential) : JSON.stringify(written(credential));
    return JSON.parse(json).response ? json : JSON.stringify(written(credential));
  };

  const ask = (more) => {
    const json = JSON.parse(options);
    return act === 'create'
      ? navigator.credentials.create({ publicKey: readCreation(json), ...more })
      : navigator.credentials.get({ publicKey: readRequest(json), ...more });
  };

  let listening;
  let asking = false;
  const send = (credential) => {
    field.value = serialised(credential);
    form.requestSubmit(button);
  };

  // A choice beside the username, without any press: it waits for as long as the page is open.
  const listen = async () => {
    if (act !== 'login' || !(await Credential.isConditionalMediationAvailable?.())) return;
    if (asking) return;
    listening = new AbortController();
    try {
      send(await ask({ mediation: 'conditional', signal: listening.signal }));
    } catch {
      // It was called off, or the browser would rather not.
    }
  };

  form.addEventListener(
    'submit',
    async (event) => {
      const isOurs = act === 'login' ? event.submitter === button : !event.submitter?.name;
      if (!isOurs || field.value !== '') return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (asking) return;
      asking = true;
      listening?.abort();
      say(undefined);
      try {
        send(await ask({}));
      } catch (error) {
        asking = false;
        say(error.name === 'InvalidStateError' && already ? already : stopped);
        button.focus();
        listen();
      }
    },
    { capture: true },
  );
  // A page that comes back from the browser's memory asks anew.
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    field.value = '';
    asking = false;
    listen();
  });
  listen();
})();
`;

/** Tells the server, with the form of a page that asks for a code, that this device has passkeys: only then is one offered. */
export const passkeyOfferScript = `'use strict';
(async () => {
  const form = document.getElementById('answer');
  if (!form || !(await window.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable?.())) return;
  const field = document.createElement('input');
  Object.assign(field, { type: 'hidden', name: 'passkeys', value: '1' });
  form.append(field);
})();
`;
