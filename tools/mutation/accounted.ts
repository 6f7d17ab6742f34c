/** Changes of the core that survive, and why that is in order. Each must still be one: see `report.test.ts`. */
import type { Accounted } from './report.ts';

export const accounted: readonly Accounted[] = [
  {
    file: 'packages/core/src/instant.ts',
    original: "typeof value === 'number'",
    becomes: 'true',
    why: 'Number.isInteger refuses whatever is no number; this tells the compiler.',
  },
  {
    file: 'packages/core/src/json-object.ts',
    original: '{ return undefined; }',
    becomes: '{}',
    why: 'A function that ends without a return gives undefined as well; this tells the compiler.',
  },
  {
    file: 'packages/core/src/next-step.ts',
    on: 'return decisionWith([], situation)',
    original: '[]',
    becomes: '["Stryker was here"]',
    why: 'No requirement is that text, so no wish is kept.',
  },
  {
    file: 'packages/core/src/next-step.ts',
    on: 'const eventsOf',
    original: '[]',
    becomes: '["Stryker was here"]',
    why: 'A text among the events begins no session and is of no kind: it earns what no event earns, nothing.',
  },
  {
    file: 'packages/core/src/next-step.ts',
    original: 'at !== undefined',
    becomes: 'true',
    why: 'undefined is not at or after any moment either; this tells the compiler.',
  },
  {
    file: 'packages/core/src/step-up.ts',
    original: "source.from === 'request'",
    becomes: 'true',
    why: 'No other source has a parameter; this tells the compiler.',
  },
  {
    file: 'packages/core/src/www-authenticate.ts',
    on: 'const elements',
    original: '[]',
    becomes: '["Stryker was here"]',
    why: 'It is read as a challenge of a scheme called stryker, and schemes other than Bearer and DPoP are passed over.',
  },
  {
    file: 'packages/core/src/www-authenticate.ts',
    original: 'i < header.length',
    becomes: 'i <= header.length',
    why: 'Behind the last character there is undefined: no quotation mark, no backslash, no comma.',
  },
  {
    file: 'packages/core/src/www-authenticate.ts',
    on: 'const [, written',
    original: '[]',
    becomes: '["Stryker was here"]',
    why: 'The first item is skipped: it would be the whole of a match.',
  },
  {
    file: 'packages/core/src/www-authenticate.ts',
    on: 'const [, written',
    original: "''",
    becomes: '"Stryker was here!"',
    why: 'The name is used only beside a value, and then there is one.',
  },
  {
    file: 'packages/core/src/www-authenticate.ts',
    on: 'const [, scheme',
    original: '[]',
    becomes: '["Stryker was here"]',
    why: 'The first item is skipped: it would be the whole of a match.',
  },
];
