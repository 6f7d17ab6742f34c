import { messagesFor } from '../authorization/respond.ts';
import type { Handler } from '../deps.ts';
import { queryParameters } from '../http/body.ts';
import { page, seeOther } from '../http/responses.ts';
import { cannotPage } from '../pages/account/cannot-page.ts';
import { currentSession } from '../session/current-session.ts';
import { accountApplication, field } from './open.ts';
import { isPlace } from './place.ts';

/**
 * `GET /account/signed-in`: the way back from the authorization endpoint. It leads to a page of the account and nowhere else. After a
 * refusal it never leads back to where the same would be asked again.
 */
export const signedIn: Handler = async (request, deps) => {
  const parameters = queryParameters(request);
  const place = field(parameters, 'state') ?? '';
  if (!parameters.has('error')) return seeOther(isPlace(place) ? place : '/account');
  const current = await currentSession(request, deps);
  const error = field(parameters, 'error');
  if (current && error === 'access_denied') return seeOther('/account');
  const why = current ? 'no-proof' : 'signed-out';
  return page(cannotPage({ application: accountApplication(deps), why }, messagesFor(request)), current ? 403 : 200);
};
