/** Takes the steps of the Containerfile without a container engine: as far as files, folders and commands go. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

interface Stage {
  /** What it is called by other stages; the last one has no name. */
  readonly name: string;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Containerfile. */
export const stagesOf = (containerfile: string): readonly Stage[] => {
  const lines = containerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const stages: { name: string; image: string; instructions: Instruction[] }[] = [];
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const [, image = '', called = ''] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
    if (name === 'FROM') stages.push({ name: called, image, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, rest });
  }
  return stages;
};

/** What the one instruction of that name says. @throws Error when there is none, or more than one */
export const instructionOf = ({ instructions }: Stage, name: string): string => {
  const [only, ...others] = instructions.filter((instruction) => instruction.name === name);
  if (only === undefined || others.length > 0) throw new Error(`The Containerfile has no single ${name}.`);
  return only.rest;
};

/** A command in the form of a JSON list. */
export const commandOf = (text: string): readonly string[] => {
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words)) throw new Error(`Not a list of words: ${text}`);
  return words.map(String);
};

/** Whether a path of the repository gets to the engine: the last pattern that names it, or a folder it is in, decides. */
export const isInContext = (path: string, dockerignore: string): boolean => {
  const patterns = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const parts = path.split('/');
  const itAndItsFolders = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  return patterns.reduce((kept, pattern) => {
    const excepted = pattern.startsWith('!');
    const expression = asExpression(excepted ? pattern.slice(1) : pattern);
    return itAndItsFolders.some((one) => expression.test(one)) ? excepted : kept;
  }, true);
};

const asExpression = (pattern: string): RegExp => {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const either = escaped.replaceAll(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${either}$`);
};

/** Carries out what a stage copies. `stages` are the folders of those before it, by their names. */
export const copyStage = (
  stage: Stage,
  context: string,
  folder: string,
  stages: ReadonlyMap<string, string> = new Map(),
): void => {
  const workdir = instructionOf(stage, 'WORKDIR');
  const dockerignore = readFileSync(join(context, '.dockerignore'), 'utf8');
  for (const { rest } of stage.instructions.filter(({ name }) => name === 'COPY')) {
    const words = rest.split(' ');
    const from = words[0]?.startsWith('--from=') === true ? words.shift()?.slice('--from='.length) : undefined;
    const to = words.pop() ?? '';
    for (const source of words) {
      const target = to.endsWith('/') ? join(folder, to, basename(source)) : join(folder, to);
      mkdirSync(dirname(target), { recursive: true });
      if (from === undefined) copyFromContext(source, target, context, dockerignore);
      // Moved, for nobody needs that stage any more.
      else renameSync(source.replace(workdir, stages.get(from) ?? ''), target);
    }
  }
};

const copyFromContext = (source: string, target: string, context: string, dockerignore: string): void => {
  if (!isInContext(source, dockerignore)) throw new Error(`.dockerignore keeps ${source} from the Containerfile.`);
  const prefix = `${context}/`;
  const filter = (path: string): boolean => isInContext(path.replace(prefix, ''), dockerignore);
  cpSync(join(context, source), target, { recursive: true, filter });
};

/** Runs the commands of a stage. */
export const runStage = (stage: Stage, folder: string, env: Readonly<Record<string, string | undefined>>): void => {
  for (const { rest } of stage.instructions.filter(({ name }) => name === 'RUN')) {
    execFileSync('sh', ['-c', rest], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], env });
  }
};

/** Every file under a folder, from there, without what was installed. */
export const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
