import { messagesFor, problemPage } from '../authorization/respond.ts';
import type { Caller, Deps, Handler } from '../deps.ts';
import { reachOf } from '../doctor/host.ts';
import { page } from '../http/responses.ts';
import { isForTrying } from '../notify/channels.ts';
import { mailboxPage } from '../pages/mailbox-page.ts';

/** `::ffff:127.0.0.1` is 127.0.0.1 on a socket that speaks both. */
const isThisMachine = (address: string): boolean => reachOf(address.replace(/^::ffff:/i, '')) === 'loopback';

/**
 * Whether it may be shown: on somebody's own machine, to that machine alone, and under its own name. A page of a stranger whose name was made
 * to lead here asks under that name.
 */
const mayRead = (request: Request, { config }: Pick<Deps, 'config'>, { address }: Caller): boolean =>
  isForTrying(config) &&
  isThisMachine(address) &&
  reachOf(new URL(request.url).hostname) === 'loopback' &&
  request.headers.get('x-forwarded-for') === null &&
  !/^(?:cross-site|same-site)$/.test(request.headers.get('sec-fetch-site') ?? '');

/** `GET /dev/mailbox`: what would have been sent, where nothing is configured to send it. Anywhere else there is no such page. */
export const showMailbox: Handler = async (request, deps, caller) => {
  const { mailbox } = deps.notify;
  if (!mailbox || !mayRead(request, deps, caller)) return problemPage('notFound', 404, request, caller);
  return page(mailboxPage(mailbox.messages(), messagesFor(request)));
};
