import { isIPv6 } from 'node:net';

/**
 * What an address is counted under. Whoever has one address of the sixth version has 2^64 of them, so the network counts;
 * an address of the fourth version counts for itself, in every spelling.
 */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const parts = partsOf(address);
  const isFourth = parts.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isFourth
    ? parts
        .slice(6)
        .map((part) => Number.parseInt(part, 16))
        .flatMap((pair) => [pair >> 8, pair & 255])
        .join('.')
    : parts.slice(0, 4).join(':');
};

/** The eight parts of an address of the sixth version; a URL writes each address in one way alone. */
const partsOf = (address: string): readonly string[] => {
  const [front = '', back = ''] = new URL(`http://[${address.split('%', 1)[0]}]/`).hostname.slice(1, -1).split('::');
  const [before, after] = [front, back].map((half) => half.split(':').filter((part) => part !== ''));
  const zeros = 8 - (before?.length ?? 0) - (after?.length ?? 0);
  return [...(before ?? []), ...Array.from({ length: zeros }, () => '0'), ...(after ?? [])];
};
