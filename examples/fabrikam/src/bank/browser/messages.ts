import { StepUpError } from '@stile/client';

/** What to tell the person about a call that failed. */
export const messageFor = (error: unknown): string => {
  // Not answered: whether the call arrived is unknown, and the client does not send it twice.
  if (!(error instanceof StepUpError)) return 'The bank did not answer. Look at your movements before you try again.';
  return `${reasonOf(error)} Nothing was sent.`;
};

const reasonOf = ({ code, oauthError }: StepUpError): string => {
  switch (code) {
    case 'popup_blocked':
      return 'Your browser blocked the window. Allow it, or switch the window off.';
    case 'popup_closed':
      return 'You closed the window.';
    case 'popup_timed_out':
      return 'The window waited too long.';
    case 'different_user':
      return 'Somebody else gave the second proof.';
    case 'login_required':
      return 'You have been signed out.';
    case 'too_many_step_ups':
      return 'You were asked too often. Wait a minute, then try again.';
    case 'authorization_refused':
      return refusalOf(oauthError);
    default:
      return 'That did not work. Try again.';
  }
};

const refusalOf = (oauthError: string | undefined): string => {
  switch (oauthError) {
    case 'access_denied':
      return 'You cancelled.';
    case 'unmet_authentication_requirements':
      return 'You have no second proof yet.';
    case 'login_required':
      return 'Somebody else signed in.';
    default:
      return 'The sign-in server refused. Try again.';
  }
};

/** A field problem of the accounts API, in words. */
export const problemInWords = (problem: unknown): string => {
  switch (problem) {
    case 'missing':
      return 'Fill this in.';
    case 'too_long':
      return 'This is too long.';
    case 'not_an_iban':
      return 'This is not an IBAN. Check each character.';
    case 'out_of_range':
      return 'Type an amount from 0.01 to 100,000.';
    default:
      return 'Type an amount such as 25.00.';
  }
};
