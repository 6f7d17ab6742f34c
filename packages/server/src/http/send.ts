import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { TextResponse } from './text-response.ts';

/** The whole text of a response; nothing for one that has a stream. */
const wholeTextOf = (response: Response): string | undefined => {
  if (response instanceof TextResponse) return response.unread;
  return response.body === null ? '' : undefined;
};

const headersOf = ({ headers }: Response): OutgoingHttpHeaders => {
  const cookies = headers.getSetCookie();
  const written: OutgoingHttpHeaders = Object.fromEntries(headers);
  return cookies.length > 0 ? { ...written, 'set-cookie': cookies } : written;
};

/** RFC 9110, section 8.6: these have no content, and the length of an answer to HEAD is not known here. */
const tellsLength = (status: number, method: string | undefined): boolean =>
  status >= 200 && status !== 204 && status !== 304 && method !== 'HEAD';

/**
 * Sends a response whose text is known, in one piece.
 *
 * @returns false when it has a stream, and nothing was sent
 */
export const sendWhole = (response: Response, outgoing: ServerResponse): boolean => {
  const text = wholeTextOf(response);
  if (text === undefined) return false;
  const { status } = response;
  const length = tellsLength(status, outgoing.req.method) ? { 'content-length': Buffer.byteLength(text) } : {};
  outgoing.writeHead(status, { ...headersOf(response), ...length }).end(text);
  return true;
};
