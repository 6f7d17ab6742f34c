/** No endpoint is forgotten: the table of the server and the scenarios of these tests speak of the same routes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { AUTHORIZATION_PARAMETERS } from '@stile/core';
import { scenarios } from './scenarios.ts';

const server = join(import.meta.dirname, '../../packages/server/src');

const routes = [
  ...readFileSync(join(server, 'app.ts'), 'utf8').matchAll(/^ {2}\['(GET|POST|PATCH|DELETE)',\s+'([^']+)'/gm),
].map(([, method, path]) => `${method} ${path}`);

/** `:id` stands for one part of a path. */
const isOf = (route: string, sent: string): boolean => {
  const [wanted, found] = [route.split('/'), sent.split('/')];
  return wanted.length === found.length && wanted.every((part, i) => part.startsWith(':') || part === found[i]);
};

const covers = (route: string): boolean =>
  scenarios.some(({ method, path }) => {
    const sent = `${method} ${path}`;
    if (route.includes('/:')) return isOf(route, sent);
    return route.endsWith('/*') ? sent.startsWith(route.slice(0, -1)) : sent === route;
  });

it('every route of the server has a scenario', () => {
  assert.ok(routes.length >= 28, 'the table in app.ts is not read as it is written');
  assert.deepEqual(
    routes.filter((route) => !covers(route)),
    [],
    'Give each a row in conformance/hostile/scenarios.ts, with every parameter that it reads',
  );
});

/** The names that the server asks a request for, as far as they stand in its source as they are sent. */
const namesIn = (source: string): readonly string[] => [
  ...[...source.matchAll(/\b(?:single|several|field|singles)\([^;]*?;/g)].flatMap(([call]) =>
    [...call.matchAll(/'([A-Za-z_]+)'/g)].map(([, name = '']) => name),
  ),
  ...[...source.matchAll(/\bform\.(?:has|get)\('([A-Za-z_]+)'\)/g)].map(([, name = '']) => name),
];

it('every parameter that an endpoint reads is spoilt somewhere', () => {
  const rooms = ['account', 'endpoints', 'interaction', 'grant', 'client'];
  const files = rooms.flatMap((room) =>
    readdirSync(join(server, room))
      .filter((file) => !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(server, room, file), 'utf8')),
  );
  const read = new Set(files.flatMap(namesIn));
  const spoilt = new Set(scenarios.flatMap(({ query = [], form = [] }) => [...query, ...form]));
  assert.ok(read.size > 20, 'the parameters are not read out of the source as they are written');
  assert.deepEqual(
    [...read].filter((name) => !spoilt.has(name)),
    [],
  );
  assert.deepEqual(
    AUTHORIZATION_PARAMETERS.filter((name) => !spoilt.has(name)),
    [],
  );
});
