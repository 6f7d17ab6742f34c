/** Builds an Action: its file and the packages that it names become one script that needs nothing else. */
import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import type { BuildFailure, BuildOptions, Message, Metafile, Plugin } from 'esbuild';
import { sha256 } from '../../digest.ts';
import type { Dependency } from '../../store/action-ports.ts';
import type { Program } from '../call.ts';
import { BUILT_IN_NAMES } from '../runtime/globals/built-in-names.ts';
import { actionNameOf } from './action-file.ts';
import { dependenciesOf } from './dependencies.ts';

/** What a built Action may be like. */
export interface BuildLimits {
  readonly codeBytes: number;
  readonly programBytes: number;
  readonly dependencies: number;
}

export type ActionSource =
  | { readonly file: string }
  /** As if it lay in that folder, where its packages are looked for. */
  | { readonly source: string; readonly name: string; readonly folder: string; readonly language?: 'js' | 'ts' };

export interface Built {
  readonly name: string;
  readonly program: Program;
  /** Every package that is in the program, by name. */
  readonly dependencies: readonly Dependency[];
  /** What does not keep it from being built, and is probably a mistake. */
  readonly warnings: readonly string[];
}

/** An Action cannot be built; the message names each place with its line and column. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

/** What of Node.js there is in the sandbox. */
const isAvailable = (module: string): boolean => BUILT_IN_NAMES.some((name) => name === module);

const HANDLERS = /\bonExecutePostLogin\b/;

/**
 * Builds with esbuild. The same sources and packages give the same program, wherever they lie.
 *
 * @throws BuildError when it is no Action, cannot be built, or is larger than it may be
 */
export const buildAction = async (source: ActionSource, limits: BuildLimits): Promise<Built> => {
  const { name, folder, input } = inputOf(source);
  const { build } = await import('esbuild');
  const result = await build({ ...OPTIONS, ...input, absWorkingDir: folder, plugins: [nodeModules] }).catch(
    (failure: unknown) => {
      throw isBuildFailure(failure) ? new BuildError(failure.errors.map(inWords).join('\n')) : failure;
    },
  );
  const [output] = result.outputFiles;
  if (output === undefined) throw new BuildError(`${name}: nothing was built.`);
  const { text: code } = output;
  const { direct, all } = dependenciesOf(result.metafile, folder);
  assertWithin(name, limits, { codeBytes: ownBytes(result.metafile), programBytes: output.contents.length, direct });
  if (!HANDLERS.test(code)) {
    throw new BuildError(`${name}: it exports no onExecutePostLogin, so that there is nothing to run after a login.`);
  }
  return {
    name,
    program: { checksum: sha256(code), code },
    dependencies: all,
    warnings: result.warnings.map(inWords),
  };
};

/** Modern as QuickJS is; read by people in traces, so that nothing is made shorter. */
const OPTIONS = {
  bundle: true,
  write: false,
  metafile: true,
  platform: 'neutral',
  format: 'cjs',
  target: 'es2023',
  mainFields: ['module', 'main'],
  conditions: ['module', 'import', 'require', 'default'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'silent',
  // Settings for editors and other builds that lie in the folder change nothing here.
  tsconfigRaw: '{}',
  outfile: 'action.js',
} as const satisfies BuildOptions;

const inputOf = (
  source: ActionSource,
): { readonly name: string; readonly folder: string; readonly input: Pick<BuildOptions, 'entryPoints' | 'stdin'> } => {
  if ('source' in source) {
    const { name, language = 'ts' } = source;
    const folder = resolve(source.folder);
    const stdin = { contents: source.source, resolveDir: folder, sourcefile: `${name}.${language}`, loader: language };
    return { name, folder, input: { stdin } };
  }
  const file = resolve(source.file);
  const name = actionNameOf(file);
  if (name === undefined) throw new BuildError(`${file}: an Action is a file like step-up.ts or step-up.js.`);
  if (!existsSync(file)) throw new BuildError(`${file}: there is no such file.`);
  return { name, folder: dirname(file), input: { entryPoints: [`./${basename(file)}`] } };
};

/** Modules of Node.js stay calls of `require` where the sandbox has them, and are refused in words where it has not. */
const nodeModules: Plugin = {
  name: 'modules of Node.js',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (!isBuiltin(path) || pluginData === FROM_PACKAGES) return undefined;
      const module = path.replace(/^node:/, '');
      if (!path.startsWith('node:')) {
        // A package may bear the name of a module of Node.js: `buffer`, `url`, `util` …
        const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: FROM_PACKAGES });
        if (found.errors.length === 0 && !found.external) return found;
      }
      if (isAvailable(module)) return { path: module, external: true };
      const text = `The module ${module} of Node.js is not there for Actions: they have ${BUILT_IN_NAMES.join(', ')} and fetch.`;
      return { errors: [{ text }] };
    });
  },
};

const FROM_PACKAGES = Symbol('from packages');

const isBuildFailure = (failure: unknown): failure is BuildFailure =>
  failure instanceof Error && 'errors' in failure && Array.isArray(failure.errors);

/** As editors and terminals link it: file, line, column. */
const inWords = ({ text, location, notes }: Message): string => {
  const place = location === null ? '' : `${location.file}:${location.line}:${location.column + 1}: `;
  const hints = notes.flatMap((note) => (note.text === '' || /esbuild|external/i.test(note.text) ? [] : [note.text]));
  return [place + text, ...hints.map((hint) => `  ${hint}`)].join('\n');
};

const isOfPackage = (path: string): boolean => /(?:^|\/)node_modules\//.test(path);

const ownBytes = ({ inputs }: Metafile): number =>
  Object.entries(inputs).reduce((sum, [path, { bytes }]) => sum + (isOfPackage(path) ? 0 : bytes), 0);

const assertWithin = (
  name: string,
  limits: BuildLimits,
  is: { readonly codeBytes: number; readonly programBytes: number; readonly direct: readonly string[] },
): void => {
  if (is.codeBytes > limits.codeBytes)
    throw new BuildError(`${name}: its code has ${is.codeBytes} bytes; at most ${limits.codeBytes} are allowed.`);
  if (is.direct.length > limits.dependencies)
    throw new BuildError(
      `${name}: it names ${is.direct.length} packages (${is.direct.join(', ')}); at most ${limits.dependencies} are allowed.`,
    );
  if (is.programBytes > limits.programBytes)
    throw new BuildError(
      `${name}: with its packages it has ${is.programBytes} bytes; at most ${limits.programBytes} are allowed.`,
    );
};
