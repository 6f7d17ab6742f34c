/** Writes every page in every state and both languages as files to look at: `node gallery.ts <directory>`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assets } from './assets.ts';
import type { Locale } from './messages.ts';
import { translate } from './messages.ts';
import { honest, specimens } from './specimens.ts';

const locales: readonly Locale[] = ['en', 'de'];

/** Files have no root to serve assets from, and no versions. */
const withLocalAssets = (page: string): string => page.replaceAll(/"\/assets\/([^"?]+)\?v=[\w-]+"/gu, '"assets/$1"');

const write = async (directory: string): Promise<number> => {
  await mkdir(join(directory, 'assets'), { recursive: true });
  for (const { path, body } of assets) await writeFile(join(directory, path), body);
  let written = 0;
  for (const locale of locales) {
    const t = translate(locale);
    for (const [name, page] of Object.entries(await specimens(honest(t), t))) {
      await writeFile(join(directory, `${name}.${locale}.html`), withLocalAssets(page));
      written += 1;
    }
  }
  return written;
};

const directory = process.argv[2];
if (directory === undefined) throw new Error('Say where to: node gallery.ts <directory>');
process.stdout.write(`${await write(directory)} pages in ${directory}\n`);
