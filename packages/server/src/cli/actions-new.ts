/** A new Action in the folder: from a template, with its cases. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { actionFilesIn, actionNameOf } from '../actions/deploy/action-file.ts';
import { isOption, withOption } from './actions-words.ts';
import type { Command, CommandLine } from './command.ts';

/** One for each documented recipe. */
const TEMPLATES = fileURLToPath(new URL('../../../actions/templates/', import.meta.url));

const EMPTY = `import type { OnExecutePostLogin } from '@stile/actions';

export const onExecutePostLogin: OnExecutePostLogin = async (event, api) => {
};
`;

/** `stile actions new <name> [--template <template>]` */
export const newAction: Command = async (words, { config, print }) => {
  const { value: template, rest } = withOption(words, '--template');
  const [name] = rest.filter((word) => !isOption(word));
  const known = actionFilesIn(TEMPLATES);
  if (name === undefined || template === '') {
    print(
      'Say how it is to be called, and perhaps from which template: stile actions new <name> --template <template>',
    );
    if (known.length > 0) print(`Templates: ${known.map((one) => one.name).join(', ')}`);
    return 2;
  }
  if (actionNameOf(`${name}.ts`) !== name) {
    print(`An Action cannot be called ${name}: use letters, digits and hyphens.`);
    return 1;
  }
  const { folder } = config.actions;
  if (actionFilesIn(folder).some((one) => one.name === name)) {
    print(`There is an Action ${name} in ${folder} already.`);
    return 1;
  }
  const source = known.find((one) => one.name === template);
  if (template !== undefined && source === undefined) {
    print(`There is no template ${template}. There are: ${known.map((one) => one.name).join(', ')}`);
    return 1;
  }
  mkdirSync(folder, { recursive: true });
  const made = source === undefined ? writeEmpty(folder, name) : copyTemplate(folder, name, source.name);
  tell(made, name, print);
  return 0;
};

const writeEmpty = (folder: string, name: string): readonly string[] => {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, EMPTY, { flag: 'wx' });
  return [file];
};

/** The template and its cases, under the new name. */
const copyTemplate = (folder: string, name: string, template: string): readonly string[] =>
  readdirSync(TEMPLATES)
    .filter((file) => file.startsWith(`${template}.`))
    .flatMap((file) => {
      const target = join(folder, name + file.slice(template.length));
      if (existsSync(target)) return [];
      copyFileSync(join(TEMPLATES, file), target);
      return [target];
    });

const tell = (files: readonly string[], name: string, print: CommandLine['print']): void => {
  for (const file of files) print(`Written: ${file}`);
  print(`Try it: stile actions test. Let it run: stile actions deploy ${name} --bind`);
};
