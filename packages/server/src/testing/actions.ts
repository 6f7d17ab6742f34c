/** Deploys Actions to a test server, as `stile actions deploy` does. */

import type { BindingWish } from '../actions/deploy/deploy.ts';
import { deployAction } from '../actions/deploy/deploy.ts';
import { actionsSchema } from '../config/actions-schema.ts';
import { sha256 } from '../digest.ts';
import type { TestServer } from './test-server.ts';

/** Deploys and binds a script that needs no building. Call it before the first request: what is bound is read once a second. */
export const deployScript = async (
  { deps, store }: TestServer,
  name: string,
  code: string,
  wish: BindingWish = 'live',
): Promise<void> => {
  await deployAction(
    {
      store: store.actions,
      settings: actionsSchema.parse(undefined),
      encryptionKey: () => {
        throw new Error('These Actions have no secrets.');
      },
      now: deps.now,
      randomBytes: deps.randomBytes,
    },
    { name, program: { checksum: sha256(code), code }, dependencies: [], warnings: [] },
    {},
    wish,
  );
};

/** The body of `onExecutePostLogin`. */
export const postLogin = (body: string): string =>
  `exports.onExecutePostLogin = async (event, api) => {\n${body}\n};\n`;
