/**
 * The scripts of the pages. Every page works without them: they only spare a second press and a stray space.
 * They are strings because browsers, not Node, run them; each is served as a file, so that no page needs inline code.
 */

/** A pressed button says so and cannot be pressed twice; pasted codes lose their spaces; passwords can be shown. */
export const pageScript = `'use strict';
(() => {
  const busy = new Map();
  for (const form of document.forms) {
    form.addEventListener('submit', (event) => {
      if (busy.has(form)) return event.preventDefault();
      const button = event.submitter;
      busy.set(form, { button, words: button?.textContent });
      // The button is not disabled: a disabled button would not send its name.
      if (button?.dataset.busy) {
        button.setAttribute('aria-busy', 'true');
        button.textContent = button.dataset.busy;
      }
    });
  }
  // A page that comes back from the browser's memory can be used again.
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    for (const { button, words } of busy.values()) {
      if (!button?.dataset.busy) continue;
      button.removeAttribute('aria-busy');
      button.textContent = words;
    }
    busy.clear();
  });
  for (const input of document.querySelectorAll('[data-code]')) {
    input.addEventListener('input', () => {
      const code = input.value.replace(/\\s+/g, '');
      if (code !== input.value) input.value = code;
    });
  }
  for (const box of document.querySelectorAll('[data-reveals]')) {
    const input = document.getElementById(box.dataset.reveals);
    box.closest('label').hidden = false;
    box.addEventListener('change', () => {
      input.type = box.checked ? 'text' : 'password';
    });
    // Browsers offer to keep only what leaves a password field.
    input.form.addEventListener('submit', () => {
      input.type = 'password';
    });
  }
  for (const tools of document.querySelectorAll('[data-tools]')) tools.hidden = false;
  for (const button of document.querySelectorAll('[data-copies]')) {
    button.addEventListener('click', async () => {
      const items = document.getElementById(button.dataset.copies).children;
      await navigator.clipboard.writeText([...items].map((item) => item.textContent.trim()).join('\\n'));
      button.textContent = button.dataset.done;
    });
  }
  for (const button of document.querySelectorAll('[data-downloads]')) {
    button.addEventListener('click', () => {
      const items = document.getElementById(button.dataset.downloads).children;
      const text = [...items].map((item) => item.textContent.trim()).join('\\r\\n') + '\\r\\n';
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
      link.download = button.dataset.file;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }
  for (const button of document.querySelectorAll('[data-prints]')) button.addEventListener('click', () => print());
})();
`;

/** Sends the form of the form post response mode on its way; its button remains for those without scripts. */
export const formPostScript = `'use strict';
// Not form.submit(): a field of that name would stand in its way.
HTMLFormElement.prototype.submit.call(document.getElementById('answer'));
`;

/** Hands the authorization response to the window that asked, and to no other origin. */
export const webMessageScript = `'use strict';
(() => {
  const { targetOrigin, response } = document.getElementById('response').dataset;
  const asker = window.parent === window ? window.opener : window.parent;
  asker?.postMessage({ type: 'authorization_response', response: JSON.parse(response) }, targetOrigin);
})();
`;
