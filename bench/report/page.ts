/** The page of the documents that shows the results. It is made of them, and nobody writes in it. */
import type { Logins } from '../actions/logins.ts';
import type { ActionsCost } from '../actions/measure.ts';
import type { ContenderName } from '../contenders/contender.ts';
import type { Round } from '../load/round.ts';
import type { ReplayRates } from '../replay/measure.ts';
import type { Results, Row } from '../results.ts';
import { median, rateOf } from '../results.ts';
import { CONTENDERS, grouped, nameOfContender, nameOfRow, percent, ratio } from './names.ts';

const table = (head: readonly string[], lines: readonly (readonly string[])[], left = 1): string => {
  const written = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = `|${head.map((_, column) => (column < left ? '---' : '--:')).join('|')}|`;
  return [written(head), rule, ...lines.map(written)].join('\n');
};

const cell = (row: Row, contender: ContenderName): string => {
  const rate = rateOf(row, contender);
  const found = row.cells.find((one) => one.contender === contender);
  if (found?.fault !== undefined) return 'failed';
  return rate === undefined ? 'has none' : grouped(rate);
};

const against = (row: Row, rival: ContenderName): string => {
  const [own, other] = [rateOf(row, 'stile'), rateOf(row, rival)];
  if (own === undefined || other === undefined) return cell(row, rival);
  return `${grouped(other)} (${ratio(own, other)} ×)`;
};

const ofLimit = (row: Row): string => {
  const [own, limit] = [rateOf(row, 'stile'), rateOf(row, 'limit')];
  return own === undefined || limit === undefined ? cell(row, 'limit') : `${grouped(limit)} (${percent(own / limit)})`;
};

const throughput = ({ rows }: Results): string =>
  table(
    [
      'Operations per second',
      'Signed with',
      'Stile',
      'Bare limit (Stile has)',
      'oidc-provider (Stile is)',
      'better-auth (Stile is)',
    ],
    rows.map((row) => [
      nameOfRow[row.row],
      row.alg,
      `**${cell(row, 'stile')}**`,
      ofLimit(row),
      against(row, 'oidc-provider'),
      against(row, 'better-auth'),
    ]),
    2,
  );

const roundsOf = (row: Row, contender: ContenderName): readonly Round[] =>
  row.cells.find((one) => one.contender === contender)?.rounds ?? [];

/** The median of something of the rounds of a contender; a dash where it has none. */
const middle = (row: Row, contender: ContenderName, of: (one: Round) => number, digits = 0): string => {
  const rounds = roundsOf(row, contender);
  if (rounds.length === 0) return '–';
  const figure = median(rounds.map(of));
  return digits === 0 ? grouped(figure) : figure.toFixed(digits);
};

const spread = (row: Row, contender: ContenderName): string => {
  const rates = roundsOf(row, contender).map(({ perSecond }) => perSecond);
  return rates.length === 0 ? '–' : `${grouped(Math.min(...rates))}–${grouped(Math.max(...rates))}`;
};

const named = (row: Row): readonly string[] => [nameOfRow[row.row], row.alg];
const names = CONTENDERS.map((contender) => nameOfContender[contender]);

const waits = ({ rows }: Results): string =>
  table(
    ['Stile', 'Signed with', 'Half take', '99 of 100 take'],
    rows.map((row) => [
      ...named(row),
      `${middle(row, 'stile', ({ p50 }) => p50, 1)} ms`,
      `${middle(row, 'stile', ({ p99 }) => p99, 1)} ms`,
    ]),
    2,
  );

const processorTimes = ({ rows }: Results): string =>
  table(
    ['Processor time, µs', 'Signed with', ...names],
    rows.map((row) => [
      ...named(row),
      ...CONTENDERS.map((contender) => middle(row, contender, ({ serverMicroseconds }) => serverMicroseconds)),
    ]),
    2,
  );

const spreads = ({ rows }: Results): string =>
  table(
    ['Slowest and fastest round', 'Signed with', ...names],
    rows.map((row) => [...named(row), ...CONTENDERS.map((contender) => spread(row, contender))]),
    2,
  );

