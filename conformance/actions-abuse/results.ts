/** Scripts that say, print, throw or ask too much, or what cannot be. */
import type { HostileScript } from './hostile-script.ts';

const LARGE = ['result_too_large', 'threw', 'cpu_time_exceeded', 'memory_exceeded'];

export const RESULTS: readonly HostileScript[] = [
  { name: 'one enormous command', body: "api.say('x'.repeat(4e6));", ends: LARGE },
  { name: 'an enormous command of wide characters', body: "api.say('\\ud800'.repeat(2e6));", ends: LARGE },
  { name: 'commands without end', body: "for (;;) api.say('x');", ends: LARGE },
  { name: 'commands without end, caught', body: "for (;;) try { api.say('x'.repeat(1e5)); } catch {}", ends: LARGE },
  {
    name: 'a command with a hundred thousand levels',
    body: "api.say(JSON.parse('['.repeat(1000) + ']'.repeat(1000)));",
    ends: ['threw'],
  },
  { name: 'a command that holds itself', body: 'const a = {}; a.a = a; api.say(a);', ends: ['threw'] },
  { name: 'a command with __proto__', body: `api.say(JSON.parse('{"__proto__":{"isAdmin":true}}'));`, ends: ['threw'] },
  { name: 'a command that is no JSON', body: 'api.record(undefined, 5n);', ends: ['threw'] },
  { name: 'a command without a list', body: "api.record('access.deny', { length: 1 });", ends: ['threw'] },
  { name: 'an enormous line on the console', body: "console.log('x'.repeat(5e6));", ends: ['finished'] },
  {
    name: 'lines on the console without end',
    body: "for (;;) console.log('x'.repeat(1000));",
    ends: ['cpu_time_exceeded'],
  },
  {
    name: 'a console of an endless object',
    body: 'console.log(new Proxy({}, { ownKeys: () => Array.from({ length: 1e5 }, (_, i) => String(i)), getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: 1 }) }));',
    ends: ['finished', 'cpu_time_exceeded'],
  },
  { name: 'an enormous error', body: "throw new Error('x'.repeat(5e6));", ends: ['threw'] },
  {
    name: 'an error that cannot be read',
    body: 'throw new Proxy({}, { get() { throw new Error(); } });',
    ends: ['threw'],
  },
  { name: 'nothing thrown', body: 'throw undefined;', ends: ['threw'] },
  {
    name: 'an error that claims another failure',
    body: "const e = new Error('x'); e.name = 'NotRunnable'; throw e;",
    ends: ['not_runnable'],
  },
  {
    name: 'questions without end',
    body: "for (;;) fetch('https://api.example.com/').catch(() => {});",
    ends: ['cpu_time_exceeded', 'memory_exceeded', 'threw'],
  },
  {
    name: 'questions one after another without end',
    body: "for (;;) await fetch('https://api.example.com/');",
    ends: ['threw', 'wall_time_exceeded', 'cpu_time_exceeded'],
  },
  {
    name: 'an enormous question',
    body: "await fetch('https://api.example.com/', { method: 'POST', body: 'x'.repeat(2e7) });",
    ends: ['threw', 'memory_exceeded', 'cpu_time_exceeded'],
  },
  {
    name: 'an enormous address',
    body: "await fetch('https://api.example.com/' + 'x'.repeat(4e6));",
    ends: ['threw', 'finished', 'cpu_time_exceeded'],
  },
  { name: 'a question of a kind that there is not', body: "await api.ask({ ask: 'secrets' });", ends: ['threw'] },
  { name: 'a question that is none', body: 'await api.ask(null);', ends: ['threw'] },
  { name: 'more timers than there can be', body: 'for (;;) setTimeout(() => {}, 1e6);', ends: ['threw'] },
  {
    name: 'more random bytes than there can be',
    body: 'crypto.getRandomValues(new Uint8Array(1e7));',
    ends: ['threw', 'cpu_time_exceeded'],
  },
  { name: 'random bytes without end', body: 'for (;;) crypto.randomUUID();', ends: ['cpu_time_exceeded'] },
  {
    name: 'digests without end',
    body: "for (;;) require('crypto').createHash('sha512').update('x'.repeat(1e5)).digest();",
    ends: ['cpu_time_exceeded'],
  },
];
