/**
 * The code of this room as one script for the sandbox. It is written, and type-checked, as modules; their functions are put behind one
 * another as text, under their own names, so that nothing has to be built.
 */
import { API } from './api.ts';
import { BASE64URL } from './base64url.ts';
import { CACHE } from './cache.ts';
import { METHODS } from './methods.ts';
import { REDIRECT } from './redirect.ts';
import { RESTRICTED_CLAIMS } from './restricted-claims.ts';
import { STEP_UP } from './step-up.ts';
import { UNSUPPORTED } from './unsupported.ts';
import { VALUES } from './values.ts';

/** What a part is made of, by the names under which its functions know each other. */
type Part = Readonly<Record<string, unknown>>;

/** Comments and indentation are of no use in there. */
const dense = (code: string): string => code.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '').replace(/\s*\n\s*/g, '\n');

const declarations = (part: Part): string =>
  Object.entries(part)
    .map(
      ([name, value]) =>
        `const ${name}=${typeof value === 'function' ? dense(value.toString()) : JSON.stringify(value)};`,
    )
    .join('\n');

const PARTS: readonly Part[] = [
  { RESTRICTED_CLAIMS },
  VALUES,
  BASE64URL,
  UNSUPPORTED,
  METHODS,
  REDIRECT,
  CACHE,
  STEP_UP,
  API,
];

/** A script whose value is `(host) => ({ event, api })`. */
export const insideScript = (): string => `(()=>{'use strict';
const warn=console.warn.bind(console);
${PARTS.map(declarations).join('\n')}
return (host)=>buildAction({...host,warn});
})()`;
