/**
 * What stays true of this repository however it grows. Each test is one rule, and its message says what to do.
 * How a rule is measured, and the proof that the measure sees what it must, is in `tools/tidy/`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { longFiles, longFunctions } from './tools/tidy/budgets.ts';
import { callsOf, definitionsOf, writesTo } from './tools/tidy/choke-points.ts';
import type { Page } from './tools/tidy/documents.ts';
import { brokenLinks, directDependencies, ownDependencies, withoutRow } from './tools/tidy/documents.ts';
import type { Declared, House } from './tools/tidy/floors.ts';
import { importsOutOfPlace, withoutPlace } from './tools/tidy/floors.ts';
import {
  environmentReads,
  outsideWorld,
  sleepingTests,
  typeShortcuts,
  unfinishedWork,
} from './tools/tidy/forbidden.ts';
import { missingFromLock } from './tools/tidy/lockfile.ts';
import type { Finding } from './tools/tidy/source.ts';
import { isTest, parseSource } from './tools/tidy/source.ts';
import { readText, trackedPaths } from './tools/tidy/tree.ts';

const root = import.meta.dirname;

/**
 * Who may import whom. A package reaches another only by its name, and the floors of the server go from the lowest up:
 * a room imports what is below it, and beside it only where it says so.
 */
const house: House = {
  workspaces: {
    'packages/core': { ours: [], nodeOnly: [] },
    'packages/actions': { ours: [], nodeOnly: [] },
    'packages/client': { ours: ['@stile/core'], nodeOnly: ['src/server/'] },
    'packages/resource-server': { ours: ['@stile/core'], nodeOnly: ['src/node.ts'] },
    'packages/server': { ours: ['@stile/core'], nodeOnly: ['src/'] },
    'examples/fabrikam': {
      ours: ['@stile/client', '@stile/core', '@stile/resource-server', '@stile/server'],
      nodeOnly: [''],
    },
  },
  floors: {
    'packages/server': [
      {
        rooms: (
          'actions audit authenticator authorization client config decision doctor factors grant http keys log metrics notify pages push recovery ' +
          'risk session store throttle token upkeep deps.ts digest.ts system.ts'
        ).split(' '),
        sideways: true,
      },
      { rooms: ['account', 'endpoints', 'interaction', 'management'], sideways: false },
      { rooms: ['app.ts', 'cli', 'index.ts', 'main.ts', 'server.ts', 'testing'], sideways: true },
    ],
  },
};

const paths = trackedPaths(root);
const pages = paths.flatMap((path): Page[] => {
  const text = readText(root, path);
  return text === undefined ? [] : [{ path, text }];
});
const code = pages.filter(({ path }) => /\.(?:[mc]?[jt]sx?|css|html|sql)$/.test(path));
const sources = pages.filter(({ path }) => /\.[mc]?tsx?$/.test(path)).map(({ path, text }) => parseSource(path, text));
const product = sources.filter(({ path }) => !isTest(path));
const manifests = pages.filter(({ path }) => /(?:^|\/)package\.json$/.test(path));

function assertNone(findings: readonly Finding[], whatToDo: string): void {
  const lines = findings.map(({ path, line, what }) => `  ${path}:${line}  ${what}`);
  assert.ok(findings.length === 0, `${whatToDo}\n${lines.join('\n')}`);
}

describe('size', () => {
  it('a file has at most 400 lines', () => {
    assertNone(
      code.flatMap(({ path, text }) => longFiles(path, text)),
      'Divide the file by what it speaks of, and name the parts for it:',
    );
  });

  it('a function has at most 60 lines', () => {
    assertNone(sources.flatMap(longFunctions), 'Take a part out of the function and name it for what it does:');
  });
});

describe('floors', () => {
  it('every package, and every room of the server, has its place', () => {
    const strangers = withoutPlace(paths, house);
    assert.deepEqual(strangers, [], 'Add it to the table at the top of tidy.test.ts, on the lowest floor it can have');
  });

  it('imports go down, and reach another package only by its name', () => {
    const declared: Declared = new Map(
      manifests.map((manifest) => [
        manifest.path.replace(/\/?package\.json$/, ''),
        new Set(manifest.path === 'package.json' ? directDependencies(manifest) : ownDependencies(manifest)),
      ]),
    );
    assertNone(
      sources.flatMap((source) => importsOutOfPlace(source, house, declared)),
      'Move what is shared down to a floor that both may import, or pass it in:',
    );
  });

  it('a folder or file is named for what it holds', () => {
    const vague = paths.filter((path) => /(?:^|\/)(?:utils?|helpers?|common|lib|misc)(?:\/|\.[jt]sx?$)/.test(path));
    assert.deepEqual(vague, [], 'Put each thing in the room of the noun it belongs to');
  });
});

