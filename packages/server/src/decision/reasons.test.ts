/** The vocabulary is complete, and nothing of it is dead; its page is printed from it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { meaningOf, REASON_GROUPS } from './reasons.ts';
import { reasonsPage } from './reasons-page.ts';

const ROOT = join(import.meta.dirname, '../../../..');

const sources = ['packages/core/src', 'packages/server/src'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(?:test|example|arbitraries|oracle|notation)\.ts$/.test(path))
    .filter((path) => !path.includes('testing/') && !path.startsWith('pages/') && !path.startsWith('decision/reasons'))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(ROOT, folder, path), 'utf8') })),
);

/** Where a stable word stands in the source: as the private reason of an error, or as a reason. */
const PLACES: readonly RegExp[] = [
  /\boauthError\(\s*[^,()]+(?:\([^()]*\))?,\s*['`]([a-z_-]+)/g,
  /\breason: '([a-z_-]+)'/g,
  /(?<!metrics\.)\b(?:invalid|invalidGrant|unmet|failed|malformed)\(\s*'([a-z_-]+)'/g,
  /\blogin\(situation, '([a-z_]+)'/g,
  /\bmetrics\.failed\([^,]+, '([a-z_]+)'/g,
];

const used = new Map(
  sources.flatMap(({ path, text }) =>
    PLACES.flatMap((place) => [...text.matchAll(place)].map(([, code = '']) => [code, path] as const)),
  ),
);

it('every reason in the source has its meaning', () => {
  assert.ok(used.size > 100, `the reasons are not found: ${used.size}`);
  const without = [...used].filter(([code]) => meaningOf(code) === undefined);
  assert.deepEqual(without, [], 'Say in decision/reasons.ts what it means');
});

it('every reason that has a meaning is used', () => {
  const all = sources.map(({ text }) => text).join('\n');
  const dead = REASON_GROUPS.flatMap(({ reasons }) => Object.keys(reasons))
    // Those of Actions are put together of the word and what went wrong.
    .map((code) => code.replace(/^action_/, ''))
    .filter((code) => !new RegExp(`['"\`]${code}['"\`:]`).test(all));
  assert.deepEqual(dead, [], 'Take it out of decision/reasons.ts');
});

it('a word means one thing, and every meaning is a sentence', () => {
  const meanings = new Map<string, string>();
  for (const { reasons } of REASON_GROUPS) {
    for (const [code, { says }] of Object.entries(reasons)) {
      assert.match(says, /^[A-Z`].*\.$/, code);
      if (code !== 'another_person') assert.equal(meanings.get(code) ?? says, says, code);
      meanings.set(code, says);
    }
  }
});

it('what follows a colon names a parameter', () => {
  assert.equal(meaningOf('doubled:scope'), 'A parameter occurs more than once: scope.');
  assert.equal(meaningOf('wrong'), 'It was not right.');
  assert.equal(meaningOf('hunter2'), undefined);
});

it('docs/reference/reasons.md is printed from the vocabulary', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/reasons.md'), 'utf8');
  assert.equal(
    page,
    reasonsPage(),
    'Print it anew: npm run --silent stile reasons -- --markdown > docs/reference/reasons.md',
  );
});
