/** The bank: a page, its script and its style. Everything that matters happens in the browser and at the accounts API. */
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { Hono } from 'hono';
import { icon } from '../appearance/icon.ts';
import { pageHeaders } from '../appearance/page-headers.ts';
import { stylesheetOf } from '../appearance/stylesheet.ts';
import { bankPage } from './page.ts';

export interface BankOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Where the accounts API is reached. */
  readonly api: string;
  /** The identifier of the accounts API in tokens. */
  readonly audience: string;
}

export const createBank = (options: BankOptions): Hono => {
  const script = bundled();
  const app = new Hono();
  app.use(pageHeaders({ connect: [new URL(options.issuer).origin, options.api] }));
  app.get('/', (c) => c.html(bankPage(options)));
  app.get('/app.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  app.get('/styles.css', (c) => stylesheetOf(c, 'bank'));
  app.get('/icon.svg', (c) => c.body(icon('#2f5bea'), 200, { 'content-type': 'image/svg+xml' }));
  app.notFound((c) => c.redirect('/', 303));
  return app;
};

/** The browser's part in one file. It is not minified, so that it can be read where it runs. */
const bundled = (): string => {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('./browser/app.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  const [script] = outputFiles;
  if (!script) throw new Error('The page of the bank has no script.');
  return script.text;
};
