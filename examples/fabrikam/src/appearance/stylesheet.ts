import { readFileSync } from 'node:fs';
import type { Context } from 'hono';

type Application = 'intranet' | 'bank';

const read = (name: string): string => readFileSync(new URL(`${name}.css`, import.meta.url), 'utf8');

const sheets: Readonly<Record<Application, string>> = {
  intranet: `${read('base')}\n${read('intranet')}`,
  bank: `${read('base')}\n${read('bank')}`,
};

/** The style sheet of an application, as a response. */
export const stylesheetOf = (c: Context, application: Application): Response =>
  c.body(sheets[application], 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' });
