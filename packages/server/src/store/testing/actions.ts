import assert from 'node:assert/strict';
import type { ActionExecution, Binding, BindingMode, CacheEntry, Deployment } from '../action-ports.ts';
import type { Store } from '../ports.ts';
import { at, atOnce, audit, count } from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const TRIGGER = 'post-login';

/** A version of an Action whose code is told by one word. */
export const deployment = (code: string, over: Partial<Deployment> = {}): Deployment => ({
  trigger: TRIGGER,
  name: 'risk',
  newActionId: `action of ${over.name ?? 'risk'}`,
  version: {
    id: `version ${code} of ${over.name ?? 'risk'}`,
    checksum: `checksum of ${code}`,
    code,
    dependencies: [{ name: 'left-pad', version: '1.3.0' }],
    secretNames: ['API_KEY'],
    sealedSecrets: 'sealed',
    secretsDigest: 'digest',
    createdAt: at(10),
  },
  mostVersions: 50,
  ...over,
});

const untouched = () => ({ bindings: undefined, audit: [] });

export const deployed = (store: Store, code: string, over: Partial<Deployment> = {}) =>
  store.actions.deploy(deployment(code, over), untouched);

export const binding = (over: Partial<Binding> = {}): Binding => ({
  trigger: TRIGGER,
  actionId: 'action of risk',
  mode: 'live',
  versionId: 'version one of risk',
  enabled: true,
  ...over,
});

export const bind = (store: Store, ...bindings: readonly Binding[]): Promise<string> =>
  store.actions.changeBindings(TRIGGER, () => ({ bindings, value: 'changed', audit: [] }));

export const execution = (over: Partial<ActionExecution> = {}): ActionExecution => ({
  id: 'execution',
  at: at(20),
  trigger: TRIGGER,
  action: 'risk',
  versionId: 'version one of risk',
  number: 1,
  mode: 'live',
  userId: 'alice',
  clientId: null,
  requestId: 'req_1',
  outcome: 'failed',
  details: {
    handler: 'onExecutePostLogin',
    wallMs: 1.25,
    cpuMs: 0.5,
    failure: 'threw',
    message: 'no',
    commands: [{ call: 'access.deny', args: ['no'] }],
    console: [{ level: 'log', text: 'hello', atMs: 1 }],
    consoleLeftOut: 2,
    recorded: '1.key.nonce.sealed',
  },
  ...over,
});

export const entry = (key: string, over: Partial<CacheEntry> = {}): { readonly set: Omit<CacheEntry, 'trigger'> } => ({
  set: { key, value: 'value', expiresAt: at(900), ...over },
});

const LIMITS = { entries: 3, totalBytes: 100 };

const keysOf = async ({ actions }: Store, now = at(0)): Promise<readonly string[]> =>
  (await actions.cached(TRIGGER, now)).map(({ key }) => key);

