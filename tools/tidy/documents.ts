/** What the prose of the repository promises: that its links lead somewhere, and that every dependency is accounted for. */
import { posix } from 'node:path';
import type { Finding } from './source.ts';
import { lineAt } from './source.ts';

/** A page of the repository: a path relative to its root, and the text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Relative links of Markdown pages that lead to no file or folder of `paths`, or to no heading of a page of `pages`. */
export function brokenLinks(pages: readonly Page[], paths: readonly string[]): Finding[] {
  const places = new Set(paths.flatMap((path) => [path, ...foldersOf(path)]));
  const headings = new Map(pages.map((page) => [page.path, headingsOf(page.text)]));
  return pages.flatMap((page) =>
    linksOf(page.text).flatMap(({ target, line }) => {
      const [file = '', anchor] = target.split('#', 2);
      const path = file === '' ? page.path : posix.join(posix.dirname(page.path), decodeURIComponent(file));
      const place = path.replace(/\/$/, '');
      const known = headings.get(place);
      const isBroken = !places.has(place) || (anchor !== undefined && known !== undefined && !known.has(anchor));
      return isBroken ? [{ path: page.path, line, what: `leads to ${target}` }] : [];
    }),
  );
}

/** The folders that hold a path, up to the root of the repository, which is `.`. */
function foldersOf(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? ['.'] : [folder, ...foldersOf(folder)];
}

function linksOf(text: string): { target: string; line: number }[] {
  const prose = withoutCode(text);
  const inline = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
  const definition = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/gm;
  const html = /\b(?:href|src)="([^"]+)"/g;
  return [inline, definition, html]
    .flatMap((pattern) => [...prose.matchAll(pattern)])
    .map((match) => ({ target: match[1] ?? '', line: lineAt(prose, match.index) }))
    .filter(({ target }) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target));
}

/** The names by which GitHub lets one link to the headings of a page. */
function headingsOf(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, title = ''] of withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const name = plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    let numbered = name;
    for (let count = 1; names.has(numbered); count += 1) numbered = `${name}-${count}`;
    names.add(numbered);
  }
  for (const [, id = ''] of text.matchAll(/\b(?:id|name)="([^"]+)"/g)) names.add(id);
  return names;
}

/** Blanks code out, line by line, so that what is left keeps its line numbers. */
function withoutCode(text: string): string {
  return withoutFences(text).replace(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, '');
}

function withoutFences(text: string): string {
  return text.replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2.*$/gm, (fenced) => fenced.replace(/[^\n]+/g, ''));
}

/** The names of all packages of others that a package.json asks for. */
export function directDependencies(manifest: Page): string[] {
  const parsed: unknown = JSON.parse(manifest.text);
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return kinds.flatMap((kind) => Object.keys(field(parsed, kind))).filter((name) => !name.startsWith('@stile/'));
}

/** The names in the `dependencies` of a package.json, ours among them. */
export function ownDependencies(manifest: Page): string[] {
  return Object.keys(field(JSON.parse(manifest.text), 'dependencies'));
}

function field(value: unknown, key: string): object {
  if (typeof value !== 'object' || value === null) return {};
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === 'object' && found !== null ? found : {};
}

/** The dependencies that have no row, which begins with their name as code, in a table of `page`. */
export function withoutRow(names: readonly string[], page: string): string[] {
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  const named = new Set(
    rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name)),
  );
  return names.filter((name) => !named.has(name));
}
