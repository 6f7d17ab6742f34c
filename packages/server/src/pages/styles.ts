import { accountStyles } from './account/styles.ts';
import { mailStyles } from './mail-styles.ts';
import type { Colour, Scheme } from './palette.ts';
import { dark, light, schemesWith } from './palette.ts';
import { pushStyles } from './push-styles.ts';

/** One custom property per colour, for both schemes. */
const variables = (schemes: { readonly light: Scheme; readonly dark: Scheme }, names: readonly (keyof Scheme)[]) =>
  names
    .map((name) => `--${name.toLowerCase()}: light-dark(${schemes.light[name]}, ${schemes.dark[name]});`)
    .join('\n  ');

const allNames = ['page', 'card', 'ink', 'soft', 'line', 'edge', 'bad', 'accent', 'onAccent', 'accentInk'] as const;

/** The style sheet of one accent colour, to be loaded after {@link stylesheet}. */
export const accentStylesheet = (accent: Colour): string =>
  `:root {\n  ${variables(schemesWith(accent), ['accent', 'onAccent', 'accentInk'])}\n}\n`;

const foundation = `
:root {
  color-scheme: light dark;
  ${variables({ light, dark }, allNames)}
  --tint: color-mix(in oklab, var(--accentink) 10%, var(--card));
  --wash: color-mix(in oklab, var(--ink) 5%, var(--card));
  --round: 8px;
  font: 16px/24px -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Helvetica Neue", Arial, sans-serif;
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}
*, ::before, ::after { box-sizing: border-box }
body, h1, h2, p, dl, dd, ul, ol { margin: 0; padding: 0 }
ul, ol { list-style: none }
[hidden] { display: none !important }
body {
  min-height: 100vh;
  min-height: 100dvh;
  display: flex;
  flex-direction: column;
  align-items: center;
  padding: clamp(16px, 10vh, 112px) 16px 16px;
  background: var(--page);
  color: var(--ink);
  overflow-wrap: break-word;
}
.sheet, .foot { width: 100%; max-width: 448px }
.sheet {
  padding: 32px;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 16px;
  box-shadow: 0 1px 2px #0000000a, 0 16px 40px -16px #0000001f;
}
h1 { font-size: 24px; line-height: 32px; font-weight: 650; letter-spacing: -.012em; text-wrap: balance; hyphens: auto }
h2 { font-size: 14px; line-height: 24px; font-weight: 600; color: var(--soft) }
a { color: var(--accentink); text-underline-offset: 3px }
.lead { margin-top: 8px; color: var(--soft); text-wrap: pretty }
.lead + .lead { margin-top: 8px }
.said + .lead { margin-top: 16px }
.said { margin-top: 16px; padding-inline-start: 12px; border-inline-start: 3px solid var(--line); text-wrap: pretty }
.icon {
  flex: none;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.application { display: flex; align-items: center; gap: 12px; min-height: 32px; margin-bottom: 24px; font-weight: 600; line-height: 20px }
.application img, .initial { flex: none; width: 32px; height: 32px; border-radius: var(--round); object-fit: contain }
.initial { display: grid; place-items: center; background: var(--tint); color: var(--accentink); font-weight: 700 }
.application .icon { color: var(--accentink) }
.application bdi { min-width: 0; overflow-wrap: anywhere }
.faint { opacity: .5 }
`;

