/** The page of the bank: shows what fits, and does what is pressed. */
import { StepUpError } from '@stile/client';
import { isJsonObject } from '@stile/core';
import { showAccount } from './account-view.ts';
import { createBanking } from './banking.ts';
import { element } from './elements.ts';
import { messageFor } from './messages.ts';
import { inWords } from './money.ts';
import { createSteps } from './steps.ts';
import { orderFromForm, problemsIn, putBack, showProblems, typedNow } from './transfer-form.ts';

const { issuer = '', clientId = '', api = '', audience = '' } = document.body.dataset;
const steps = createSteps(sessionStorage);
const inWindow = element('in-window', HTMLInputElement);
const banking = createBanking({
  issuer,
  clientId,
  api,
  audience,
  inWindow: () => inWindow.checked,
  pageState: typedNow,
  onStep: steps.add,
});

const show = (id: string, visible: boolean): void => {
  element(id, HTMLElement).hidden = !visible;
};

const notice = (message: string | undefined): void => {
  const place = element('notice', HTMLElement);
  place.textContent = message ?? '';
  place.hidden = message === undefined;
  if (message !== undefined) place.focus();
};

const showHome = async (): Promise<void> => {
  const signedIn = banking.isSignedIn();
  if (signedIn) {
    element('person', HTMLElement).textContent = banking.personName();
    await showAccount(await banking.accounts());
  }
  show('welcome', !signedIn);
  show('home', signedIn);
  show('who', signedIn);
};

const showDone = (done: boolean): void => {
  show('transfer', !done);
  show('done', done);
  show('answer', false);
};

/** Shows how the API has answered a transfer. */
const showOutcome = async (response: Response): Promise<void> => {
  const body: unknown = await response.json();
  if (response.status === 422) return showProblems(problemsIn(body));
  if (response.status === 409) return notice('There is not enough money in your account. Nothing was sent.');
  const transfer = isJsonObject(body) && isJsonObject(body.transfer) ? body.transfer : {};
  if (response.status !== 201 || typeof transfer.amount !== 'number') {
    return notice('The bank refused the transfer. Nothing was sent.');
  }
  const sent = element('sent', HTMLElement);
  sent.textContent = `${inWords(-transfer.amount)} sent to ${String(transfer.what)}.`;
  await showHome();
  showDone(true);
  sent.focus();
};

/** Runs what a button does, once at a time, and says what went wrong. */
const whilePressed = async (id: string, work: () => Promise<void>): Promise<void> => {
  const button = element(id, HTMLButtonElement);
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  notice(undefined);
  try {
    await work();
    button.ariaBusy = null;
  } catch (error) {
    // The page is being left; the button stays busy until it is gone.
    if (error instanceof StepUpError && error.code === 'redirecting') return;
    button.ariaBusy = null;
    await showFailure(error);
  }
};

const showFailure = async (error: unknown): Promise<void> => {
  if (error instanceof StepUpError) putBack(error.appState);
  await showHome().catch(() => show('welcome', true));
  notice(messageFor(error));
};

element('sign-in', HTMLButtonElement).addEventListener('click', () => void whilePressed('sign-in', banking.signIn));
element('sign-out', HTMLButtonElement).addEventListener('click', () => {
  steps.clear();
  void whilePressed('sign-out', banking.signOut);
});
element('transfer', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const order = orderFromForm();
  if (order === undefined) return;
  void whilePressed('send', async () => {
    steps.clear();
    await showOutcome(await banking.transfer(order));
  });
});
element('again', HTMLButtonElement).addEventListener('click', () => {
  void whilePressed('again', async () => {
    const response = await banking.replay();
    element('answer-status', HTMLElement).textContent = `${response.status} ${response.statusText}`;
    element('answer-challenge', HTMLElement).textContent = response.headers.get('www-authenticate') ?? '';
    element('answer-meaning', HTMLElement).textContent =
      response.status === 401 ? 'Refused. Your balance has not changed.' : 'That should have been refused.';
    show('answer', true);
    await showHome();
  });
});
element('another', HTMLButtonElement).addEventListener('click', () => {
  showDone(false);
  steps.clear();
  element('transfer-title', HTMLElement).focus();
});
inWindow.checked = sessionStorage.getItem('fabrikam:in-window') === 'yes';
inWindow.addEventListener('change', () => {
  sessionStorage.setItem('fabrikam:in-window', inWindow.checked ? 'yes' : 'no');
});
// A page that comes back from the browser's memory can be used again.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
});

try {
  const arrival = await banking.arrive();
  // What is left of a response that was answered before: the page was loaded again.
  if (location.search !== '') history.replaceState(null, '', '/');
  if (arrival.kind === 'stepped-up') await showOutcome(arrival.response);
  else await showHome();
} catch (error) {
  await showFailure(error);
}