const checks = ({ checks: found }: Results): string =>
  table(
    ['Token', 'Signed with', 'Checked by', 'Half take', '99 of 100 take', 'Per second'],
    found.map(({ alg, seen, by, times: { p50, p99, perSecond } }) => [
      `seen ${seen}`,
      alg,
      by === 'stile' ? '`@stile/resource-server`' : '`node:crypto`, by hand',
      `${p50.toFixed(1)} µs`,
      `${p99.toFixed(1)} µs`,
      grouped(perSecond),
    ]),
    3,
  );

const stepUp = ({ stepUp: spent }: Results): string => {
  const all = spent.reduce((sum, { microsecondsEach }) => sum + microsecondsEach, 0);
  const lines = spent.map(({ work, microsecondsEach }) => [
    work,
    grouped(microsecondsEach),
    percent(microsecondsEach / all),
  ]);
  return table(['Work', 'µs in one step-up', 'Share'], [...lines, ['all of it', grouped(all), '100 %']]);
};

const faults = ({ rows }: Results): string =>
  rows
    .flatMap((row) => row.cells.map((one) => ({ ...one, row })))
    .filter(({ fault }) => fault !== undefined)
    .map(({ row, contender, fault }) => `- ${nameOfRow[row.row]}, ${row.alg}, ${contender}: ${fault}\n`)
    .join('');

const listed = (versions: Results['versions']): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

const METHOD = `Each server is a program of its own on one core; the load generator has the other core and sends plain HTTP over
connections that stay open. All are given the same signing key, client, redirect URI, API and scopes, and make JWT access tokens
(RFC 9068) that live for 15 minutes and say the same things; code flow and refresh give an access token, an ID token and a
rotated refresh token. Before a row is measured one answer of every lane is looked at closely (signature, issuer, audience, client,
scope, lifetime, and for a step-up what was proven and when), every answer after that must be of the right kind, and one error fails
the row. Rounds are interleaved, one contender after the other; what is shown is the median of the rounds.

- **Stile** is the server as it is run, on SQLite: nothing is answered before it is on the disk. Passwords
  cost nothing here, for hashing is measured apart, and the log goes to a file.
- **The bare limit** is what Stile does in these flows written down by hand on \`node:http\` with the same checks, signatures and
  durable commits, and without anything that makes it general ([\`bench/rivals/limit.mjs\`](../../bench/rivals/limit.mjs)).
- **oidc-provider** keeps everything in maps in memory; nothing of it is durable. It has no second factors, so it has no step-up, and
  its sign-in is left to whoever builds on it. It cannot introspect its own JWTs, so that row is with an opaque token.
- **better-auth** with its OAuth provider keeps everything in SQLite in memory; nothing of it is durable. It asks for a second factor
  when signing in and not for an operation, so it has no step-up.

A **step-up** is five requests: the application's redirect by somebody who is signed in, the challenge page, the code of the
authenticator app, the way home, and the token request. A **sign-in** is as many. A **code flow** is two, by somebody who is signed in.
A **single use** asks whether a token that is good for one use was used.`;

/** Above this, somebody else was at work, and rates say less than they seem to. */
const QUIET_LOAD = 0.5;

const circumstances = ({ date, machine, settings, versions }: Results): string => {
  const pinned = machine.pinned ? '' : '; programs could not be kept on one core';
  const busy =
    machine.loadBefore > QUIET_LOAD ? '; **others were at work, so believe processor times before rates**' : '';
  return [
    '| | |',
    '|---|---|',
    `| Date | ${date} |`,
    `| Machine | ${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}${pinned} |`,
    `| Load before | ${machine.loadBefore.toFixed(1)}${busy} |`,
    `| Disk | ${grouped(machine.syncMicroseconds)} µs until a write of 4 KB is durable |`,
    `| Versions | ${listed(versions)} |`,
    `| Rounds | ${settings.rounds} of ${settings.seconds} s, with ${settings.lanes} requests in flight |`,
    `| People | ${grouped(settings.people)}; each steps up once in a round |`,
    `| Command | \`${settings.command}\` |`,
  ].join('\n');
};

const inMilliseconds = (microseconds: number): string => (microseconds / 1000).toFixed(2);