const controls = `
form { margin-top: 24px }
label { display: block; font-weight: 600; margin-bottom: 8px }
.field + .field { margin-top: 16px }
.input {
  display: block;
  width: 100%;
  height: 48px;
  padding: 0 12px;
  border: 1px solid var(--edge);
  border-radius: var(--round);
  background: var(--card);
  color: inherit;
  font: inherit;
}
.input.digits, .input.signs { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace }
.input.digits { height: 56px; padding: 0 16px; font-size: 24px; font-weight: 600; letter-spacing: .5em; background-image: repeating-linear-gradient(90deg, color-mix(in oklab, var(--edge) 55%, var(--card)) 0 1ch, transparent 1ch calc(1ch + .5em)); background-origin: content-box; background-position: 0 calc(100% - 12px); background-size: calc(6ch + 2.5em) 2px; background-repeat: no-repeat }
.input.signs { font-size: 18px; letter-spacing: .06em }
.input[aria-invalid] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad) }
:focus-visible { outline: 3px solid var(--accentink); outline-offset: 2px }
.input:focus-visible { outline-width: 2px; outline-offset: 0; border-color: var(--accentink); box-shadow: none }
.input[aria-invalid]:focus-visible { outline-color: var(--bad); border-color: var(--bad) }
.hint { margin-top: 8px; font-size: 14px; color: var(--soft) }
.error { display: flex; gap: 8px; margin-top: 8px; color: var(--bad); font-weight: 500 }
.error .icon { width: 20px; height: 24px }
.notice { display: flex; gap: 12px; margin-top: 24px; padding: 12px 16px; border-radius: var(--round); border: 1px solid var(--line); background: var(--wash) }
.notice.bad { border-color: var(--bad); background: color-mix(in oklab, var(--bad) 7%, var(--card)) }
.notice.bad .icon { color: var(--bad) }
.check { display: flex; align-items: center; gap: 12px; min-height: 44px; margin: 4px 0 -8px; font-weight: 400; font-size: 14px; cursor: pointer }
.check input { width: 20px; height: 20px; margin: 0; accent-color: var(--accentink) }
button { font: inherit; color: inherit; cursor: pointer }
.button {
  display: flex;
  align-items: center;
  justify-content: center;
  width: 100%;
  min-height: 48px;
  padding: 8px 16px;
  border: 1px solid var(--edge);
  border-radius: var(--round);
  background: transparent;
  color: var(--ink);
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  overflow-wrap: anywhere;
}
.button.main { border-color: var(--accentink); background: var(--accent); color: var(--onaccent) }
.button[aria-busy] { opacity: .72; cursor: progress }
.buttons { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(152px, 100%), 1fr)); gap: 12px; margin-top: 24px }
.buttons.column { grid-template-columns: 1fr }
.quiet {
  min-height: 44px;
  padding: 0 8px;
  border: 0;
  border-radius: var(--round);
  background: none;
  color: inherit;
  text-decoration: underline;
  text-decoration-thickness: 1px;
  text-underline-offset: 3px;
}
@media (hover: hover) {
  .button.main:hover { filter: brightness(1.08) }
  .button:not(.main):hover, .way:hover { background: var(--wash) }
  .quiet:hover { color: var(--ink); text-decoration-thickness: 2px }
}
.button.main:active { filter: brightness(.94) }
@media (prefers-reduced-motion: no-preference) {
  .button, .way, .input, .quiet { transition: background-color .12s, border-color .12s, filter .12s, opacity .12s }
}
`;

