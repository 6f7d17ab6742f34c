/** The configurations of the guide, as they stand there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/behind-a-proxy.md'), 'utf8');

/** What a test puts in the place of something that only a whole machine has: a port, a folder. */
export type Change = readonly [from: string, to: string];

/**
 * A configuration of the guide.
 *
 * @param name what its first line says
 * @throws Error when the guide has none of that name, or does not say what is to be changed
 */
export const configurationFromGuide = (name: string, changes: readonly Change[]): string => {
  const blocks = [...guide.matchAll(/^```[a-z]+\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const found = blocks.find((text) => text.startsWith(`# ${name}\n`) || text.startsWith(`// ${name}\n`));
  if (found === undefined) throw new Error(`The guide has no ${name}.`);
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${name} in the guide does not say: ${from}`);
    return text.replaceAll(from, to);
  }, found);
};
