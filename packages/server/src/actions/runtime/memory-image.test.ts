/** The memory of an engine is put back as it was, and it has no more of it than it may: by WebAssembly, not by the engine. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import packaged from '@jitl/quickjs-wasmfile-release-sync';
import type { QuickJSContext, QuickJSEmscriptenModule, QuickJSSyncVariant } from 'quickjs-emscripten-core';
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core';
import type { ImageKeeper, MemoryImage } from './memory-image.ts';
import { createImageKeeper } from './memory-image.ts';

const isVariant = (value: unknown): value is QuickJSSyncVariant =>
  typeof value === 'object' && value !== null && 'importFFI' in value;

const MEBIBYTE = 1024 * 1024;
/** Little: the thread of this test has less of its own than a worker. */
const STACK_BYTES = 64 * 1024;

const openEngine = async (megabytes: number) => {
  assert.ok(isVariant(packaged));
  const memory = new WebAssembly.Memory({ initial: 256, maximum: megabytes * 16 });
  const capped = newVariant(packaged, { wasmMemory: memory, log: () => undefined });
  const load = await capped.importModuleLoader();
  assert.ok(typeof load === 'function');
  const allocator: QuickJSEmscriptenModule = await load();
  const quickjs = await newQuickJSWASMModuleFromVariant({
    ...capped,
    importModuleLoader: () => Promise.resolve(() => Promise.resolve(allocator)),
  });
  return { memory, allocator, quickjs };
};

const run = (context: QuickJSContext, code: string): unknown => {
  const result = context.evalCode(code);
  const handle = result.error ?? result.value;
  const value: unknown = context.dump(handle);
  handle.dispose();
  return value;
};

describe('an image', () => {
  let memory: WebAssembly.Memory;
  let context: QuickJSContext;
  let keeper: ImageKeeper;
  let image: MemoryImage;
  before(async () => {
    const engine = await openEngine(32);
    memory = engine.memory;
    keeper = createImageKeeper(memory, engine.allocator, 4 * STACK_BYTES);
    const runtime = engine.quickjs.newRuntime({ maxStackSizeBytes: STACK_BYTES });
    context = runtime.newContext();
    run(context, "var kept = ['of the image'];");
    image = keeper.take();
  });

  const words = (): Uint32Array => new Uint32Array(memory.buffer);
  const isAsBefore = (reference: Uint32Array): boolean => {
    const now = words();
    const rest = now.subarray(reference.length);
    return (
      Buffer.compare(Buffer.from(now.buffer, 0, reference.byteLength), Buffer.from(reference.buffer)) === 0 &&
      rest.every((word) => word === 0)
    );
  };

  it('holds what was there, and nothing that came after: not a byte of it is left', () => {
    keeper.restore(image);
    const reference = words().slice();
    const scripts = [
      "kept.push('secret'); globalThis.left = 'secret'.repeat(1000); Object.prototype.left = 1;",
      "const all = []; try { for (;;) all.push('secret'.repeat(10000) + all.length); } catch { all.length = 0; }",
      'const f = () => f(); try { f(); } catch {}',
      "JSON.parse('['.repeat(1000000));",
      "new RegExp('(a+)+'.repeat(50)).test('secret'.repeat(100));",
      'throw new Error("secret");',
    ];
    for (const script of scripts) {
      run(context, `{${script}}`);
      assert.equal(isAsBefore(reference), false, script);
      keeper.restore(image);
      assert.equal(isAsBefore(reference), true, script);
      assert.deepEqual(run(context, 'const now = [kept, typeof left]; now'), [['of the image'], 'undefined']);
      keeper.restore(image);
    }
  });

  it('is small: what a program adds is what it is', () => {
    assert.ok(image.statics.length + image.heap.length < MEBIBYTE, `${image.statics.length} and ${image.heap.length}`);
  });
});

it('the limit of the engine is none in WebAssembly, so the memory itself has to be capped', async () => {
  const { quickjs, memory } = await openEngine(64);
  const context = quickjs.newRuntime({ memoryLimitBytes: 4 * MEBIBYTE }).newContext();
  const takes = (count: number): unknown =>
    run(
      context,
      `{ const all = []; for (let i = 0; i < ${count}; i += 1) all.push(new ArrayBuffer(${MEBIBYTE})); all.length; }`,
    );
  assert.equal(takes(32), 32, 'the limit of the engine holds: then it could be used as well');
  assert.match(JSON.stringify(takes(80)), /out of memory/);
  assert.ok(memory.buffer.byteLength > 60 * MEBIBYTE && memory.buffer.byteLength <= 64 * MEBIBYTE);
});
