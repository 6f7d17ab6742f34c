/** Signing keys: listed, rotated, withdrawn. */
import { auditRecord } from '../audit/audit.ts';
import type { Config } from '../config/config.ts';
import { LEAST_KNOWN_SECONDS, rotateSigningKeys, secondsUntilKnown, withdrawSigningKey } from '../keys/rotation.ts';
import type { SigningKey } from '../store/records.ts';
import { systemRandom } from '../system.ts';
import type { StoreCommand } from './command.ts';
import { moment } from './moment.ts';

/** A running server notices a rotation within seconds; until then it may still sign with the old key. */
const NOTICE_SECONDS = 300;

/** The longest any token of this configuration can live. */
const longestTokenSeconds = ({ apis, lifetimes }: Config): number =>
  Math.max(3600, lifetimes.idToken, ...[...apis.values()].map(({ tokenLifetimeSeconds }) => tokenLifetimeSeconds));

const NO_KEYS = 'There are no signing keys yet: the server makes them when it starts for the first time.';

const whatItDoes = ({ state, createdAt, retiresAt }: SigningKey): string => {
  switch (state) {
    case 'current':
      return 'signs';
    case 'next':
      return `is published, and may sign from ${moment(createdAt + LEAST_KNOWN_SECONDS)} on`;
    case 'retired':
      return `signs no more; it is published until ${moment(retiresAt ?? 0)}, for the tokens it signed`;
  }
};

/** `stile keys list` */
export const listKeys: StoreCommand = async (store, _words, { print }) => {
  const keys = await store.keys.all();
  if (keys.length === 0) print(NO_KEYS);
  for (const key of keys) {
    print(`${key.alg}  ${key.kid}  ${key.state.padEnd(7)}  made ${moment(key.createdAt)}  ${whatItDoes(key)}`);
  }
  return keys.length === 0 ? 1 : 0;
};

/** `stile keys rotate [--now]` */
export const rotateKeys: StoreCommand = async (store, words, { config, print, now }) => {
  const keys = await store.keys.all();
  if (keys.length === 0) {
    print(NO_KEYS);
    return 1;
  }
  const force = words.includes('--now');
  const wait = secondsUntilKnown(keys, now());
  if (wait > 0 && !force) return tooSoon(wait, print);
  const rotated = await rotateSigningKeys(store.keys, {
    now: now(),
    longestTokenSeconds: longestTokenSeconds(config) + NOTICE_SECONDS,
    leastKnownSeconds: force ? null : LEAST_KNOWN_SECONDS,
    audit: [auditRecord({ now, randomBytes: systemRandom }, 'keys.rotated', { details: { force } })],
  });
  // Somebody else rotated them between the question and the answer.
  if (!rotated) return tooSoon(secondsUntilKnown(await store.keys.all(), now()), print);
  print('The next signing keys sign from now on. The old ones stay published until their last token has expired.');
  if (wait > 0)
    print('Whoever keeps the published keys for some minutes may refuse new tokens until they are fetched again.');
  return 0;
};

const tooSoon = (seconds: number, print: (line: string) => void): number => {
  print(`Nothing was changed: the next keys have not been published for ${LEAST_KNOWN_SECONDS / 60} minutes yet.`);
  print(
    'Applications and APIs keep the keys they fetched for some minutes, and would refuse what a key signed that they do not know.',
  );
  print(`Try again in ${seconds} seconds. If it cannot wait: stile keys rotate --now`);
  print('If a key is in the wrong hands, a rotation is not enough: stile keys withdraw <kid>');
  return 1;
};

/** `stile keys withdraw <kid>` */
export const withdrawKey: StoreCommand = async (store, [kid], { print, now }) => {
  if (kid === undefined) {
    print('Say which key: stile keys list');
    return 2;
  }
  const record = auditRecord({ now, randomBytes: systemRandom }, 'keys.withdrawn', { details: { kid } });
  const before = secondsUntilKnown(await store.keys.all(), now());
  const key = await withdrawSigningKey(store.keys, kid, now(), [record]);
  if (!key) {
    print('There is no such key. List them: stile keys list');
    return 1;
  }
  print(`The ${key.alg} key ${kid} is withdrawn: it signs nothing any more and is published no more.`);
  for (const line of consequences(key, before)) print(line);
  return 0;
};

const consequences = ({ state }: SigningKey, secondsUntilKnownBefore: number): readonly string[] => {
  if (state === 'next') return ['It had signed nothing yet, so nothing breaks. Another key takes its place.'];
  return [
    'Every access token and ID token that it signed is refused: by running servers within seconds, by APIs that check',
    'tokens by themselves as soon as they fetch the keys again: five minutes with our SDK, ten with some others, at once after a restart.',
    'Sessions and refresh tokens are not signed and stay good: people stay signed in, applications fetch new tokens.',
    ...(state === 'current' ? ['The next key signs from now on.'] : []),
    ...(state === 'current' && secondsUntilKnownBefore > 0
      ? ['It was made only minutes ago: whoever has not fetched it yet refuses new tokens until then.']
      : []),
    'Was more than the key taken, a copy of the database for instance? Go on with the checklist in docs/guides/operating.md.',
  ];
};
