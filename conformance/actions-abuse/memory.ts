/** Scripts that take memory, of every kind that there is. */
import type { HostileScript } from './hostile-script.ts';

/** Memory runs out, or time does before; what is refused at once is thrown. */
const STOPPED = ['memory_exceeded', 'cpu_time_exceeded', 'threw'];

const kept = (what: string): string => `const all = []; for (;;) all.push(${what});`;

export const MEMORY: readonly HostileScript[] = [
  { name: 'arrays', body: kept('new Array(1e5).fill(1)'), ends: STOPPED },
  { name: 'text that doubles', body: "let s = 'x'; for (;;) s += s;", ends: STOPPED },
  {
    name: 'text that doubles, of wide characters',
    body: "let s = '😀'; const all = []; for (;;) { s += s; all.push(s + '!'); }",
    ends: STOPPED,
  },
  { name: 'text as long as there can be', body: kept("'x'.repeat(2 ** 29)"), ends: STOPPED },
  { name: 'padding', body: kept("'x'.padStart(2 ** 28)"), ends: STOPPED },
  { name: 'buffers', body: kept('new ArrayBuffer(1e6)'), ends: STOPPED },
  { name: 'one buffer of two gigabytes', body: 'new Uint8Array(2 ** 31 - 1);', ends: STOPPED },
  {
    name: 'a buffer that grows',
    body: 'const b = new ArrayBuffer(1, { maxByteLength: 2 ** 31 - 1 }); for (let i = 1; ; i *= 2) b.resize(i);',
    ends: STOPPED,
  },
  { name: 'objects', body: kept('{ a: {}, b: [] }'), ends: STOPPED },
  {
    name: 'an object with ever more members',
    body: "const o = {}; for (let i = 0; ; i += 1) o['k' + i] = i;",
    ends: STOPPED,
  },
  { name: 'a map', body: 'const m = new Map(); for (let i = 0; ; i += 1) m.set(i, {});', ends: STOPPED },
  { name: 'symbols', body: kept("Symbol('x'.repeat(1000))"), ends: STOPPED },
  { name: 'functions', body: kept('() => all'), ends: STOPPED },
  { name: 'functions from text', body: kept("new Function('return ' + '1+'.repeat(5000) + '1')"), ends: STOPPED },
  { name: 'promises that wait', body: kept('new Promise(() => {}).then(() => {})'), ends: STOPPED },
  {
    name: 'cycles, which only a collector can take away',
    body: 'for (;;) { const a = { x: new Array(1000) }; a.a = a; }',
    ends: STOPPED,
  },
  { name: 'regular expressions', body: kept("new RegExp('(a{1,200}){1,200}' + all.length)"), ends: STOPPED },
  {
    name: 'captures',
    body: "const all = []; for (;;) all.push('ab'.repeat(1e5).match(/(?:(a)|(b))*/));",
    ends: STOPPED,
  },
  { name: 'BigInt', body: kept('1n << 4000000n'), ends: STOPPED },
  { name: 'one BigInt as large as there can be', body: 'kept = 1n << (2n ** 31n);', ends: STOPPED },
  { name: 'errors with their stacks', body: kept("new Error('x'.repeat(1e4))"), ends: STOPPED },
  {
    name: 'JSON',
    body: "const s = JSON.stringify(new Array(1e5).fill('x'.repeat(10))); const all = []; for (;;) all.push(JSON.parse(s));",
    ends: STOPPED,
  },
  {
    name: 'concatenation in a getter',
    body: "let s = 'x'; const o = { get a() { s += s; return s; } }; for (;;) o.a;",
    ends: STOPPED,
  },
  {
    name: 'generators',
    body: 'const g = function* () { yield new Array(1e4); }; const all = []; for (;;) { const one = g(); one.next(); all.push(one); }',
    ends: STOPPED,
  },
  {
    name: 'memory, caught again and again',
    body: 'const all = []; for (;;) { try { all.push(new ArrayBuffer(4e6)); } catch {} }',
    ends: STOPPED,
  },
  {
    name: 'memory, over several waits',
    body: 'const all = []; for (;;) { all.push(new ArrayBuffer(1e6)); await null; }',
    ends: STOPPED,
  },
  {
    name: 'memory, and then something crosses to the host',
    body: "const all = []; try { for (;;) all.push(new ArrayBuffer(1e5)); } catch {} for (;;) { try { console.log('x'.repeat(1e5)); crypto.randomUUID(); } catch {} }",
    ends: STOPPED,
  },
  {
    name: 'memory, to the last byte, and then something crosses from the host',
    body: 'const all = []; for (const size of [1e6, 1e4, 100, 1]) { try { for (;;) all.push(new ArrayBuffer(size)); } catch {} } await api.stepUp.require({});',
    ends: [...STOPPED, 'finished'],
  },
  {
    name: 'a program as large as it gets',
    program: `exports.onExecutePostLogin = () => {};\n${'var a = [1, 2, 3];\n'.repeat(200_000)}`,
    ends: ['not_runnable', 'finished', ...STOPPED],
  },
];
