import { ConfigError } from '../config/config.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { error } from '../doctor/finding.ts';
import type { Command, CommandLine } from './command.ts';

const EXIT_CODE = { ok: 0, warning: 1, error: 2 } as const;

/** `stile doctor [--json] [--reach]`: 0 when all is well, 1 when something is worth a look, 2 when the server would not start. */
export const doctor: Command = async (words, { config, print }) =>
  tell(await examine(config, { thorough: true, reach: words.includes('--reach') }), words, print);

/** The same for a configuration that cannot be read at all; nothing when the failure was another one. */
export const doctorWithoutConfiguration = (
  failure: unknown,
  words: readonly string[],
  print: CommandLine['print'],
): number | undefined => {
  if (words[0] !== 'doctor' || !(failure instanceof ConfigError)) return undefined;
  const finding = error('configuration', {
    what: failure.message,
    why: 'Without a configuration nothing can be decided, so the server does not start.',
    todo: 'Correct what is named; packages/server/src/config/schema.ts describes every field.',
  });
  return tell([finding], words, print);
};

const tell = (findings: readonly Finding[], words: readonly string[], print: CommandLine['print']): number => {
  const worst = findings.reduce<Finding['severity']>(
    (severity, finding) => (EXIT_CODE[finding.severity] > EXIT_CODE[severity] ? finding.severity : severity),
    'ok',
  );
  if (words.includes('--json')) print(JSON.stringify({ status: worst, findings }, null, 2));
  else for (const finding of findings) tellOne(finding, print);
  return EXIT_CODE[worst];
};

const MARGIN = ' '.repeat(9);

const tellOne = ({ severity, check, what, why, todo }: Finding, print: CommandLine['print']): void => {
  print(`${severity.padEnd(MARGIN.length)}${check}: ${what}`);
  if (why !== undefined) print(`${MARGIN}Why it matters: ${why}`);
  if (todo !== undefined) print(`${MARGIN}What to do: ${todo}`);
};
