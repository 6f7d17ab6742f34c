import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, resolveConfig } from './config.ts';

const actions = (given: unknown) => resolveConfig({ actions: given }).actions;

const faultOf = (given: unknown): string => {
  try {
    actions(given);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return assert.fail('it was accepted');
};

test('what is left out has the limits of Auth0, and nobody is called', () => {
  const { folder, limits, egress, secrets, executions } = actions(undefined);
  assert.deepEqual(
    [folder, egress, secrets, executions],
    ['./actions', { allow: [], allowPrivate: [] }, {}, { retention: 864_000, events: true }],
  );
  assert.deepEqual(
    [
      limits.wallMs,
      limits.codeBytes,
      limits.dependencies,
      limits.secrets,
      limits.secretLength,
      limits.bindings,
      limits.versions,
    ],
    [20_000, 100_000, 10, 30, 4096, 20, 50],
  );
});

test('a secret that the environment does not have is no mistake of the configuration: it is missed when the Action is deployed', () => {
  const { secrets } = actions({ secrets: { risk: { API_KEY: undefined, OTHER: 'x', FILE: { file: '/run/x' } } } });
  assert.deepEqual(secrets.risk, { API_KEY: undefined, OTHER: 'x', FILE: { file: '/run/x' } });
  assert.deepEqual(Object.keys(secrets.risk ?? {}), ['API_KEY', 'OTHER', 'FILE']);
});

const mistakes: readonly (readonly [given: unknown, place: string, fix: RegExp])[] = [
  [{ folders: 'x' }, 'actions', /Remove or rename: folders/],
  [{ folder: '' }, 'actions.folder', />=1/],
  [{ limits: { cpuMs: 0 } }, 'actions.limits.cpuMs', />=1/],
  [{ limits: { memoryBytes: 1000 } }, 'actions.limits.memoryBytes', />=1048576/],
  [{ limits: { memory: '32MB' } }, 'actions.limits', /Remove or rename: memory/],
  [{ egress: { allow: ['https://api.example.com/path'] } }, 'actions.egress.allow[0]', /without a path/],
  [{ egress: { allowPrivate: ['a b'] } }, 'actions.egress.allowPrivate[0]', /Write a host/],
  [{ secrets: { 'a b': {} } }, 'actions.secrets.a b', /called as its file is/],
  [{ secrets: { risk: { 'API-KEY': 'x' } } }, 'actions.secrets.risk.API-KEY', /called like a variable/],
  [{ secrets: { risk: { API_KEY: 7 } } }, 'actions.secrets.risk.API_KEY', /where the value comes from/],
  [{ executions: { retention: 'long' } }, 'actions.executions.retention', /'30s', '5m'/],
];

for (const [given, place, fix] of mistakes) {
  test(`a mistake is named by its place: ${place}`, () => {
    const line = faultOf(given)
      .split('\n')
      .find((one) => one.startsWith(`  ${place}: `));
    assert.ok(line !== undefined, faultOf(given));
    assert.match(line, fix);
  });
}

test('no message quotes a secret', () => {
  const message = faultOf({ secrets: { risk: { API_KEY: ['mArKeR'], 'a b': 'mArKeR' } }, folder: 7 });
  assert.match(message, /actions\.folder/);
  assert.doesNotMatch(message, /mArKeR/);
});
