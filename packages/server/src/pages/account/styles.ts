/** What the account pages look like, beside what all pages look like. */
export const accountStyles = `
.sheet.wide, .sheet.wide + .foot { max-width: 640px }
.owned { margin-top: 32px }
.owned > ul { margin-top: 8px; border-block: 1px solid var(--line) }
.owned li { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 12px 0 }
.owned li + li { border-top: 1px solid var(--line) }
.owned li > .icon { color: var(--accentink) }
.owned li > div { flex: 1 1 144px; min-width: 0; overflow-wrap: anywhere }
.owned b { font-weight: 600 }
.owned b.bad { color: var(--bad) }
.owned small { display: block; font-size: 14px; line-height: 20px; color: var(--soft) }
.owned .badge { display: inline-block; margin-inline-start: 4px; white-space: nowrap }
.owned .buttons { grid-template-columns: repeat(auto-fit, minmax(min(192px, 100%), 1fr)); margin-top: 16px }
.owned .notice { margin-top: 16px }
.owned + .buttons { margin-top: 16px }
.button.small { flex: none; width: auto; min-height: 44px; padding: 4px 16px; font-weight: 500 }
details + .field { margin-top: 24px }
a.quiet { display: inline-flex; align-items: center }
a.way { color: inherit; text-decoration: none }
.ways ol { display: grid; gap: 12px }
.ways ol > li:not(:has(.way)) { padding: 12px }
.ways ol > li:not(:has(.way))::before { margin: 0 0 12px }
form:has(> .ways.first) { margin-top: 16px }
.codes ~ .buttons[data-tools] { grid-template-columns: repeat(auto-fit, minmax(min(116px, 100%), 1fr)) }
@media print {
  :root { color-scheme: light }
  form:has(.codes) { display: block }
}
`;
