/** The style of the report, in the colours of the pages; it stands in the report itself, which needs nothing from elsewhere. */
import { dark, light } from '../pages/palette.ts';

const NAMES = ['page', 'card', 'ink', 'soft', 'line', 'edge', 'bad', 'accentInk'] as const;

const variables = NAMES.map((name) => `--${name.toLowerCase()}: light-dark(${light[name]}, ${dark[name]});`).join(' ');

export const reportStyles = `
:root {
  color-scheme: light dark;
  ${variables}
  --wash: color-mix(in oklab, var(--ink) 5%, var(--card));
  --more: var(--accentink);
  --less: color-mix(in oklab, var(--accentink) 40%, var(--card));
  --other: var(--edge);
  font: 15px/22px -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Helvetica Neue", Arial, sans-serif;
}
*, ::before, ::after { box-sizing: border-box }
body, h1, h2, p, dl, dd, ul, table { margin: 0; padding: 0 }
ul { list-style: none }
body { background: var(--page); color: var(--ink); padding: 32px 16px 64px; overflow-wrap: break-word }
main, header { max-width: 1040px; margin: 0 auto }
header { display: flex; gap: 10px; align-items: center; font-weight: 600; margin-bottom: 16px }
header svg { width: 24px; height: 24px; flex: none; fill: none; stroke: var(--accentink); stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round }
h1 { font-size: 26px; line-height: 34px; font-weight: 650; letter-spacing: -.012em; text-wrap: balance }
h2 { font-size: 16px; line-height: 24px; font-weight: 600; margin-bottom: 12px }
.lead, .small { color: var(--soft) }
.lead { margin-top: 8px; max-width: 70ch }
.small { font-size: 13px; line-height: 20px }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin-top: 24px }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 20px }
.tile b { display: block; font-size: 26px; line-height: 34px; font-weight: 650; font-variant-numeric: tabular-nums }
.tile .small { white-space: nowrap }
.columns { columns: 2 440px; column-gap: 16px; margin-top: 16px }
.columns > section { break-inside: avoid }
.columns > section + section { margin-top: 16px }
.columns > section:only-child { column-span: all }
main > section { margin-top: 16px }
.rows { display: grid; grid-template-columns: fit-content(46%) minmax(60px, 1fr) auto; column-gap: 12px }
.row { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; row-gap: 2px; align-items: center; padding: 5px 0 }
.row + .row { border-top: 1px solid var(--line); margin-top: 0 }
.row .kinds { grid-column: 1 / -1 }
.row .name { min-width: 0; overflow-wrap: anywhere }
.row .count { font-variant-numeric: tabular-nums; text-align: right }
.bar { display: flex; height: 12px; border-radius: 4px; background: var(--wash); overflow: hidden }
.bar i { display: block; height: 100% }
.grave { background: var(--bad); fill: var(--bad) }
.more { background: var(--more); fill: var(--more) }
.less { background: var(--less); fill: var(--less) }
.other { background: var(--other); fill: var(--other) }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-top: 16px }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 8px; vertical-align: -1px }
.days { width: 100%; height: 120px; display: block }
.days .all { fill: color-mix(in oklab, var(--ink) 10%, var(--card)) }
.dates { display: flex; justify-content: space-between; margin: 4px 0 8px }
.dates.few { justify-content: space-around }
.example { padding: 10px 0 }
.example + .example { border-top: 1px solid var(--line) }
.example p { overflow-wrap: anywhere }
.kind { font-weight: 600 }
code { font: 13px ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere }
li + li, p + ul, ul + p { margin-top: 8px }
@media (max-width: 520px) { .rows { grid-template-columns: 1fr auto } .row .bar { grid-column: 1 / -1; grid-row: 2 } }
@media print { body { background: none } .tile, section { break-inside: avoid } }
`;
