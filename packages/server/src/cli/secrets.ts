/** The server's own secrets: renewed when somebody may have read them. */
import { auditRecord } from '../audit/audit.ts';
import { renewServerSecrets } from '../keys/server-secrets.ts';
import { systemRandom } from '../system.ts';
import type { StoreCommand } from './command.ts';

/** `stile secrets renew` */
export const renewSecrets: StoreCommand = async (store, _words, { print, now }) => {
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
  return 0;
};
