/**
 * Where addresses are, by a file of the operator's own: `network,country,latitude,longitude`, a line each; the coordinates may be left
 * out, lines that begin with `#` are passed over. A network is written `192.0.2.0/24` or `2001:db8::/32`. Nothing is asked of anybody.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { Place } from './signals.ts';

/** Tells where an address is; a place without a country when it does not know. */
export type Locate = (address: string) => Place;

const NOWHERE: Place = { country: '', coordinates: null };

/** Networks by their length, the narrowest first: what the addresses of each begin with, and where it is. */
type Networks = readonly (readonly [bits: number, places: ReadonlyMap<bigint, Place>])[];

interface Network {
  readonly bits: number;
  readonly prefix: bigint;
  readonly place: Place;
}

/** A line of the file that says nothing we understand. The message names the line, and not what stands there. */
class LocationsError extends Error {
  override readonly name = 'LocationsError';
}

const COUNTRY = /^[A-Z]{2}$/;
const DECIMAL = /^-?\d{1,3}(\.\d{1,12})?$/;

const degrees = (text: string, most: number): number | undefined => {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Math.abs(value) <= most ? value : undefined;
};

const placeOf = (country: string, latitude: string, longitude: string): Place | undefined => {
  if (!COUNTRY.test(country)) return undefined;
  if (latitude === '' && longitude === '') return { country, coordinates: null };
  const [north, east] = [degrees(latitude, 90), degrees(longitude, 180)];
  return north === undefined || east === undefined
    ? undefined
    : { country, coordinates: { latitude: north, longitude: east } };
};

const MAPPED = 0xffff_0000_0000n;
const ADDRESS_BITS = 128;

/** An address as a number; one of the fourth version as it is mapped into the sixth (RFC 4291, section 2.5.5.2), however it is written. */
const numberOf = (address: string): bigint | undefined => {
  if (isIPv4(address)) return MAPPED | address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return undefined;
  const [front = '', back] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split('::');
  const [before, after] = [front, back ?? ''].map((half) => half.split(':').filter((part) => part !== ''));
  const zeros = 8 - (before?.length ?? 0) - (after?.length ?? 0);
  const parts = [...(before ?? []), ...Array.from({ length: zeros }, () => '0'), ...(after ?? [])];
  return parts.reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
};

const prefixOf = (address: bigint, bits: number): bigint => address >> BigInt(ADDRESS_BITS - bits);

const networkOfLine = (line: string): Network | undefined => {
  const [network = '', country = '', latitude = '', longitude = '', ...more] = line
    .split(',')
    .map((cell) => cell.trim());
  const [address = '', length = '', ...rest] = network.split('/');
  const place = placeOf(country, latitude, longitude);
  const number = address.includes('%') ? undefined : numberOf(address);
  if (!place || number === undefined || more.length > 0 || rest.length > 0 || !/^\d{1,3}$/.test(length))
    return undefined;
  const bits = isIPv4(address) ? Number(length) + 96 : Number(length);
  return bits > ADDRESS_BITS ? undefined : { bits, prefix: prefixOf(number, bits), place };
};

const byLength = (networks: readonly Network[]): Networks =>
  [...Map.groupBy(networks, ({ bits }) => bits)]
    .toSorted(([one], [other]) => other - one)
    .map(([bits, all]) => [bits, new Map(all.map(({ prefix, place }) => [prefix, place]))]);

/**
 * Reads such a file. The narrowest network that holds an address says where it is; of two that are the same, the later one.
 *
 * @throws LocationsError naming the first line that it does not understand
 */
export const parseLocations = (text: string): Locate => {
  const networks = byLength(
    text.split(/\r?\n/).flatMap((line, index) => {
      if (line.trim() === '' || line.startsWith('#')) return [];
      const network = networkOfLine(line);
      if (!network) throw new LocationsError(`Line ${index + 1} is not network,country,latitude,longitude.`);
      return [network];
    }),
  );
  return (address) => {
    const number = numberOf(address);
    if (number === undefined) return NOWHERE;
    for (const [bits, places] of networks) {
      const place = places.get(prefixOf(number, bits));
      if (place) return place;
    }
    return NOWHERE;
  };
};