describe('the outside', () => {
  it('only the programs read the environment', () => {
    const programs = /^(?:packages\/server\/src\/main\.ts|examples\/.*\/(?:main|demo)\.ts|tools\/.*)$/;
    assertNone(
      product.filter(({ path }) => !programs.test(path)).flatMap(environmentReads),
      'Read it in packages/server/src/main.ts and pass it on as configuration:',
    );
  });

  it('the core has no clock, no randomness and no I/O', () => {
    assertNone(
      product.filter(({ path }) => path.startsWith('packages/core/src/')).flatMap(outsideWorld),
      'Take it as a parameter; time is an Instant, and random bytes are bytes:',
    );
  });
});

describe('no shortcuts', () => {
  it('no any, no cast through unknown, no silenced compiler', () => {
    assertNone(sources.flatMap(typeShortcuts), 'Parse what comes from outside into its type, or narrow it by a check:');
  });

  it('no unfinished work', () => {
    assertNone(
      code.flatMap(({ path, text }) => unfinishedWork(path, text)),
      'Finish it, or take it out:',
    );
  });

  it('no test is skipped, planned or run alone', () => {
    assertNone(sources.flatMap(sleepingTests), 'Let the test install what it needs and run, or delete it:');
  });

  it('no unused export, file or dependency, no undeclared one, no import cycle', () => {
    const knip = join(root, 'node_modules/knip/bin/knip.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [knip, '--no-progress', '--no-config-hints'], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.ok(status === 0, `Delete what nobody uses, or stop exporting it:\n${stdout}${stderr}`);
  });
});

describe('choke points', () => {
  const once: readonly [name: string, found: readonly Finding[], place: RegExp][] = [
    ['nextStep', definitionsOf('nextStep', sources), /^packages\/core\/src\/next-step\.ts$/],
    ['issueTokens', definitionsOf('issueTokens', sources), /^packages\/server\/src\//],
    ['consume, which writes the consumption table,', writesTo('consumption', sources), /^packages\/server\/src\//],
    ['the sealing, which writes the chain,', writesTo('chain', sources), /\/store\/sql\/operations\/chain\.ts$/],
  ];
  for (const [name, found, place] of once) {
    it(`${name} has exactly one definition, in its place`, () => {
      const places = found.map((each) => `${each.path}:${each.line}`).join(', ') || 'none';
      const whatToDo = `There must be exactly one, in ${place.source}, and everyone goes through it; there is: ${places}`;
      assert.ok(found.length === 1 && place.test(found[0]?.path ?? ''), whatToDo);
    });
  }

  it('the keys sign tokens in issueTokens alone, and besides them nothing but checkpoints of the audit', () => {
    const places = callsOf('keys', 'sign', sources).map(({ path }) => path);
    assert.deepEqual(
      [...new Set(places)].toSorted(),
      ['packages/server/src/audit/checkpoint.ts', 'packages/server/src/grant/issue-tokens.ts'],
      'Whatever is signed for anybody goes through issueTokens, where laws 1 and 2 are asked once more',
    );
  });
});

describe('pages', () => {
  it('speak of nothing that is only on the machine of whoever wrote them', () => {
    const here = /(?<![\w.-])\/(?:work|tmp\/(?:bash_jobs|brief))\b(?!-)/;
    const found = pages.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index): Finding[] => {
        const [what] = here.exec(line) ?? [];
        return what === undefined ? [] : [{ path, line: index + 1, what }];
      }),
    );
    assertNone(found, 'Name the file from the root of the repository:');
  });

  it('have no relative link that leads nowhere', () => {
    const prose = pages.filter(({ path }) => /^(?:docs\/.*|[^/]*)\.md$/.test(path));
    assertNone(brokenLinks(prose, paths), 'Correct the link, or write what it promises:');
  });

  it('account for every direct dependency', () => {
    const record = pages.find(({ path }) => path === 'docs/decisions/dependencies.md');
    const missing = withoutRow([...new Set(manifests.flatMap(directDependencies))], record?.text ?? '');
    assert.deepEqual(missing, [], 'Give each a row in docs/decisions/dependencies.md, or do without it');
  });

  it('lock every dependency on every platform', () => {
    const lockfile = pages.find(({ path }) => path === 'package-lock.json');
    const whatToDo =
      'npm ci refuses a lockfile with gaps; npm install fills them from a registry that has all of these';
    assert.deepEqual(missingFromLock(lockfile?.text ?? ''), [], whatToDo);
  });
});
