/** Cases beside Actions: run in the same sandbox as logins, with what differs said; and real executions saved as cases. */
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isJsonObject } from '@stile/core';
import type { ActionRuntime, Program } from '../actions/call.ts';
import type { ActionCase } from '../actions/cases/action-case.ts';
import { CaseError, casesIn } from '../actions/cases/action-case.ts';
import type { CaseResult } from '../actions/cases/run-case.ts';
import { runCase } from '../actions/cases/run-case.ts';
import { caseOf, fileOf } from '../actions/cases/saved-case.ts';
import { actionFilesIn } from '../actions/deploy/action-file.ts';
import { BuildError, buildAction } from '../actions/deploy/build.ts';
import { EncryptionKeyError, openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import { openStore } from '../server.ts';
import type { ActionExecution } from '../store/action-ports.ts';
import type { Store } from '../store/ports.ts';
import { printable, withOption } from './actions-words.ts';
import type { Command, CommandLine } from './command.ts';

/** `stile actions test [<file>…] [--save <execution>]` */
export const testActions: Command = async (words, line) => {
  const { value: execution, rest } = withOption(words, '--save');
  try {
    return execution === undefined ? await testFiles(rest, line) : await withStore(execution, line);
  } catch (error) {
    const isTold = [CaseError, BuildError, EncryptionKeyError].some((kind) => error instanceof kind);
    if (!(error instanceof Error && isTold)) throw error;
    line.print(error.message);
    return 1;
  }
};

const withStore = async (execution: string, line: CommandLine): Promise<number> => {
  const store = openStore(line.config);
  try {
    return await saveCase(store, execution, line);
  } finally {
    await store.close();
  }
};

/** The same sandbox as that of logins, but without a network: what `fetch` gets stands in the case. */
const openSandbox = async ({ config }: Pick<CommandLine, 'config'>): Promise<ActionRuntime> => {
  const { createActionRuntime } = await import('../actions/runtime/runtime.ts');
  const { insideScript } = await import('../actions/inside/script.ts');
  const { limits } = config.actions;
  return createActionRuntime({ limits, egress: 'ask', workers: 1, queue: 10, insideSource: insideScript });
};

const testFiles = async (words: readonly string[], line: CommandLine): Promise<number> => {
  const { config, print } = line;
  const { folder } = config.actions;
  const files = words.length > 0 ? words.map((word) => resolve(word)) : caseFilesIn(folder);
  if (files.length === 0) {
    print(`There are no cases in ${folder}: write risk.case.ts beside risk.ts.`);
    return 1;
  }
  const programs = programsOf(folder, line);
  const runtime = await openSandbox(line);
  let [passed, failed] = [0, 0];
  try {
    for (const file of files) {
      for (const one of await casesOf(file)) {
        const program = await programs(one.action ?? actionOfFile(file));
        const result = await runCase(one, program, runtime);
        printResult(result, print);
        if (result.differences.length === 0) passed += 1;
        else failed += 1;
      }
    }
  } finally {
    await runtime.close();
  }
  print(failed === 0 ? `${inWords(passed)} passed.` : `${inWords(failed)} failed, ${passed} passed.`);
  return failed === 0 && passed > 0 ? 0 : 1;
};

const inWords = (cases: number): string => (cases === 1 ? '1 case' : `${cases} cases`);

const caseFilesIn = (folder: string): readonly string[] =>
  globSync('**/*.case.{ts,mts,js,mjs}', { cwd: folder, exclude: (name) => name === 'node_modules' })
    .map((path) => join(folder, path))
    .toSorted();

const casesOf = async (file: string): Promise<readonly ActionCase[]> => {
  if (!existsSync(file)) throw new CaseError(`${file}: there is no such file.`);
  try {
    const url = pathToFileURL(file).href;
    const module: unknown = await import(url);
    return casesIn(isJsonObject(module) ? module : {}, file);
  } catch (error) {
    if (error instanceof CaseError) throw error;
    throw new CaseError(`${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** `risk.case.ts` and `risk.something.case.ts` are cases of `risk`, unless they say of what. */
const actionOfFile = (file: string): string =>
  basename(file)
    .replace(/\.case\.[cm]?[jt]s$/, '')
    .replace(/\..*$/, '');

/** Builds the Actions of a folder as they are there now, each once. */
const programsOf = (folder: string, { config }: Pick<CommandLine, 'config'>) => {
  const built = new Map<string, Promise<Program>>();
  const build = async (name: string): Promise<Program> => {
    const found = actionFilesIn(folder).find((one) => one.name === name);
    if (found === undefined) throw new CaseError(`There is no Action ${name} in ${folder} to run a case of.`);
    return (await buildAction({ file: found.file }, config.actions.limits)).program;
  };
  return (name: string): Promise<Program> => {
    const known = built.get(name) ?? build(name);
    built.set(name, known);
    return known;
  };
};

const printResult = ({ name, differences, came, ms }: CaseResult, print: CommandLine['print']): void => {
  print(printable(`${differences.length === 0 ? 'passed' : 'FAILED'}  ${name}  ${Math.round(ms)} ms`));
  for (const difference of differences) print(printable(`  ${difference}`));
  if (differences.length === 0) return;
  for (const { level, text } of came.console) print(printable(`  console.${level}: ${text}`));
};

/** Writes an execution as a case into the folder, with what its Action does now if that is what it did then. */
const saveCase = async (store: Store, id: string, line: CommandLine): Promise<number> => {
  const { config, print } = line;
  const execution = await store.actions.findExecution(id);
  if (execution === undefined) {
    print('There is no such execution. List them: stile actions executions');
    return 1;
  }
  const found = await store.actions.findVersion(execution.versionId);
  const one = found && caseOf(execution, found.version.secretNames, () => openEncryptionKey(config, 'throw'));
  if (found === undefined || one === undefined) {
    print(
      'What it was given was not kept (actions.executions.events), or its version is gone: it cannot be made a case.',
    );
    return 1;
  }
  const file = join(config.actions.folder, `${execution.action}.${execution.id.slice(4)}.case.ts`);
  if (existsSync(file)) {
    print(`${file} is there already.`);
    return 1;
  }
  const runtime = await openSandbox(line);
  try {
    const [again] = casesIn({ cases: one }, file);
    const result = again && (await runCase(again, found.version, runtime));
    const commands = result?.came.commands ?? [];
    // With its secrets masked it may sign and send otherwise than it did: what it calls is to be the same.
    const isAsThen = result?.came.outcome === again?.expect.outcome && isSameCalls(execution, commands);
    const expected = commands.map(({ call, args }): [string, ...typeof args] => [call, ...args]);
    const saved = isAsThen ? { ...one, expect: { ...one.expect, commands: expected } } : one;
    writeFileSync(file, fileOf(saved), { flag: 'wx', mode: 0o600 });
    print(`Written: ${file}. It is about a person: look through it before you share it.`);
    if (!isAsThen) print('Run again with its secrets masked it did not do the same: adapt what the case expects.');
    return 0;
  } finally {
    await runtime.close();
  }
};

const isSameCalls = ({ details }: ActionExecution, commands: readonly { readonly call: string }[]): boolean =>
  details.commands.map(({ call }) => call).join() === commands.map(({ call }) => call).join();
