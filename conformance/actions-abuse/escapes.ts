/** Scripts that look for a way out, or change what is in their way. Each says what it found; nothing may be of the host. */

export interface Escape {
  readonly name: string;
  readonly body: string;
  /** What it says when it got nowhere. */
  readonly says: unknown;
}

const typesOf = (names: string): string =>
  `api.say(${names
    .split(' ')
    .map((name) => `typeof ${name}`)
    .join(', ')});`;

/** The global object that a constructor leads to is that of the sandbox. */
const reaches = (from: string): string => `
  const found = (${from}).constructor.constructor('return globalThis')();
  api.say(found === globalThis, typeof found.process.binding, typeof found.process.mainModule);`;

const SANDBOX = [true, 'undefined', 'undefined'];

export const ESCAPES: readonly Escape[] = [
  {
    name: 'nothing of Node is global',
    body: typesOf(
      'module.parent process.exit process.kill process.binding process.stdout __dirname Worker WebAssembly Deno',
    ),
    says: Array.from({ length: 9 }, () => 'undefined'),
  },
  {
    name: 'the way out has no name',
    body: `api.say(Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('_')), typeof __bridge, typeof __enter);`,
    says: [[], 'undefined', 'undefined'],
  },
  { name: 'the environment is empty', body: 'api.say(process.env, process.argv);', says: [{}, []] },
  { name: 'the constructor of the api', body: reaches('api'), says: SANDBOX },
  { name: 'the constructor of a function of the api', body: reaches('api.say'), says: SANDBOX },
  { name: 'the constructor of the event', body: reaches('event'), says: SANDBOX },
  { name: 'the constructor of console.log', body: reaches('console.log'), says: SANDBOX },
  { name: 'the constructor of fetch', body: reaches('fetch'), says: SANDBOX },
  { name: 'the constructor of require', body: reaches("require('crypto').createHash"), says: SANDBOX },
  { name: 'the constructor of a class', body: reaches('new URL("https://a.example")'), says: SANDBOX },
  {
    name: 'the constructor of an error of the host',
    body: `let e; try { new URL("x"); } catch (error) { e = error; } ${reaches('e')}`,
    says: SANDBOX,
  },
  {
    name: 'the constructor of an answer of the host',
    body: `const e = await api.stepUp.require({}); ${reaches('e')}`,
    says: SANDBOX,
  },
  { name: 'the constructor of asynchronous functions', body: reaches('(async () => {})'), says: SANDBOX },
  { name: 'the constructor of generators', body: reaches('(function* () {})'), says: SANDBOX },
  {
    name: 'modules of Node',
    body: `
      const names = ['fs', 'node:fs', 'child_process', 'worker_threads', 'vm', 'module', 'process', 'net', 'http', '/etc/passwd', '../worker.ts', '__proto__', 'constructor'];
      api.say(names.filter((name) => { try { require(name); return true; } catch (error) { return error.name !== 'Unsupported'; } }));`,
    says: [[]],
  },
  {
    name: 'import',
    body: `
      const tried = await Promise.all(['node:fs', './bridge.ts', 'main.ts', 'data:text/javascript,1'].map((name) => import(name).then(() => name, () => 'no')));
      api.say(tried);`,
    says: [['no', 'no', 'no', 'no']],
  },
  {
    name: 'stacks say nothing of the machine',
    body: `api.say(/\\/|node:|file:|[A-Z]:\\\\/.test(new Error().stack), typeof Error.prepareStackTrace, typeof Error.captureStackTrace);`,
    says: [false, 'undefined', 'undefined'],
  },
  {
    name: 'callers',
    body: `function f() { return [f.caller, f.arguments].map((found) => found === null || found === undefined); }
      let all; try { all = f(); } catch { all = [true, true]; } api.say(all);`,
    says: [[true, true]],
  },
  {
    name: 'Object.prototype is polluted before something crosses',
    body: `
      Object.prototype.error = { name: 'Error', message: 'polluted' };
      Object.prototype.value = 'polluted';
      Object.prototype.failure = null;
      api.say(crypto.randomUUID().length, new URL('https://a.example/b').pathname);`,
    says: [36, '/b'],
  },
  {
    name: 'toJSON is everywhere',
    body: `
      Object.prototype.toJSON = () => 'polluted'; Array.prototype.toJSON = () => 'polluted';
      let thrown; try { api.say(1); } catch (error) { thrown = error; }
      delete Object.prototype.toJSON; delete Array.prototype.toJSON;
      api.say(thrown instanceof TypeError);`,
    says: [true],
  },
  {
    name: 'JSON is replaced',
    body: `JSON.stringify = () => '["access.deny",["forged"]]'; JSON.parse = () => ({ value: 'forged' }); api.say(crypto.randomUUID().length);`,
    says: [36],
  },
  {
    name: 'promises are replaced',
    body: `
      const { then } = Promise.prototype;
      Promise.prototype.then = function (...given) { api.say('seen'); return then.apply(this, given); };
      const answer = await api.stepUp.require({});
      Promise.prototype.then = then;
      api.say(answer);`,
    says: [{ given: true }],
  },
  {
    name: 'what is inside of maps is overheard',
    body: `
      const { get, set } = Map.prototype; const heard = [];
      Map.prototype.get = function (key) { heard.push(typeof key); return get.call(this, key); };
      Map.prototype.set = function (key, value) { heard.push(typeof value); return set.call(this, key, value); };
      const answer = await api.stepUp.require({});
      api.say(answer, heard.includes('object'));`,
    says: [{ given: true }, false],
  },
  {
    name: 'the clock and randomness cannot be had otherwise',
    body: `api.say(Date.now() === new Date().getTime(), new Date().getTimezoneOffset(), Object.is(Math.random, Math.random), typeof performance.timeOrigin);`,
    says: [true, 0, true, 'number'],
  },
  {
    name: 'members of the host that begin with two underscores',
    body: `api.__proto__.__host = 1; api.say(typeof api.__bridge, typeof api.say.__host, Object.keys(api.__proto__));`,
    says: ['undefined', 'number', ['__host']],
  },
];
