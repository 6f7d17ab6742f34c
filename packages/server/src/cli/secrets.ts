/** The server's own secrets: renewed when somebody may have read them. */
import { auditRecord } from '../audit/audit.ts';
import { renewServerSecrets } from '../keys/server-secrets.ts';
import { systemRandom } from '../system.ts';
import type { StoreCommand } from './command.ts';

/** `stile secrets renew` */
export const renewSecrets: StoreCommand = async (store, _words, { config, print, now }) => {
  const record = auditRecord({ now, randomBytes: systemRandom }, 'secrets.renewed', {
    details: { reason: 'administrator' },
  });
  if (!(await renewServerSecrets(store.keys, systemRandom, [record]))) {
    print('There are no secrets yet: the server makes them when it starts for the first time.');
    return 1;
  }
  print(
    "The server's own secrets are renewed. Running servers take the new ones within seconds; nothing needs a restart.",
  );
  print(
    'Forms that are open are refused, and people open them again. Browsers in which somebody has signed in before are known no more.',
  );
  print('Sessions and refresh tokens stay good. To end them: stile sign-out --all');
  const { refreshTokenGrace } = config.lifetimes;
  if (refreshTokenGrace > 0) {
    print(
      `One exception: a refresh token that was exchanged just before and is sent a second time after, within its grace of ${refreshTokenGrace} seconds,`,
    );
    print('is taken for stolen. Its grant is revoked, and that application has its person sign in again.');
  }
  return 0;
};
