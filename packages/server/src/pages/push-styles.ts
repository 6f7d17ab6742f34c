/** The number that is compared on two devices: the largest thing on its page. */
export const pushStyles = `
.match { margin-top: 24px; padding: 16px; border: 1px solid var(--line); border-radius: var(--round); background: var(--wash); text-align: center }
.match dt { color: var(--soft); font-size: 14px }
.match dd { font: 700 56px/64px ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; letter-spacing: .12em; margin-right: -.12em }
.match + .lead, .notice + .lead { margin-top: 16px }
[data-waits] > h2, [data-waits] + .field { margin-top: 24px }
[data-outcome] { margin: 0 0 24px }
.input.two { width: 4em; height: 56px; font: 600 24px/1 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; letter-spacing: .3em; text-align: center }
.address { margin-top: 8px; padding: 12px; border: 1px solid var(--line); border-radius: var(--round); background: var(--wash); font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 14px; overflow-wrap: anywhere; user-select: all }
`;
