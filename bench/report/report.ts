/** The documents that are made of the results: the page and its chart. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../results.ts';
import { chart } from './chart.ts';
import { page } from './page.ts';

const DOCS = join(import.meta.dirname, '../../docs');

/** Every file of the report, by its path, with what it must hold. */
export const reportOf = (results: Results): ReadonlyMap<string, string> =>
  new Map([
    [join(DOCS, 'reference/performance.md'), page(results)],
    [join(DOCS, 'images/performance.svg'), chart(results)],
  ]);

export const writeReport = (results: Results): void => {
  for (const [path, text] of reportOf(results)) writeFileSync(path, text);
};
