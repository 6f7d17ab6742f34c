/** A replay as a page: one file, which needs nothing from elsewhere and runs no script. */
import { html, raw } from 'hono/html';
import { mark } from '../pages/icons.ts';
import type { Markup } from '../pages/markup.ts';
import { toText } from '../pages/markup.ts';
import type { Example } from './changed.ts';
import { CHANGE_WORDS } from './changed.ts';
import type { Change } from './difference.ts';
import { CHANGES } from './difference.ts';
import type { ReplayReport } from './replay.ts';
import { reportStyles } from './report-styles.ts';
import type { Line } from './tally.ts';

/** Colours tell how grave a change is; the numbers beside them tell the same without. */
const CLASS_OF: Readonly<Record<Change, 'grave' | 'more' | 'less' | 'other'>> = {
  locked_out: 'grave',
  newly_refused: 'grave',
  newly_enrolling: 'more',
  newly_asked: 'more',
  other_scopes: 'other',
  asked_otherwise: 'other',
  refused_otherwise: 'other',
  no_longer_asked: 'less',
  no_longer_refused: 'less',
};

const LEGEND = {
  grave: 'stopped',
  more: 'asked more',
  less: 'asked less',
  other: 'otherwise',
} as const;

const formatted = new Intl.NumberFormat('en');
const n = (count: number): string => formatted.format(count);

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');

const share = (part: number, of: number): string => (of === 0 ? '0' : ((part / of) * 100).toFixed(2));

/** The parts of a bar, one for each kind of change. */
const parts = (changes: Line['changes'], most: number): readonly Markup[] =>
  CHANGES.filter((change) => (changes[change] ?? 0) > 0).map(
    (change) =>
      html`<i class="${CLASS_OF[change]}" style="width:${share(changes[change] ?? 0, most)}%" title="${n(changes[change] ?? 0)} ${CHANGE_WORDS[change]}"></i>`,
  );

const row = (name: string, bar: readonly Markup[], count: string, kinds = ''): Markup =>
  html`<li class="row"><span class="name">${name}</span><span class="bar" aria-hidden="true">${bar}</span><span class="count">${count}</span>${kinds === '' ? '' : html`<span class="kinds small">${kinds}</span>`}</li>`;

/** What the colours of a bar say, for whoever cannot tell them apart. */
const kindsInWords = (changes: Line['changes']): string =>
  CHANGES.filter((change) => (changes[change] ?? 0) > 0)
    .map((change) => `${n(changes[change] ?? 0)} ${CHANGE_WORDS[change].split(':', 1)[0]}`)
    .join(', ');

const MOST_ROWS = 25;

const table = (title: string, lines: readonly Line[], says: string): Markup | '' => {
  const changing = lines.filter(({ changed }) => changed > 0);
  if (changing.length === 0) return '';
  const most = Math.max(...changing.map(({ changed }) => changed));
  const shown = changing.slice(0, MOST_ROWS);
  const more = changing.length - shown.length;
  return html`<section><h2>${title}</h2><ul class="rows">${shown.map((line) =>
    row(
      line.name,
      parts(line.changes, most),
      says === '' ? n(line.changed) : `${n(line.changed)} of ${n(line.decisions)}`,
      kindsInWords(line.changes),
    ),
  )}</ul>${more > 0 ? html`<p class="small">… and ${n(more)} more, which are in the JSON.</p>` : ''}</section>`;
};

const kinds = ({ changes }: ReplayReport): Markup => {
  const most = Math.max(1, ...CHANGES.map((change) => changes[change]));
  return html`<section><h2>What would change</h2><ul class="rows">${CHANGES.map((change) =>
    row(CHANGE_WORDS[change], parts({ [change]: changes[change] }, most), n(changes[change])),
  )}</ul><div class="legend small">${Object.entries(LEGEND).map(
    ([name, says]) => html`<span><i class="${name}"></i>${says}</span>`,
  )}</div></section>`;
};

const WIDTH = 1000;
const HEIGHT = 120;
const MOST_DAYS = 120;
/** So few have room for a date each. */
const FEW_DAYS = 3;

