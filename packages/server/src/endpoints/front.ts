import { messagesFor } from '../authorization/respond.ts';
import type { Handler } from '../deps.ts';
import { page } from '../http/responses.ts';
import { frontPage } from '../pages/front-page.ts';
import { currentSession } from '../session/current-session.ts';

/** `GET /`: says what this is, and who is signed in. */
export const front: Handler = async (request, deps) => {
  const current = await currentSession(request, deps);
  const props = { organisation: deps.config.organisation, signedInAs: current?.user.username };
  return page(frontPage(props, messagesFor(request)));
};
