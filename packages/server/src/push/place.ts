/** Where a question comes from, in words that help to recognise it and give nobody's home away. */
import { isIPv4, isIPv6 } from 'node:net';

/** The network of an address: the first three numbers of four (IPv4), the first 48 bits (IPv6). */
export const networkAround = (address: string): string => {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.*`;
  if (!isIPv6(address)) return '';
  const mapped = /^::ffff:((?:\d{1,3}\.){3}\d{1,3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return networkAround(mapped);
  // A URL writes each address in one way alone.
  const [front = ''] = new URL(`http://[${address.split('%', 1)[0]}]/`).hostname.slice(1, -1).split('::');
  const parts = front.split(':').filter((part) => part !== '');
  return `${[0, 1, 2].map((index) => parts[index] ?? '0').join(':')}:*`;
};

/** What a browser calls itself is longer than that only if it is none. */
const LONGEST_USER_AGENT = 500;

/** The first that fits holds: many browsers name others too. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

const firstOf = (table: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  table.find(([pattern]) => pattern.test(text))?.[1];

/** "Firefox, Linux": only words of these tables, whatever a browser calls itself; empty when it says nothing that we know. */
export const browserName = (userAgent: string): string => {
  const text = userAgent.slice(0, LONGEST_USER_AGENT);
  return [firstOf(BROWSERS, text), firstOf(SYSTEMS, text)].filter((name) => name !== undefined).join(', ');
};
