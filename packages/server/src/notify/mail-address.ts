/** Addresses of mail, as they may go into an envelope and a header, and as little of them as somebody needs who knows them. */

/** Of what RFC 5321 (section 4.1.2) allows, what people have: no quoted names, no literals, nothing that could end a line or begin another address. */
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

const LONGEST = 254;
const LONGEST_NAME = 64;

/** A name of a domain in ASCII and lower case; nothing when there is no such name. */
const domainInAscii = (domain: string): string | undefined => {
  // A URL would read more than a name out of these.
  if (/[\s/?#@:%[\]\\<>^|]/u.test(domain)) return undefined;
  const url = `http://${domain}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
};

/** Reads one address, as people type it: its domain becomes ASCII in lower case. Nothing when it is none, or more than one. */
export const parseMailAddress = (typed: string): string | undefined => {
  const text = typed.trim();
  if (text.length > LONGEST) return undefined;
  const at = text.lastIndexOf('@');
  if (at < 1 || at > LONGEST_NAME) return undefined;
  const domain = domainInAscii(text.slice(at + 1));
  const address = `${text.slice(0, at)}@${domain ?? ''}`;
  return address.length <= LONGEST && ADDRESS.test(address) ? address : undefined;
};

/** `e…@example.com`: who knows the address recognises it. */
export const maskedMailAddress = (address: string): string => {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, Math.min(1, at))}…${address.slice(at)}`;
};
