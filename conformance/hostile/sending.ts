/** Puts the request of a scenario together. */
import type { Good } from './arrivals.ts';
import type { Scenario } from './scenarios.ts';
import type { Fields } from './visitor.ts';
import type { WireRequest } from './wire.ts';

export const URLENCODED = 'application/x-www-form-urlencoded';

export const encoded = (fields: Fields = {}): string => new URLSearchParams(fields).toString();

/** The request, with its query, its form or its headers replaced where they are given. */
export const requestOf = (
  scenario: Pick<Scenario, 'method' | 'path'>,
  good: Good,
  changes: {
    readonly query?: string;
    readonly body?: string | Buffer;
    readonly type?: string;
    readonly headers?: readonly (readonly [string, string])[];
  } = {},
): WireRequest => {
  const query = changes.query ?? encoded(good.query);
  const body = changes.body ?? (good.form && encoded(good.form));
  const type = changes.type ?? (good.form ? URLENCODED : '');
  return {
    method: scenario.method,
    target: query === '' ? scenario.path : `${scenario.path}?${query}`,
    headers: [
      ...Object.entries(good.headers ?? {}),
      ...(type === '' ? [] : [['Content-Type', type] as const]),
      ...(changes.headers ?? []),
    ],
    ...(body !== undefined && { body }),
  };
};

/** A query or a form in which one parameter is replaced by what is given, already encoded. */
export const spoiltBy = (good: Fields, name: string, replacement: string): string => {
  const rest = Object.entries(good).filter(([other]) => other !== name);
  return [encoded(Object.fromEntries(rest)), replacement].filter((part) => part !== '').join('&');
};
