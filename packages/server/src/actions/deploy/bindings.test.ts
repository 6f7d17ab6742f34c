import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant } from '@stile/core';
import fc from 'fast-check';
import type { Action, Binding, BindingMode } from '../../store/action-ports.ts';
import type { Rebound } from './bindings.ts';
import { bound, enabled, pointed, redeployed, unbound } from './bindings.ts';

const trigger = 'post-login';

const action = (name: string): Action => ({ id: name, name, createdAt: instant(0) });

/** `a` is live, `a'` a shadow, `-a` switched off; the version follows: `a1`. */
const parsed = (text: string): readonly Binding[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({
      trigger,
      actionId: word.replace(/\W|\d/g, ''),
      mode: word.includes("'") ? 'shadow' : 'live',
      versionId: word.replace(/\D/g, ''),
      enabled: !word.startsWith('-'),
    }));

const written = (rebound: Rebound): string =>
  typeof rebound === 'string'
    ? rebound
    : rebound
        .map((one) => `${one.enabled ? '' : '-'}${one.actionId}${one.versionId}${one.mode === 'live' ? '' : "'"}`)
        .join(' ');

const place = (mode: BindingMode, versionId: string, before?: string, most = 20) =>
  ({
    trigger,
    mode,
    versionId,
    before: before === undefined ? undefined : action(before),
    most,
  }) as const;

const bindings: readonly (readonly [
  before: string,
  name: string,
  mode: BindingMode,
  where: string | undefined,
  after: string,
])[] = [
  ['', 'a', 'live', undefined, 'a9'],
  ['a1 b1', 'c', 'live', undefined, 'a1 b1 c9'],
  ['a1 b1', 'c', 'shadow', undefined, "a1 b1 c9'"],
  ['a1 b1', 'a', 'live', undefined, 'a9 b1'],
  ['-a1 b1', 'a', 'live', undefined, 'a9 b1'],
  ['a1 b1', 'a', 'shadow', undefined, "a1 a9' b1"],
  ["a1 a2' b1", 'a', 'shadow', undefined, "a1 a9' b1"],
  ["a1 a2' b1", 'a', 'live', undefined, 'a9 b1'],
  ["a1' b1", 'a', 'live', undefined, 'a9 b1'],
  ["b1 a2' a1", 'a', 'live', undefined, 'b1 a9'],
  ['a1 b1', 'c', 'live', 'b', 'a1 c9 b1'],
  ['a1 b1', 'b', 'live', 'a', 'b9 a1'],
  ['a1 b1 c1', 'a', 'live', 'c', 'b1 a9 c1'],
  ["a1 b1 b2'", 'c', 'shadow', 'b', "a1 c9' b1 b2'"],
  ['a1', 'a', 'live', 'a', 'other-not-bound'],
  ['a1', 'b', 'live', 'c', 'other-not-bound'],
];

for (const [before, name, mode, where, after] of bindings) {
  test(`${name} bound ${mode}${where === undefined ? '' : ` before ${where}`} to [${before}] gives [${after}]`, () => {
    assert.equal(written(bound(parsed(before), action(name), place(mode, '9', where))), after);
  });
}

test('no more are bound than allowed, but what is bound can be changed where there are more', () => {
  assert.equal(bound(parsed('a1 b1'), action('c'), place('live', '9', undefined, 2)), 'too-many');
  assert.equal(bound(parsed('a1 b1'), action('a'), place('shadow', '9', undefined, 2)), 'too-many');
  assert.equal(written(bound(parsed('a1 b1 c1'), action('a'), place('live', '9', undefined, 2))), 'a9 b1 c1');
});

test('taken out, switched off and on, pointed elsewhere', () => {
  const all = parsed("a1 a2' -b1");
  assert.equal(written(unbound(all, action('a'))), '-b1');
  assert.equal(written(enabled(all, action('a'), false)), "-a1 -a2' -b1");
  assert.equal(written(enabled(all, action('b'), true)), "a1 a2' b1");
  assert.equal(written(pointed(all, action('a'), '7')), "a7 a2' -b1");
  assert.equal(written(pointed(parsed("a2' b1"), action('a'), '7')), "a7' b1");
  assert.equal(written(redeployed(all, action('a'), '7')), 'a7 -b1');
  assert.equal(written(redeployed(all, action('b'), '7')), "a1 a2' -b7");
  assert.equal(written(redeployed(parsed("a2'"), action('a'), '7')), "a7'");
  for (const change of [
    unbound(all, action('c')),
    enabled(all, action('c'), true),
    pointed(all, action('c'), '1'),
    redeployed(all, action('c'), '1'),
  ])
    assert.equal(change, 'not-bound');
});

test('whatever is done, an Action is bound once in each mode, and the others keep their order', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    mode: fc.constantFrom<BindingMode>('live', 'shadow'),
    before: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }),
    does: fc.constantFrom('bind', 'bind', 'bind', 'redeploy', 'unbind'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let now: readonly Binding[] = [];
      for (const [i, { name, mode, before, does }] of steps.entries()) {
        const one = action(name);
        const changes = {
          bind: () => bound(now, one, place(mode, String(i), before)),
          redeploy: () => redeployed(now, one, String(i)),
          unbind: () => unbound(now, one),
        };
        const next = changes[does]();
        if (typeof next === 'string') continue;
        const others = (list: readonly Binding[]) => written(list.filter(({ actionId }) => actionId !== name));
        assert.equal(others(next), others(now));
        assert.equal(new Set(next.map(({ actionId, mode: its }) => actionId + its)).size, next.length);
        now = next;
      }
    }),
  );
});