export const actionPromises: Promises = {
  'an Action is deployed as a version that is found as it was': async (store) => {
    const { version } = deployment('one');
    const first = await deployed(store, 'one');
    const { code, sealedSecrets, secretsDigest, ...rest } = { ...version, actionId: 'action of risk', number: 1 };
    const action = { id: 'action of risk', name: 'risk', createdAt: at(10) };
    assert.deepEqual(first, { isNew: true, action, version: rest });
    assert.deepEqual(await store.actions.findVersion(version.id), {
      action,
      version: { ...rest, code, sealedSecrets, secretsDigest },
    });
    assert.deepEqual(await store.actions.all(), [action]);
    assert.deepEqual(await store.actions.findByName('risk'), action);
    assert.equal(await store.actions.findByName('other'), undefined);
    assert.equal(await store.actions.findVersion('other'), undefined);
  },

  'what is the same as the newest makes no version; other code and other secrets do': async (store) => {
    await deployed(store, 'one');
    const same = deployment('one').version;
    const again = await deployed(store, 'one', { version: { ...same, id: 'another', sealedSecrets: 'sealed anew' } });
    assert.deepEqual([again.isNew, again.version.id], [false, 'version one of risk']);
    const renewed = await deployed(store, 'one', { version: { ...same, id: 'another', secretsDigest: 'other' } });
    assert.deepEqual([renewed.isNew, renewed.version.number], [true, 2]);
    assert.equal((await deployed(store, 'two')).version.number, 3);
    const back = await deployed(store, 'one', { version: { ...same, id: 'back' } });
    assert.equal(back.version.number, 4, 'only the newest counts');
    const numbers = (await store.actions.versionsOf('action of risk')).map(({ number }) => number);
    assert.deepEqual(numbers, [4, 3, 2, 1]);
  },

  'versions that are deployed at once get a number each': async (store) => {
    const all = await atOnce(8, (index) => deployed(store, `code ${index}`));
    assert.deepEqual(
      all.map(({ version }) => version.number).toSorted((one, other) => one - other),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal((await store.actions.all()).length, 1);
    const same = await atOnce(5, () => deployed(store, 'code 7', { newActionId: 'another' }));
    assert.ok(
      count(
        same.map(({ isNew }) => isNew),
        true,
      ) <= 1,
    );
  },

  'the oldest versions are forgotten beyond the limit, but never one that is bound, nor a number used again': async (
    store,
  ) => {
    await deployed(store, 'one');
    await bind(store, binding());
    for (const code of ['two', 'three', 'four']) await deployed(store, code, { mostVersions: 2 });
    const numbers = async () => (await store.actions.versionsOf('action of risk')).map(({ number }) => number);
    assert.deepEqual(await numbers(), [4, 3, 1]);
    await bind(store);
    assert.equal((await deployed(store, 'five', { mostVersions: 1 })).version.number, 5);
    assert.deepEqual(await numbers(), [5]);
  },

  'what is bound runs in its order, and what is not enabled does not': async (store) => {
    await deployed(store, 'one');
    await deployed(store, 'one', { name: 'roles' });
    const risk = binding();
    const roles = binding({ actionId: 'action of roles', versionId: 'version one of roles' });
    const shadow = { ...risk, mode: 'shadow' } satisfies Binding;
    assert.equal(await bind(store, roles, shadow, risk), 'changed');
    assert.deepEqual(await store.actions.bindings(TRIGGER), [roles, shadow, risk]);
    const running = async () => {
      const { actions } = await store.actions.bound(TRIGGER);
      return actions.map((one): [string, BindingMode, string] => [one.action.name, one.binding.mode, one.version.code]);
    };
    assert.deepEqual(await running(), [
      ['roles', 'live', 'one'],
      ['risk', 'shadow', 'one'],
      ['risk', 'live', 'one'],
    ]);
    await bind(store, { ...risk, enabled: false }, roles);
    assert.deepEqual(await running(), [['roles', 'live', 'one']]);
  },

  'everything that changes what runs is told by a number that grows': async (store) => {
    const revisions: number[] = [];
    const note = async () => revisions.push((await store.actions.state(TRIGGER)).revision);
    await note();
    await deployed(store, 'one');
    await note();
    await bind(store, binding());
    await note();
    await store.actions.deploy(deployment('two'), ({ version }, [old = binding()]) => ({
      bindings: [{ ...old, versionId: version.id }],
      audit: [],
    }));
    await note();
    await store.actions.setOff(TRIGGER, at(5), []);
    await note();
    assert.deepEqual(revisions, [0, 0, 1, 2, 3]);
  },

  'a trigger that is switched off runs nothing, whatever is done to its bindings, until it is switched on': async (
    store,
  ) => {
    await deployed(store, 'one');
    await bind(store, binding());
    assert.equal(await store.actions.setOff(TRIGGER, at(5), [audit('off')]), true);
    assert.equal(await store.actions.setOff(TRIGGER, at(6), [audit('again')]), false);
    await store.actions.changeBindings(TRIGGER, () => ({ bindings: [binding()], value: null, audit: [] }));
    assert.deepEqual(await store.actions.bound(TRIGGER), { state: { revision: 3, offSince: at(5) }, actions: [] });
    assert.deepEqual(await store.actions.bindings(TRIGGER), [binding()]);
    assert.equal(await store.actions.setOff(TRIGGER, null, [audit('on')]), true);
    assert.equal((await store.actions.bound(TRIGGER)).actions.length, 1);
    await store.actions.changeBindings(TRIGGER, () => ({ bindings: [], value: null, audit: [audit('unbound')] }));
    assert.notEqual(await store.audit.find('unbound'), undefined);
    assert.deepEqual([await store.audit.find('again'), (await store.audit.find('on'))?.id], [undefined, 'on']);
  },

  'a change that is thought better of changes nothing': async (store, engine) => {
    await deployed(store, 'one');
    await bind(store, binding());
    const before = await everythingIn(engine);
    const said = await store.actions.changeBindings(TRIGGER, (bindings) => ({
      bindings: undefined,
      value: bindings.length,
      audit: [audit('never')],
    }));
    assert.equal(said, 1);
    assert.equal(await everythingIn(engine), before);
  },

  'an Action is bound once in each mode, and only to a version that there is': async (store, engine) => {
    await deployed(store, 'one');
    const before = await everythingIn(engine);
    await assert.rejects(bind(store, binding(), binding()));
    await assert.rejects(bind(store, binding({ versionId: 'unknown' })));
    assert.equal(await everythingIn(engine), before);
  },

  'executions are found as they were, the newest first, and forgotten by age': async (store) => {
    const others = [execution({ id: 'b', action: 'roles' }), execution({ id: 'c', at: at(21), outcome: 'finished' })];
    await store.actions.recordExecutions([execution({ id: 'a' }), ...others]);
    const ids = async (of?: string) => (await store.actions.executions(9, of)).map(({ id }) => id);
    assert.deepEqual(await ids(), ['c', 'b', 'a']);
    assert.deepEqual(await ids('risk'), ['c', 'a']);
    assert.deepEqual((await store.actions.executions(1)).length, 1);
    assert.deepEqual(await store.actions.findExecution('a'), execution({ id: 'a' }));
    assert.equal(await store.actions.findExecution('z'), undefined);
    assert.equal(await store.actions.forgetExecutions(at(20)), 2);
    assert.deepEqual(await ids(), ['c']);
  },

  'what is kept for a while is read until it expires, and is set anew and deleted in order': async (store) => {
    const change = (...changes: Parameters<Store['actions']['changeCache']>[1]) =>
      store.actions.changeCache(TRIGGER, changes, LIMITS, at(0));
    await change(entry('a', { expiresAt: at(10) }), entry('b'), entry('b', { value: 'newer' }));
    assert.deepEqual(await store.actions.cached(TRIGGER, at(9)), [
      { trigger: TRIGGER, ...entry('a', { expiresAt: at(10) }).set },
      { trigger: TRIGGER, ...entry('b', { value: 'newer' }).set },
    ]);
    assert.deepEqual(await keysOf(store, at(10)), ['b']);
    await change({ delete: 'b' }, { delete: 'unknown' });
    assert.deepEqual(await keysOf(store), ['a']);
    assert.equal(await store.sweep(at(9)), 0);
    assert.equal(await store.sweep(at(10)), 1);
    assert.deepEqual(await keysOf(store), []);
  },

  'beyond the limits of what is kept, what would expire first goes': async (store) => {
    const change = (key: string, expires: number, value = 'value') =>
      store.actions.changeCache(TRIGGER, [entry(key, { value, expiresAt: at(expires) })], LIMITS, at(0));
    for (const [key, expires] of [
      ['a', 30],
      ['b', 10],
      ['c', 20],
      ['d', 40],
    ] as const)
      await change(key, expires);
    assert.deepEqual(await keysOf(store), ['c', 'a', 'd']);
    await change('e', 50, 'ü'.repeat(45));
    assert.deepEqual(await keysOf(store), ['d', 'e']);
    await change('f', 60, 'x'.repeat(100));
    assert.deepEqual(await keysOf(store), [], 'what is larger than everything may be is not kept either');
  },
};