const pieces = `
.figures { margin-top: 24px; border-block: 1px solid var(--line) }
.figures > div { display: flex; justify-content: space-between; align-items: baseline; gap: 24px; padding: 8px 0 }
.figures > div + div { border-top: 1px solid var(--line) }
.figures dt { color: var(--soft) }
.figures dd { min-width: 0; text-align: end; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
.figures > div:first-child dd { font-size: 20px; letter-spacing: -.01em }
.ways { margin: 24px -12px -16px; padding: 16px 0 0 }
.ways h2 { padding: 0 12px 4px }
.ways.first { margin-top: 0; padding-top: 0 }
form + .hint { margin-top: 24px }
.ways li::before { content: ""; display: block; height: 1px; margin: 0 12px; background: var(--line) }
.way {
  display: flex;
  align-items: center;
  gap: 16px;
  width: 100%;
  min-height: 64px;
  padding: 12px;
  border: 0;
  border-radius: var(--round);
  background: none;
  text-align: start;
}
.way .icon:first-child { color: var(--accentink) }
.way .icon:last-child { width: 20px; height: 20px; color: var(--soft) }
.way span { flex: 1; min-width: 0; overflow-wrap: anywhere; font-weight: 500 }
.way small { display: block; font-size: 14px; line-height: 20px; font-weight: 400; color: var(--soft) }
.scopes { margin-top: 24px; border-block: 1px solid var(--line) }
.scopes li { display: flex; gap: 12px; padding: 12px 0 }
.scopes li + li { border-top: 1px solid var(--line) }
.scopes .icon { width: 20px; color: var(--accentink) }
.scopes div { flex: 1; min-width: 0; overflow-wrap: anywhere }
.scopes b { font-weight: 600 }
.scopes p { font-size: 14px; color: var(--soft) }
.badge { flex: none; align-self: start; padding: 0 8px; border: 1px solid currentColor; border-radius: 12px; color: var(--accentink); font-size: 13px; line-height: 22px; font-weight: 600 }
.account { display: flex; align-items: center; gap: 16px; margin-top: 24px; padding: 16px; border: 1px solid var(--line); border-radius: var(--round); font-weight: 600; overflow-wrap: anywhere }
.account .initial { width: 40px; height: 40px; border-radius: 50% }
.account + form { margin-top: 0 }
.picture { width: 224px; max-width: 100%; margin: 24px auto 0; padding: 12px; border-radius: var(--round); border: 1px solid var(--line); background: #fff }
.picture svg { display: block; width: 100%; height: auto }
details { margin-top: 16px; border-block: 1px solid var(--line) }
summary { display: flex; align-items: center; gap: 8px; min-height: 44px; cursor: pointer; font-weight: 500 }
summary::-webkit-details-marker { display: none }
summary .icon { width: 20px; color: var(--soft) }
details[open] summary .icon { transform: rotate(90deg) }
details > :last-child { padding-bottom: 16px }
.key { display: grid; grid-template-columns: repeat(4, max-content); gap: 4px 16px; margin-top: 8px; font: 600 18px/24px ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; user-select: all }
.codes { display: grid; grid-template-columns: repeat(auto-fit, minmax(136px, 1fr)); gap: 8px 24px; margin-top: 24px; padding: 16px 20px; border: 1px solid var(--line); border-radius: var(--round); background: var(--wash); font: 600 17px/24px ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace }
@media (max-width: 400px) {
  .codes { padding: 12px; font-size: 15px }
}
.codes ~ .buttons { margin-top: 12px }
.on-touch, .on-paper { display: none }
@media (pointer: coarse) { .on-touch { display: grid } }
.reference { margin-top: 24px; padding-top: 16px; border-top: 1px solid var(--line); font-size: 14px; color: var(--soft) }
.reference code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 13px; color: var(--ink); overflow-wrap: anywhere; user-select: all }
.foot { padding: 8px 0 0; color: var(--soft); font-size: 14px; line-height: 20px }
.out { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0 8px; padding-inline-start: 8px }
.out bdi { padding: 12px 0; overflow-wrap: anywhere }
.out div { display: flex; flex-wrap: wrap; margin-inline-start: auto }
.by { display: flex; align-items: center; justify-content: center; gap: 8px; padding: 16px 0 8px; font-size: 13px }
.foot:has(> .by:only-child:empty) { display: none }
.by .icon { width: 20px; height: 20px; color: var(--accentink) }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 480px) {
  body { padding: 0 0 8px; background: var(--card) }
  .sheet { padding: 24px 16px 8px; border: 0; border-radius: 0; box-shadow: none }
  .foot { width: calc(100% - 32px); max-width: 416px; margin-top: 16px; border-top: 1px solid var(--line) }
  .out { padding: 0; margin-inline-end: -8px }
}
@media print {
  body { padding: 0; background: #fff; color: #000 }
  .sheet { border: 0; box-shadow: none }
  .foot, form, .buttons { display: none }
  .on-paper { display: block; margin-top: 16px }
}
@media (forced-colors: active) {
  .button, .badge, .initial { border: 1px solid }
}
`;

/** Everything that the pages look like. */
export const stylesheet: string =
  `${foundation}${controls}${pieces}${pushStyles}${accountStyles}${mailStyles}`.trimStart();
