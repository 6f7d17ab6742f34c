/** How many passwords a second are hashed, with the parameters of the server, on the cores of this process. */
import { createPasswordHasher } from '../../packages/server/src/factors/password-hasher.ts';

export const measureHashing = async (seconds: number): Promise<number> => {
  const hasher = createPasswordHasher({ concurrency: 1, queueLimit: 0 });
  const stored = await hasher.hash('purple otters juggle lemons');
  const began = performance.now();
  const until = began + seconds * 1000;
  let done = 0;
  while (performance.now() < until) {
    const { valid } = await hasher.verify(stored, 'purple otters juggle lemons');
    if (!valid) throw new Error('The right password was refused.');
    done += 1;
  }
  return (done * 1000) / (performance.now() - began);
};
