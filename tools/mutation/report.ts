/** Reads what Stryker found, and sets the survivors beside those that are accounted for. */

/** One change of the source that a run of the tests was asked to notice. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** The whole of the line on which it begins. */
  readonly on: string;
  /** What stood there, on one line. */
  readonly original: string;
  /** What it became, on one line. */
  readonly becomes: string;
  /** `Killed`, `Timeout`, `Survived`, `NoCoverage`, `RuntimeError`, `CompileError` or `Ignored`. */
  readonly status: string;
}

/** A change that no test can notice, or need not, and why. */
export interface Accounted {
  readonly file: string;
  /** A piece of the line it begins on, where the same stands elsewhere in the file as well. */
  readonly on?: string;
  readonly original: string;
  readonly becomes: string;
  readonly why: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const record = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
  if (!isRecord(value)) throw new Error(`The report holds no ${what}.`);
  return value;
};

const text = (value: unknown, what: string): string => {
  if (typeof value !== 'string') throw new Error(`The report holds no ${what}.`);
  return value;
};

const position = (value: unknown): { readonly line: number; readonly column: number } => {
  const { line, column } = record(value, 'position');
  if (typeof line !== 'number' || typeof column !== 'number') throw new Error('The report holds no position.');
  return { line, column };
};

const onOneLine = (code: string): string => code.replace(/\s+/g, ' ').trim();

const cutOut = (source: string, location: unknown): string => {
  const { start, end } = record(location, 'location');
  const [from, to] = [position(start), position(end)];
  const lines = source.split('\n').slice(from.line - 1, to.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => line.slice(index === 0 ? from.column - 1 : 0, index === last ? to.column - 1 : undefined))
    .join('\n');
};

/**
 * The mutants of a report in Stryker's JSON format.
 *
 * @throws Error when it is not in that format
 */
export const mutantsOf = (json: string): Mutant[] => {
  const files = record(record(JSON.parse(json), 'report').files, 'files');
  return Object.entries(files).flatMap(([file, value]) => {
    const { source, mutants } = record(value, 'file');
    if (!Array.isArray(mutants)) throw new Error('The report holds no mutants.');
    return mutants.map((each: unknown): Mutant => {
      const { location, replacement, status } = record(each, 'mutant');
      const { line } = position(record(location, 'location').start);
      const code = text(source, 'source');
      return {
        file,
        line,
        on: onOneLine(code.split('\n')[line - 1] ?? ''),
        original: onOneLine(cutOut(code, location)),
        becomes: onOneLine(text(replacement, 'replacement')),
        status: text(status, 'status'),
      };
    });
  });
};

/** Whether a test noticed: it failed, or never ended. */
export const isKilled = ({ status }: Mutant): boolean => status === 'Killed' || status === 'Timeout';

/** Whether nobody noticed, although it could run. */
export const hasSurvived = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage';

/** The account of a survivor, if there is one. */
export const accountOf = (mutant: Mutant, accounts: readonly Accounted[]): Accounted | undefined =>
  accounts.find(
    ({ file, on = '', original, becomes }) =>
      mutant.file === file &&
      mutant.on.includes(on) &&
      mutant.original === onOneLine(original) &&
      mutant.becomes === onOneLine(becomes),
  );

/** The share of killed ones among those that could run, in per cent. */
export const score = (mutants: readonly Mutant[]): number => {
  const ran = mutants.filter((mutant) => isKilled(mutant) || hasSurvived(mutant));
  return ran.length === 0 ? 0 : (100 * ran.filter(isKilled).length) / ran.length;
};
