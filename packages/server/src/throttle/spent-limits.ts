/** What is spent of a person's limits, in words for whoever looks after them. */
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import type { LimitKind, Limits } from '../config/limits-schema.ts';
import type { Deps } from '../deps.ts';
import type { SpentThrottle } from '../store/ports.ts';
import type { User } from '../store/records.ts';
import { whoseById, whoseByName } from './limits.ts';

export interface SpentLimit {
  readonly kind: LimitKind;
  /** What tells it from others of its kind: a factor, a network. */
  readonly label: string;
  readonly spent: number;
  readonly burst: number;
  /** When the next try is free; nothing when one is free now. */
  readonly exhaustedUntil: Instant | undefined;
  /** When all are. */
  readonly freeAt: Instant;
}

/** Under what the limits of a person are kept. */
export const whoseAre = ({ id, username }: Pick<User, 'id' | 'username'>): readonly string[] => [
  whoseById(id),
  whoseByName(username),
];

const isKind = (name: string, limits: Limits): name is LimitKind => {
  const row = new Map<string, unknown>(Object.entries(limits)).get(name);
  return typeof row === 'object';
};

const described = (
  { key, freeAt, label }: SpentThrottle,
  { config, now }: Pick<Deps, 'config' | 'now'>,
): readonly SpentLimit[] => {
  const kind = key.split(':', 1)[0] ?? '';
  // What an earlier version counted, or one with a table of other rows.
  if (!isKind(kind, config.limits)) return [];
  const { burst, every } = config.limits[kind];
  const nextAt = instant(Math.max(0, freeAt - (burst - 1) * every));
  return [
    {
      kind,
      label: (label ?? '').slice(kind.length).trim(),
      spent: Math.min(burst, Math.ceil((freeAt - now()) / every)),
      burst,
      exhaustedUntil: nextAt > now() ? nextAt : undefined,
      freeAt,
    },
  ];
};

/** What is spent of a person's limits, those first that are exhausted for longest. */
export const spentLimits = async (
  user: Pick<User, 'id' | 'username'>,
  deps: Pick<Deps, 'config' | 'store' | 'now'>,
): Promise<readonly SpentLimit[]> => {
  const rows = await deps.store.throttles.spentOf(whoseAre(user), deps.now());
  return rows
    .flatMap((row) => described(row, deps))
    .toSorted((one, other) => (other.exhaustedUntil ?? 0) - (one.exhaustedUntil ?? 0));
};
