/** The modules that make the globals, as the engine reads them: typed like all of this code, with the types taken out. */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'globals');

export const loadGlobals = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
      .map((name) => [name, stripTypeScriptTypes(readFileSync(join(FOLDER, name), 'utf8'))]),
  );
