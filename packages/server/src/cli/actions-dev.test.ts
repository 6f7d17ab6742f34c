/** While Actions are written: what is saved runs, what is broken is said, and every execution is shown as it happens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execution } from '../store/testing/actions.ts';
import { NOTHING, workshop } from '../testing/workshop.ts';
import { switchActionsOff, unbindAction } from './actions-bind.ts';
import type { Development } from './actions-dev.ts';
import { developActions, startDeveloping } from './actions-dev.ts';
import type { StoreCommand } from './command.ts';

/** Starts developing, and says what was printed by each thing that is done then. */
const developing = async (...[t, files]: Parameters<typeof workshop>) => {
  const shop = await workshop(t, files);
  let said: string[] = [];
  let development: Development | undefined;
  const start: StoreCommand = async (store, _words, line) => {
    development = await startDeveloping(store, { ...line, print: (text) => void said.push(text) });
    return 0;
  };
  await shop.run(start);
  const saidBy = async (act: (running: Development) => Promise<void>): Promise<string> => {
    said = [];
    assert.ok(development);
    await act(development);
    return said.join('\n');
  };
  return { ...shop, first: said.join('\n'), saidBy };
};

test('what is there is deployed and bound at the start, and again when it is saved', async (t) => {
  const { first, bound, write, saidBy } = await developing(t, { 'risk.ts': NOTHING });
  assert.match(first, /risk: version 1 is deployed, and runs after every login from now on/);
  assert.equal(await bound(), 'risk 1');
  assert.equal(await saidBy((running) => running.reload()), '', 'what has not changed is not spoken of');
  write('risk.ts', `${NOTHING}console.log(2);\n`);
  write('roles.ts', NOTHING);
  assert.match(await saidBy((running) => running.reload()), /risk: version 2.*\n.*\nroles: version 1/);
  assert.equal(await bound(), 'risk 2, roles 1');
});

test('one that is broken is said with its place, the others go on, and the version before runs', async (t) => {
  const { bound, write, saidBy } = await developing(t, { 'a.ts': NOTHING, 'b.ts': NOTHING });
  write('a.ts', 'export const = 1;');
  write('b.ts', `${NOTHING}console.log(2);\n`);
  assert.match(await saidBy((running) => running.reload()), /^a\.ts:1:14: .*\nNothing was deployed\.\nb: version 2/);
  assert.equal(await bound(), 'a 1, b 2');
});

test('what its author took out or switched off stays so', async (t) => {
  const { bound, write, saidBy, run } = await developing(t, { 'a.ts': NOTHING, 'b.ts': NOTHING });
  await run(unbindAction, 'a');
  await run(switchActionsOff, 'b');
  write('a.ts', `${NOTHING}console.log(2);\n`);
  write('b.ts', `${NOTHING}console.log(2);\n`);
  await saidBy((running) => running.reload());
  assert.equal(await bound(), '');
});

test('saves while it is building are built after one another', async (t) => {
  const { bound, write, saidBy } = await developing(t, { 'a.ts': NOTHING });
  await saidBy(async (running) => {
    write('a.ts', `${NOTHING}console.log(2);\n`);
    const first = running.reload();
    write('a.ts', `${NOTHING}console.log(3);\n`);
    await Promise.all([first, running.reload()]);
  });
  assert.match(await bound(), /^a [23]$/);
});

test('every execution is shown once, with its console, those of before not at all', async (t) => {
  const { store, saidBy } = await developing(t, { 'risk.ts': NOTHING });
  assert.equal(await saidBy((running) => running.show()), '');
  await store.actions.recordExecutions([execution({ id: 'exe_1' }), execution({ id: 'exe_2', outcome: 'finished' })]);
  const shown = await saidBy((running) => running.show());
  assert.match(shown, /exe_1 .*failed.*\n(?:.*\n)*.*console\.log after 1 ms: hello\n(?:.*\n)*.*exe_2 /);
  assert.equal(await saidBy((running) => running.show()), '');
});

test('it is for one’s own machine: a server that others reach, and a folder that is not there, are refused', async (t) => {
  const { run, config } = await workshop(t, {});
  const elsewhere: StoreCommand = (store, words, line) =>
    developActions(store, words, { ...line, config: { ...config(), issuer: 'https://login.example.com/' } });
  assert.match((await run(elsewhere)).text, /not on this machine alone/);
  const nowhere: StoreCommand = (store, words, line) =>
    developActions(store, words, {
      ...line,
      config: { ...config(), actions: { ...config().actions, folder: '/nowhere' } },
    });
  assert.match((await run(nowhere)).text, /There is no folder \/nowhere/);
});
