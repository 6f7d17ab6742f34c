/** Scripts that never stop computing, or never stop waiting. */
import type { HostileScript } from './hostile-script.ts';

const CPU = ['cpu_time_exceeded'];
/** The engine notices, or runs out of memory before. */
const CPU_OR_MEMORY = ['cpu_time_exceeded', 'memory_exceeded'];
const WAITS = ['wall_time_exceeded', 'cpu_time_exceeded'];

export const COMPUTING: readonly HostileScript[] = [
  { name: 'a loop', body: 'for (;;);', ends: CPU },
  { name: 'a loop after an await', body: 'await null; for (;;);', ends: CPU },
  { name: 'a loop in a timer', body: 'setTimeout(() => { for (;;); }, 1); await new Promise(() => {});', ends: CPU },
  {
    name: 'a loop in a promise job',
    body: 'Promise.resolve().then(() => { for (;;); }); await new Promise(() => {});',
    ends: CPU,
  },
  { name: 'a loop when the module is read', program: 'for (;;);', ends: CPU },
  {
    name: 'a loop outside of the function that it is put into',
    program: '}); for (;;); (function () {',
    ends: ['not_runnable', 'cpu_time_exceeded'],
  },
  { name: 'a loop that catches being stopped', body: 'for (;;) { try { for (;;); } catch {} }', ends: CPU },
  { name: 'a loop in finally', body: 'try { for (;;); } finally { for (;;); }', ends: CPU },
  {
    name: 'a loop in an async function that nobody awaits',
    body: '(async () => { try { for (;;); } catch {} })(); for (;;);',
    ends: CPU,
  },
  { name: 'a loop in the message of what is thrown', body: 'throw { get message() { for (;;); } };', ends: CPU },
  { name: 'a loop in toJSON', body: 'api.say({ toJSON() { for (;;); } });', ends: CPU },
  { name: 'a loop in what console prints', body: 'console.log({ get constructor() { for (;;); } });', ends: CPU },
  {
    name: 'a flood of microtasks',
    body: 'const again = () => Promise.resolve().then(again); again(); await new Promise(() => {});',
    ends: CPU,
  },
  {
    name: 'a flood of queueMicrotask',
    body: 'const again = () => queueMicrotask(again); again(); await new Promise(() => {});',
    ends: CPU,
  },
  { name: 'an await in a loop', body: 'for (;;) await null;', ends: CPU },
  {
    name: 'a thenable that resolves to itself',
    body: 'const t = { then(resolve) { resolve(t); } }; await t;',
    ends: CPU_OR_MEMORY,
  },
  {
    name: 'a flood of timers',
    body: 'const again = () => setTimeout(again, 0); for (let i = 0; i < 500; i += 1) again(); await new Promise(() => {});',
    ends: WAITS,
  },
  { name: 'an interval for ever', body: 'setInterval(() => {}, 0); await new Promise(() => {});', ends: WAITS },
  { name: 'a wait for ever', body: 'for (;;) await new Promise((resolve) => setTimeout(resolve, 1000));', ends: WAITS },
  { name: 'a promise that nothing settles', body: 'await new Promise(() => {});', ends: ['never_settles'] },
  { name: 'a regular expression that goes back and back', body: "/^(a+)+$/.test('a'.repeat(40) + '!');", ends: CPU },
  {
    name: 'a regular expression with look-behind',
    body: "/(?<=(a|aa)+)b/.test('a'.repeat(5000) + 'c');",
    ends: [...CPU_OR_MEMORY, 'threw', 'finished'],
  },
  {
    name: 'a regular expression on a long text',
    body: "'x'.repeat(3e6).replace(/(x+x+)+y/g, '');",
    ends: CPU_OR_MEMORY,
  },
  { name: 'BigInt that grows', body: 'let n = 3n; for (;;) n *= n;', ends: [...CPU_OR_MEMORY, 'threw'] },
  { name: 'BigInt power', body: 'api.say(String(7n ** 5000000n).length);', ends: [...CPU_OR_MEMORY, 'threw'] },
  {
    name: 'BigInt as text',
    body: 'let s = (1n << 4000000n).toString(10); for (;;) s = BigInt(s).toString(7);',
    ends: [...CPU_OR_MEMORY, 'threw'],
  },
  {
    name: 'a search of the engine through 2^53 members',
    body: 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);',
    ends: CPU,
  },
  {
    name: 'a join of the engine over 2^32 members',
    body: "[].join.call({ length: 2 ** 32 - 1 }, '');",
    ends: CPU_OR_MEMORY,
  },
  {
    name: 'a reversal of the engine over a proxy',
    body: '[].reverse.call(new Proxy({ length: 2 ** 52 }, {}));',
    ends: CPU,
  },
  { name: 'a fill of an array without end', body: 'new Array(2 ** 32 - 1).fill(0);', ends: CPU_OR_MEMORY },
  {
    name: 'a sort with an endless comparison',
    body: 'const a = Array.from({ length: 2e5 }, (_, i) => -i); for (;;) a.sort(() => Math.random() - 0.5);',
    ends: CPU_OR_MEMORY,
  },
  { name: 'a split in a loop', body: "const s = 'a,'.repeat(2e5); for (;;) s.split(',');", ends: CPU_OR_MEMORY },
  {
    name: 'an endless generator that is spread',
    body: 'const g = function* () { for (;;) yield 1; }; [...g()];',
    ends: CPU_OR_MEMORY,
  },
  {
    name: 'a proxy with endless keys',
    body: 'Object.keys(new Proxy({}, { ownKeys: () => { for (;;); } }));',
    ends: CPU,
  },
  { name: 'recursion', body: 'const f = () => f(); f();', ends: ['threw'] },
  { name: 'recursion that catches itself', body: 'const f = () => { try { f(); } catch { f(); } }; f();', ends: CPU },
  { name: 'recursion of the parser', body: "eval('('.repeat(1e6));", ends: ['threw'] },
  { name: 'recursion of functions in functions', body: "eval('function a(){'.repeat(2e5));", ends: ['threw'] },
  { name: 'recursion of JSON', body: "JSON.parse('['.repeat(5e6));", ends: ['threw'] },
  {
    name: 'recursion of what was written as JSON',
    body: 'let a = []; for (let i = 0; i < 2e5; i += 1) a = [a]; JSON.stringify(a);',
    ends: ['threw', 'cpu_time_exceeded'],
  },
  {
    name: 'recursion of proxies',
    body: 'let p = {}; for (let i = 0; i < 1e5; i += 1) p = new Proxy(p, {}); p.x;',
    ends: ['threw'],
  },
  { name: 'recursion of a class', body: 'class A { constructor() { new A(); } } new A();', ends: ['threw'] },
  {
    name: 'recursion of structuredClone',
    body: 'let a = {}; for (let i = 0; i < 1e5; i += 1) a = { a }; structuredClone(a);',
    ends: ['threw'],
  },
  {
    name: 'a wait on shared memory',
    body: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
    ends: ['threw'],
  },
];
