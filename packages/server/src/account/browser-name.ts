/** A browser as people would call it. */
export interface BrowserName {
  readonly name: string;
  readonly system: string;
}

/** Browsers call themselves by the names of others as well, so the more special one comes first. */
const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\b(?:Edg|EdgA|EdgiOS)\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

const LONGEST = 500;

/** What a browser calls itself, in words of ours; nothing when it is none that we know. Anybody can send anything, so it proves nothing. */
export const browserName = (userAgent: string): BrowserName | undefined => {
  const read = userAgent.slice(0, LONGEST);
  const name = BROWSERS.find(([mark]) => mark.test(read))?.[1];
  const system = SYSTEMS.find(([mark]) => mark.test(read))?.[1];
  return name === undefined || system === undefined ? undefined : { name, system };
};

/** An address as its owner may recognise it by, and nobody else could find them: of the fourth version without its end, of the sixth its network. */
export const coarseAddress = (address: string): string | undefined => {
  const [, front] = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address.replace(/^::ffff:/i, '')) ?? [];
  if (front !== undefined) return `${front}.…`;
  const [, network] = /^([0-9a-f]{1,4}:[0-9a-f]{1,4}):/i.exec(address) ?? [];
  return network === undefined ? undefined : `${network}:…`;
};
