/** The chart of the results: in each row the bare limit is the whole width, and everyone else has a share of it. */
import type { ContenderName } from '../contenders/contender.ts';
import type { Results, Row } from '../results.ts';
import { rateOf } from '../results.ts';
import { CONTENDERS, grouped, nameOfContender, nameOfRow } from './names.ts';

const WIDTH = 880;
const LEFT = 190;
const RIGHT = 110;
const BAR = 13;
const GAP = 3;
const ROW_GAP = 16;
const TOP = 74;

const COLOURS: Readonly<Record<ContenderName, string>> = {
  stile: '#0b6e4f',
  limit: '#b9c4bf',
  'oidc-provider': '#2f5d9b',
  'better-auth': '#a3551f',
};

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x}" y="${y}" ${more}>${words}</text>`;

const bar = (row: Row, contender: ContenderName, y: number): string => {
  const [rate, limit] = [rateOf(row, contender), rateOf(row, 'limit') ?? 1];
  const words = rate === undefined ? 'has none' : grouped(rate);
  const width = rate === undefined ? 0 : Math.max(1, Math.round(((WIDTH - LEFT - RIGHT) * rate) / limit));
  const drawn =
    width === 0 ? '' : `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" fill="${COLOURS[contender]}"/>`;
  return `${drawn}${text(LEFT + width + 6, y + BAR - 2, words, 'class="figure"')}`;
};

const ROW_HEIGHT = CONTENDERS.length * (BAR + GAP) + ROW_GAP;

const group = (row: Row, index: number): string => {
  const y = TOP + index * ROW_HEIGHT;
  const bars = CONTENDERS.map((contender, number) => bar(row, contender, y + number * (BAR + GAP)));
  return text(LEFT - 12, y + BAR, nameOfRow[row.row], 'text-anchor="end"') + bars.join('');
};

const legend = (): string =>
  CONTENDERS.map((contender, index) => {
    const x = LEFT + index * 150;
    const swatch = `<rect x="${x}" y="44" width="12" height="12" fill="${COLOURS[contender]}"/>`;
    return swatch + text(x + 18, 55, nameOfContender[contender]);
  }).join('');

/** The chart as SVG, of the rows signed with ES256. */
export const chart = ({ rows }: Results): string => {
  const shown = rows.filter(({ alg }) => alg === 'ES256');
  const height = TOP + shown.length * ROW_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Operations per second on one core, side by side">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#1d2622}.figure{font-size:11px;fill:#55605b}.title{font-size:16px;font-weight:600}</style>',
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>`,
    text(LEFT, 28, 'Operations per second on one core, ES256', 'class="title"'),
    legend(),
    ...shown.map(group),
    '</svg>',
    '',
  ].join('\n');
};
