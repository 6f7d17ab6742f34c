/** What the mailbox, and the choice of how to be reached, look like beside what all pages look like. */
export const mailStyles = `
article { margin-top: 32px }
.lead + .field, .field ~ .field { margin-top: 16px }
.message { margin-top: 12px; padding: 12px 16px; border: 1px solid var(--line); border-radius: var(--round); background: var(--wash); font: 14px/20px ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
.choices { min-width: 0; margin: 16px 0 0; padding: 0; border: 0 }
.choices legend { padding: 0; font-weight: 600 }
.choices .check { margin: 0 }
`;
