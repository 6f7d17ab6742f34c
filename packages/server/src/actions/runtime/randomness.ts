/** What is random in a run, derived from its seed: HMAC-SHA256 of a counter, block after block. */
import { createHmac } from 'node:crypto';

/** @param seed in hexadecimal */
export const createRandomness = (seed: string): ((bytes: number) => Buffer) => {
  const key = Buffer.from(seed, 'hex');
  let block = 0;
  let held: Buffer = Buffer.alloc(0);
  return (bytes) => {
    while (held.length < bytes) {
      const next = createHmac('sha256', key).update(String(block)).digest();
      held = Buffer.concat([held, next]);
      block += 1;
    }
    const taken = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return taken;
  };
};
