/**
 * Where `fetch` may go. An entry is a host (`api.example.com`), all below one (`*.example.com`), or every host (`*`); with `http://`
 * before it for a service that has no TLS, and with a port after it where that is not the usual one.
 */

interface Entry {
  readonly protocol: 'https:' | 'http:';
  /** Without a dot at its end, in lower case; begins with a dot where all below it are meant; empty for every host. */
  readonly host: string;
  readonly port: string;
}

/** @returns whether an address is allowed */
export type AllowList = (url: URL) => boolean;

const ENTRY =
  /^(?:(https?):\/\/)?(?<wildcard>\*\.?)?(?<host>(?:\[[0-9a-fA-F:.]+\]|[^*/:@?#[\]\s]+)?)(?::(\d{1,5}))?\/?$/;

const withoutDot = (hostname: string): string => hostname.replace(/\.$/, '');

const parseEntry = (text: string): Entry => {
  const match = ENTRY.exec(text);
  const { wildcard, host = '' } = match?.groups ?? {};
  const [, scheme = 'https', , , port = ''] = match ?? [];
  const url = URL.parse(`${scheme}://${host === '' ? 'every.host' : host}${port === '' ? '' : `:${port}`}/`);
  const isWhole =
    wildcard === undefined ? host !== '' : wildcard === '*' ? host === '' : host !== '' && !/^[\d.[]/.test(host);
  if (match === null || url === null || !isWhole) {
    throw new Error(
      `Hosts for Actions are written as api.example.com or *.example.com, not as ${JSON.stringify(text)}.`,
    );
  }
  const name = withoutDot(url.hostname);
  return {
    protocol: scheme === 'http' ? 'http:' : 'https:',
    host: host === '' ? '' : wildcard === undefined ? name : `.${name}`,
    port: url.port,
  };
};

/** @throws Error for entries that are written wrong */
export const parseAllowList = (entries: readonly string[]): AllowList => {
  const parsed = entries.map(parseEntry);
  return ({ protocol, hostname, port }) => {
    const name = withoutDot(hostname);
    const isHost = ({ host }: Entry): boolean =>
      host === '' || (host.startsWith('.') ? name.endsWith(host) && name.length > host.length : name === host);
    return parsed.some((entry) => entry.protocol === protocol && entry.port === port && isHost(entry));
  };
};
