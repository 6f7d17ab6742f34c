/** Writes `docs/reference/mutation.md` from a whole run. */
import type { Accounted, Mutant } from './report.ts';
import { accountOf, hasSurvived, isKilled, score } from './report.ts';

const perCent = (share: number): string => `${share.toFixed(1)} %`;

const code = (text: string): string => `\`${text.replaceAll('|', '\\|').replaceAll('`', "'")}\``;

const rowOf = (name: string, mutants: readonly Mutant[]): string => {
  const killed = mutants.filter(isKilled).length;
  const survived = mutants.filter(hasSurvived).length;
  return `| ${name} | ${killed + survived} | ${killed} | ${survived} | ${perCent(score(mutants))} |`;
};

/**
 * The page.
 *
 * @param made when and where the run was made, for people
 */
export const pageOf = (mutants: readonly Mutant[], accounts: readonly Accounted[], made: string): string => {
  const files = [...new Set(mutants.map(({ file }) => file))].sort();
  const rows = files.map((file) =>
    rowOf(
      `\`${file.replace('packages/core/src/', '')}\``,
      mutants.filter((mutant) => mutant.file === file),
    ),
  );
  const survivors = mutants.filter(hasSurvived).map((mutant) => {
    const why = accountOf(mutant, accounts)?.why ?? '**not accounted for**';
    const place = `\`${mutant.file.replace('packages/core/src/', '')}\``;
    return `| ${place} | ${code(mutant.original)} | ${code(mutant.becomes)} | ${why} |`;
  });
  return `# Would a test notice?

Tests that pass say little by themselves. \`npm run mutation\` changes the rules in \`packages/core\` one expression at a time (a comparison turned
round, a condition that always holds, a sentence left out) and runs the tests each time. A change that no test notices is a survivor: a rule
that nobody watches, or an expression that makes no difference. Below 90 % the command fails, and so it does for a survivor without an account.

${made}

| file | changes | noticed | survived | share |
|---|--:|--:|--:|--:|
${rows.join('\n')}
${rowOf('**all**', mutants)}

## Survivors

| file | what stood there | what it became | why no test notices |
|---|---|---|---|
${survivors.join('\n')}
`;
};
