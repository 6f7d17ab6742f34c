/**
 * The memory of an engine, kept and put back. Every call starts from the same bytes, so nothing of the call before is left, and the
 * globals and the program need not be read again.
 */

export interface MemoryImage {
  /** From the lowest address on: what the engine keeps outside of its heap. */
  readonly statics: Uint8Array;
  readonly heap: Uint8Array;
}

export interface ImageKeeper {
  take(): MemoryImage;
  /** Puts the image back and clears everything that has been used since. */
  restore(image: MemoryImage): void;
}

/** Where the engine's own data is looked through for the end of its heap: it lies at the lowest addresses. */
const STATICS_SEARCHED = 512 * 1024;
const PROBE = 4 * 1024 * 1024;
const WORD = 4;
const PAGE = 4096;

interface Allocator {
  _malloc(size: number): number;
}

/** The first address after the last byte that is not zero, in whole pages. */
const endOfUse = (bytes: Uint8Array): number => {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / WORD);
  const last = words.findLastIndex((word) => word !== 0);
  return Math.ceil(((last + 1) * WORD) / PAGE) * PAGE;
};

/**
 * Finds the word that holds the end of the heap: the one that moved past a large piece when that was allocated, and is ahead of
 * everything. After that the memory is as it was.
 */
const findHeapEnd = (memory: WebAssembly.Memory, allocator: Allocator) => {
  const whole = new Uint8Array(memory.buffer).slice();
  const before = new Uint32Array(whole.buffer, 0, STATICS_SEARCHED / WORD);
  const piece = allocator._malloc(PROBE);
  const after = new Uint32Array(memory.buffer, 0, STATICS_SEARCHED / WORD).slice();
  let found = -1;
  after.forEach((value, index) => {
    const was = before[index] ?? 0;
    const hasMoved = was >= piece && was < piece + PROBE && value >= piece + PROBE && value <= memory.buffer.byteLength;
    if (hasMoved && (found === -1 || value > (after[found] ?? 0))) found = index;
  });
  new Uint8Array(memory.buffer).set(whole);
  if (piece === 0 || found === -1) throw new Error('The end of the heap of the engine is not where it was expected.');
  return { index: found, heapStart: Math.floor(piece / PAGE) * PAGE };
};

/**
 * @param memory of an engine that has just started
 * @param stackBytes how much of its stack, which ends where the heap begins, can have been used
 */
export const createImageKeeper = (
  memory: WebAssembly.Memory,
  allocator: Allocator,
  stackBytes: number,
): ImageKeeper => {
  const { index, heapStart } = findHeapEnd(memory, allocator);
  const heapEnd = (): number => new Uint32Array(memory.buffer, index * WORD, 1)[0] ?? memory.buffer.byteLength;
  const stackStart = heapStart - stackBytes;
  const staticsEnd = endOfUse(new Uint8Array(memory.buffer, 0, stackStart));
  if (staticsEnd <= index * WORD) throw new Error('The data of the engine is not where it was expected.');
  return {
    take: () => {
      const bytes = new Uint8Array(memory.buffer);
      return { statics: bytes.slice(0, staticsEnd), heap: bytes.slice(heapStart, heapEnd()) };
    },
    restore: ({ statics, heap }) => {
      const end = heapEnd();
      const bytes = new Uint8Array(memory.buffer);
      bytes.set(statics);
      bytes.fill(0, stackStart, heapStart);
      bytes.set(heap, heapStart);
      bytes.fill(0, heapStart + heap.length, Math.max(end, heapStart + heap.length));
    },
  };
};
