import { ConfigError } from '../config/config.ts';
import type { ParsedConfig } from '../config/schema.ts';
import type { Deps } from '../deps.ts';
import { judgeNewPassword } from '../factors/new-password.ts';
import { hashRecoveryCode } from '../factors/recovery-code.ts';
import type { Authenticator } from '../store/records.ts';
import { normaliseUsername } from './username.ts';

type SeedUser = ParsedConfig['users'][number];

/** Adds the people of the configuration who are not there yet; those who are keep what they have. */
export const seedUsers = async (
  deps: Pick<Deps, 'breachedPasswords' | 'config' | 'store' | 'passwords' | 'now' | 'randomBytes'>,
): Promise<void> => {
  for (const seed of deps.config.users) {
    if (await deps.store.users.find(seed.id)) continue;
    const owner = { username: seed.username, hasSecondFactor: seed.totp !== undefined };
    const password = await judgeNewPassword(seed.password, owner, deps);
    if (!password.ok)
      throw new ConfigError(`users ${seed.id}: the password is refused (${password.error}); choose another.`);
    const user = {
      id: seed.id,
      username: normaliseUsername(seed.username),
      claims: seed.claims,
      createdAt: deps.now(),
      blockedAt: null,
    };
    await deps.store.users.seed(user, await authenticatorsOf(seed, deps));
  }
};

const authenticatorsOf = async (
  seed: SeedUser,
  deps: Pick<Deps, 'passwords' | 'now' | 'randomBytes'>,
): Promise<readonly Authenticator[]> => {
  const make = (factor: string, name: string, material: Authenticator['material']): Authenticator => ({
    id: `auth_${seed.id}_${factor}`,
    userId: seed.id,
    factor,
    name,
    material,
    createdAt: deps.now(),
    lookup: null,
    lastUsedAt: null,
    preferredAt: null,
  });
  const codes = seed.recoveryCodes.map((code, i) => ({
    id: String(i),
    hash: hashRecoveryCode(deps.randomBytes(16), code),
  }));
  return [
    make('password', 'Password', { hash: await deps.passwords.hash(seed.password) }),
    ...(seed.totp ? [make('totp', seed.totp.name, { secret: seed.totp.secret })] : []),
    ...(codes.length > 0 ? [make('recovery-code', 'Recovery codes', { codes })] : []),
  ];
};
