/** What the server asks for every request: right, soon, cheap, and never an open door. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { instant } from '@stile/core';
import { actionsSchema } from '../../config/actions-schema.ts';
import type { ActionStore } from '../../store/action-ports.ts';
import { createSqliteStore } from '../../store/store.ts';
import type { BindingWish } from './deploy.ts';
import { deployAction, POST_LOGIN } from './deploy.ts';
import { deployedActions } from './deployed-actions.ts';
import type { EncryptionKey, Secrets } from './encryption-key.ts';
import { openEncryptionKey } from './encryption-key.ts';

const aKey = () => openEncryptionKey({ dataFolder: '', encryptionKey: randomBytes(32).toString('base64url') }, 'throw');

const noKey = (): EncryptionKey => {
  throw new Error('the key was asked for');
};

const settings = actionsSchema.parse(undefined);

/** A store with its clock, and how often it was read. */
const world = (t: TestContext) => {
  const store = createSqliteStore({ path: ':memory:' });
  t.after(() => store.close());
  const reads: string[] = [];
  const counted = (name: 'bound' | 'findVersion' | 'state'): Pick<ActionStore, typeof name> => {
    const read = (argument: never) => {
      reads.push(name);
      return store.actions[name](argument);
    };
    return { [name]: read } as Pick<ActionStore, typeof name>;
  };
  const watched = {
    actions: { ...store.actions, ...counted('bound'), ...counted('findVersion'), ...counted('state') },
  };
  const clock = { ms: 0 };
  const complaints: string[] = [];
  const open = (encryptionKey: () => EncryptionKey = noKey) =>
    deployedActions({
      store: watched,
      encryptionKey,
      steadyMs: () => clock.ms,
      complain: (action) => void complaints.push(action),
    });
  const deploy = (
    name: string,
    code: string,
    wish: BindingWish = 'live',
    secrets: Secrets = {},
    key: () => EncryptionKey = noKey,
  ) =>
    deployAction(
      { store: store.actions, settings, encryptionKey: key, now: () => instant(1), randomBytes: (n) => randomBytes(n) },
      { name, program: { checksum: code, code }, dependencies: [], warnings: [] },
      secrets,
      wish,
    );
  return { store, reads, clock, complaints, open, deploy };
};

test('where nothing is bound nothing runs, and all that it costs is one tiny read a second', async (t) => {
  const { open, reads, clock } = world(t);
  const deployed = open();
  for (let i = 0; i < 1000; i += 1) {
    clock.ms = i * 2;
    assert.deepEqual(await deployed.bound(), []);
  }
  assert.deepEqual(reads.filter((read) => read !== 'bound').length, 2);
  assert.deepEqual(reads.filter((read) => read === 'bound').length, 1, 'once, at the start');
});

test('requests at once share the read that they wait for', async (t) => {
  const { open, reads } = world(t);
  const deployed = open();
  await Promise.all(Array.from({ length: 50 }, () => deployed.bound()));
  assert.deepEqual(reads, ['state', 'bound']);
});

test('what is bound is told in its order, with what it runs and its secrets', async (t) => {
  const { open, deploy } = world(t);
  const key = aKey();
  await deploy('risk', 'one', 'live', { API_KEY: 'hunter2' }, () => key);
  await deploy('roles', 'two');
  await deploy('new', 'three', 'shadow');
  await deploy('unbound', 'four', 'as-bound');
  const deployed = open(() => key);
  const active = await deployed.bound();
  assert.deepEqual(
    active.map(({ pinned, mode, number }) => [pinned.name, mode, number]),
    [
      ['risk', 'live', 1],
      ['roles', 'live', 1],
      ['new', 'shadow', 1],
    ],
  );
  const [risk, roles] = await Promise.all(active.map(({ pinned }) => deployed.version(pinned.version)));
  assert.deepEqual(risk, { number: 1, program: { checksum: 'one', code: 'one' }, secrets: { API_KEY: 'hunter2' } });
  assert.deepEqual(roles?.secrets, {});
});

test('a change by another process is seen within a second', async (t) => {
  const { open, deploy, clock, store, reads } = world(t);
  const deployed = open();
  const names = async () => (await deployed.bound()).map(({ pinned, number }) => `${pinned.name} ${number}`);
  assert.deepEqual(await names(), []);
  await deploy('risk', 'one');
  clock.ms = 999;
  assert.deepEqual(await names(), []);
  clock.ms = 1000;
  assert.deepEqual(await names(), ['risk 1']);
  await deploy('risk', 'two', 'as-bound');
  clock.ms = 2000;
  assert.deepEqual(await names(), ['risk 2']);
  await store.actions.setOff(POST_LOGIN, instant(5), []);
  clock.ms = 3000;
  assert.deepEqual(await names(), []);
  const before = reads.length;
  clock.ms = 4000;
  await names();
  assert.deepEqual(reads.slice(before), ['state'], 'what has not changed is not read again');
});

test('a run is held to the version that it began with, though another is bound by now; one that is forgotten is told', async (t) => {
  const { open, deploy, clock } = world(t);
  const deployed = open();
  const { version } = await deploy('risk', 'one');
  await deployed.bound();
  await deploy('risk', 'two', 'as-bound');
  clock.ms = 5000;
  await deployed.bound();
  assert.equal((await deployed.version(version.id))?.program.code, 'one');
  assert.equal((await open().version(version.id))?.program.code, 'one', 'in a process that never saw it bound');
  assert.equal(await deployed.version('ver_unknown'), undefined);
});

test('T16: when it cannot be read whether an Action is bound, or what it is, nobody is told that there is none', async (t) => {
  const { deploy, clock, store } = world(t);
  await deploy('risk', 'one');
  for (const broken of ['state', 'bound'] as const) {
    let works = false;
    const deployed = deployedActions({
      store: {
        actions: {
          ...store.actions,
          [broken]: (trigger: typeof POST_LOGIN) =>
            works ? store.actions[broken](trigger) : Promise.reject(new Error('disk')),
        },
      },
      encryptionKey: noKey,
      steadyMs: () => clock.ms,
      complain: () => undefined,
    });
    await assert.rejects(deployed.bound(), /disk/);
    await assert.rejects(deployed.bound(), /disk/);
    works = true;
    assert.equal((await deployed.bound()).length, 1, 'and again when it can');
    works = false;
    clock.ms += 1000;
    if (broken === 'state') await assert.rejects(deployed.bound(), /disk/, 'what was known a second ago is not enough');
  }
});

test('T16: secrets that cannot be decrypted keep everybody out; those of a shadow nobody', async (t) => {
  const { open, deploy, complaints } = world(t);
  const key = aKey();
  await deploy('shadow', 'one', 'shadow', { A: 'a' }, () => key);
  await deploy('plain', 'two');
  const deployed = open(aKey);
  assert.deepEqual(
    (await deployed.bound()).map(({ pinned }) => pinned.name),
    ['plain'],
  );
  assert.deepEqual(complaints, ['shadow']);
  await deploy('live', 'three', 'live', { A: 'a' }, () => key);
  await assert.rejects(open(aKey).bound(), /another key/);
  await assert.rejects(open().bound(), /the key was asked for/);
});

test('T22: switched off, Actions that cannot be decrypted keep nobody out', async (t) => {
  const { open, deploy, store } = world(t);
  const key = aKey();
  await deploy('live', 'three', 'live', { A: 'a' }, () => key);
  await store.actions.setOff(POST_LOGIN, instant(5), []);
  assert.deepEqual(await open().bound(), []);
});