/** Days as columns: all decisions faint, what would change of them by its kinds, to a scale of its own. */
const days = ({ byDay }: ReplayReport): Markup | '' => {
  const shown = byDay.slice(-MOST_DAYS);
  const [first, last] = [shown[0], shown.at(-1)];
  if (!first || !last || shown.every(({ changed }) => changed === 0)) return '';
  const isFew = shown.length <= FEW_DAYS;
  const step = WIDTH / shown.length;
  const width = Math.max(1, Math.min(60, step * 0.9));
  const [mostDecided, mostChanged] = [
    Math.max(...shown.map(({ decisions }) => decisions)),
    Math.max(...shown.map(({ changed }) => changed)),
  ];
  const column = (line: Line, i: number): Markup => {
    const middle = (i + 0.5) * step;
    const x = (middle - width / 2).toFixed(1);
    const inside = (middle - width / 4).toFixed(1);
    const tall = (line.decisions / mostDecided) * HEIGHT;
    let top = HEIGHT;
    const pieces = CHANGES.filter((change) => (line.changes[change] ?? 0) > 0).map((change) => {
      const height = ((line.changes[change] ?? 0) / mostChanged) * HEIGHT;
      top -= height;
      return html`<rect class="${CLASS_OF[change]}" x="${inside}" y="${top.toFixed(1)}" width="${(width / 2).toFixed(1)}" height="${height.toFixed(1)}"/>`;
    });
    return html`<g><title>${line.name}: ${n(line.changed)} of ${n(line.decisions)}</title><rect class="all" x="${x}" y="${(HEIGHT - tall).toFixed(1)}" width="${width.toFixed(1)}" height="${tall.toFixed(1)}"/>${pieces}</g>`;
  };
  return html`<section><h2>Day by day</h2><svg class="days" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="What would change on each day; the numbers are in the JSON">${shown.map(column)}</svg><p class="${isFew ? 'dates few small' : 'dates small'}">${(isFew ? shown : [first, last]).map(({ name }) => html`<span>${name}</span>`)}</p><p class="small">Coloured: decisions that would change, at most ${n(mostChanged)} on a day. Faint and wide, to a scale of its own: all decisions, at most ${n(mostDecided)}.</p></section>`;
};

const example = ({ id, at, change, says }: Example): Markup =>
  html`<li class="example"><p><span class="kind">${CHANGE_WORDS[change]}</span>: ${says}</p><p class="small">${iso(at)} UTC, <code>stile explain ${id}</code></p></li>`;

const notKnown = ({ notKnown: open }: ReplayReport): Markup | '' =>
  open.length === 0
    ? ''
    : html`<section><h2>What is not known</h2><ul>${open.map(
        ({ says, decisions }) => html`<li>${says} <span class="small">${n(decisions)} decisions.</span></li>`,
      )}</ul></section>`;

const actions = ({ actions: did }: ReplayReport): Markup | '' =>
  did === undefined
    ? ''
    : html`<section><h2>What the Actions did</h2><p>${did.actions.join(', ')} ran for ${n(did.decisions)} decisions, ${n(did.refreshes)} of them refreshes: ${n(did.demanding)} times they demanded a proof, ${n(did.denied)} times they denied, ${n(did.failed)} times they failed.</p><ul>${did.faults.map(
        ({ action, failure, message, decisions, example: first }) =>
          html`<li>${action} failed ${n(decisions)} times (${failure}): <code>${message}</code> <span class="small">first for ${first}</span></li>`,
      )}</ul><p class="small">${n(did.fetches)} calls of fetch failed, for it goes nowhere here. ${n(did.redirects)} times somebody would have been sent elsewhere, and ${n(did.withoutPerson)} decisions are of people who are gone. Actions saw people as they are kept today, and neither address nor browser.</p></section>`;

const COUNTED =
  'Every record of a decision counts: of one authorization request there may be several, asked and then granted; “requests” counts each request once. ' +
  'People who were not signed in are not on record when they are asked to sign in. What somebody would have answered to a question that they were never asked is not known: a decision is judged by what was proven when it was made.';

const tile = (count: number, of: number | undefined, says: string): Markup =>
  html`<div class="tile"><b>${n(count)}${of === undefined ? '' : html` <span class="small">of ${n(of)}</span>`}</b>${says}</div>`;

const summary = (report: ReplayReport): Markup => {
  const { decisions, requests, people, first, last, candidate } = report;
  const period = first !== null && last !== null ? `between ${iso(first)} and ${iso(last)} UTC` : 'at no time';
  return html`<h1>${decisions.changed === 0 ? 'Nothing would change' : 'What this policy would change'}</h1>
<p class="lead">${n(decisions.judged)} decisions that were made ${period}, judged again by the candidate policy <code>${candidate}</code>.</p>
<div class="tiles">${tile(decisions.changed, decisions.judged, 'decisions would come out otherwise')}${tile(requests.changed, requests.judged, 'requests')}${tile(people.changed, people.judged, people.isMore ? 'people, and more' : 'people')}${tile(report.changes.locked_out, undefined, 'decisions that would lock somebody out')}</div>`;
};

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The whole page, in light and dark. */
export const replayPage = (report: ReplayReport): string =>
  toText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Replay · Stile</title>
<style>${raw(reportStyles)}</style>
</head>
<body>
<header>${mark}Stile</header>
<main>
${summary(report)}
<div class="columns">${kinds(report)}${table('By who demands it', report.byCause, '')}${table('By scope', report.byScope, 'of')}${table('By client', report.byClient, 'of')}${table('By factor', report.byFactor, '')}</div>
${days(report)}
${report.examples.length > 0 ? html`<section><h2>Examples</h2><ul>${report.examples.map(example)}</ul></section>` : ''}
${actions(report)}
${notKnown(report)}
<section><h2>How it was counted</h2><p class="small">${COUNTED}</p></section>
</main>
</body>
</html>
`);