const replay = ({ decisions, judged, replayed, unchanged, checked, withAction }: ReplayRates): string => `
## Judging recorded decisions again

${grouped(decisions)} decisions of four kinds (let through, asked, let through after the answer, refreshed), in a second of processor time:

${table(
  ['', 'Per second'],
  [
    ['judged and compared, from memory', grouped(judged)],
    ['a whole replay of the database, by the policy that was in force', grouped(unchanged)],
    ['by one that changes half of them', grouped(replayed)],
    ['`stile replay --check`', grouped(checked)],
    ['with an Action, in its sandbox on the same core', grouped(withAction)],
  ],
)}
`;

const wholeLogins = ({ without, withAction }: Logins): string => `\
A whole login (five requests, one after the other; the hashing of the password left out) took
${inMilliseconds(without.p50)} ms at half without an Action, and **${inMilliseconds(withAction.p50)} ms** with that one, in turn. While it runs nobody else goes on with the
same login, which is two writes more.

`;

const actions = ({
  bare,
  calls,
  asking,
  replays,
  startMilliseconds,
  logins,
  manyCalls,
  grownMegabytes,
}: ActionsCost): string => `
## What an Action adds

An Action of 15 lines that reads the event and sets claims, on one core together with its worker; bare is the same handler called as a
function of the server, with nothing between them.

${table(
  ['', 'Half take', '99 of 100 take', 'Per second'],
  [
    ['bare', `${inMilliseconds(bare.p50)} ms`, `${inMilliseconds(bare.p99)} ms`, grouped(bare.perSecond)],
    ['deployed', `${inMilliseconds(calls.p50)} ms`, `${inMilliseconds(calls.p99)} ms`, grouped(calls.perSecond)],
    [
      'with one `fetch`, answered at once',
      `${inMilliseconds(asking.p50)} ms`,
      `${inMilliseconds(asking.p99)} ms`,
      grouped(asking.perSecond),
    ],
    [
      'the same, replayed',
      `${inMilliseconds(replays.p50)} ms`,
      `${inMilliseconds(replays.p99)} ms`,
      grouped(replays.perSecond),
    ],
  ],
)}

${logins ? wholeLogins(logins) : ''}From nothing to the first outcome: ${grouped(median(startMilliseconds))} ms. After ${grouped(manyCalls)} calls more the process had
${grownMegabytes.toFixed(1)} MB more of memory.
`;

/** The page, as Markdown. */
export const page = (results: Results): string => {
  const { settings, startUp } = results;
  const failed = faults(results);
  return `# Performance

What Stile does in a second on one core, beside what others do on the same machine in the same run. \`npm run bench\` measures all of
it and writes this page; \`npm run bench -- --quick\` takes a short look.

![Operations per second on one core](../images/performance.svg)

${throughput(results)}
${failed === '' ? '' : `\nFailed:\n\n${failed}`}
## How it was measured

${METHOD}

${circumstances(results)}

## How long one takes

With ${settings.lanes} requests in flight, so that an operation waits for those before it.

${waits(results)}

## What it costs the processor

For all requests of one operation together. Waiting for the disk is not in it, and it depends less than the rates on whatever else the
machine was doing.

${processorTimes(results)}

## How far the rounds lie apart

${spreads(results)}

## Where a step-up spends its time

By a processor profile of the server (${grouped(settings.people)} people, ES256). Waiting for the disk is in it, as part of the durable commits.

${stepUp(results)}

## Checking tokens in an API

With the keys of the issuer in memory. A token seen before is one whose signature is known to be good; times, audience, scopes and
proof are asked about again at every call.

${checks(results)}
${results.actions ? actions(results.actions) : ''}${results.replay ? replay(results.replay) : ''}
## The rest

- The core decides **${grouped(results.decisionsPerSecond)}** times a second what comes next for somebody who is signed in and must step up, and says why.
- Passwords: **${grouped(results.hashesPerSecond)}** hashes a second on one core (argon2id, 19 MiB, 2 passes). This, and not the figure above, is what limits signing in.
- From nothing to the first answer: **${grouped(median(startUp.againMilliseconds))} ms** with a database that is there, ${grouped(median(startUp.firstMilliseconds))} ms the first time, when keys are made.
- Memory at the first answer: **${grouped(startUp.residentMegabytes)} MB**.
`;
};
