/** Somebody who is signed in at the server, and what can be seen of it from outside. */
import type { AuthorizationServer } from '../authorization-server.ts';
import { answerIn, authorizationUrl } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { formAction, hiddenFields, UserAgent } from '../user-agent.ts';

/** A browser in which somebody has just signed in with their password. */
export const signedIn = async (server: AuthorizationServer, username: string): Promise<UserAgent> => {
  const agent = new UserAgent(server.issuer);
  await agent.authorize(authorizationUrl(server), server.person(username));
  return agent;
};

/** Whether a request that may show no page gets a code, and so what the session of that browser is worth. */
export const getsCode = async (
  server: AuthorizationServer,
  agent: UserAgent,
  changes: Parameters<typeof authorizationUrl>[1] = {},
): Promise<boolean> => 'code' in answerIn(await agent.open(authorizationUrl(server, { prompt: 'none', ...changes })));

/** Sends what the form of a page would, with changes, and follows nothing: `undefined` leaves a field out. */
export const sendForm = (
  agent: UserAgent,
  page: Page,
  changes: Readonly<Record<string, string | undefined>>,
): Promise<Response> => {
  const fields = Object.entries({ ...hiddenFields(page), ...changes }).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return agent.send(new URL(formAction(page), page.url), { method: 'POST', body: new URLSearchParams(fields) });
};
