/**
 * Loaded into every test file by `npm test`. A file whose tests are done, but which left a socket, a timer or a child
 * process open, would never end and hold its place for good; this ends it, as a failure that names what is open.
 */
import { isMainThread } from 'node:worker_threads';

const graceMilliseconds = 10_000;

// Not in the process that starts the files, nor in what a test starts: there even to import node:test would write to stdout.
if (isMainThread && process.env.NODE_TEST_CONTEXT !== undefined && process.argv[1]?.endsWith('.test.ts')) {
  const { after } = await import('node:test');
  after(() => {
    // It holds nothing open itself: a file that ends on its own is gone before.
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(`The tests are done, and this is still open: ${open}. Close it in an after hook.\n`);
      process.exit(1);
    }, graceMilliseconds).unref();
  });
}
