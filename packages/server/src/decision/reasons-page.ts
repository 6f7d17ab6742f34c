import { REASON_GROUPS } from './reasons.ts';

const BEGINNING = `# Reasons

Every decision, refusal and failed proof has a stable word that says why. It stands in the trace of a decision (\`stile explain\`), in the audit
records, in the log and in the [metrics](metrics.md). Applications and people are told less, so that an attacker learns nothing: the last column says who
learns of it besides operators. An application is told by an error code and a description, a person by a sentence of their page.

This page is printed from \`packages/server/src/decision/reasons.ts\`; a test holds that the words in the source and those here are the same.
`;

const TOLD = { person: 'the person', application: 'the application', nobody: 'nobody' } as const;

/** The reference page of the reasons, in Markdown. */
export const reasonsPage = (): string =>
  [
    BEGINNING,
    ...REASON_GROUPS.map(({ title, reasons }) => {
      const rows = Object.entries(reasons).map(([code, { says, told }]) => `| \`${code}\` | ${says} | ${TOLD[told]} |`);
      return [`## ${title}`, '', '| reason | meaning | told |', '|---|---|---|', ...rows, ''].join('\n');
    }),
  ].join('\n');
