/**
 * How many recorded decisions are judged again in a second: `node program.ts <folder> <decisions>`. It runs on the core of the servers, and
 * tells the process that started it what it found.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { resolveConfig } from '@stile/server';
import { insideScript } from '../../packages/server/src/actions/inside/script.ts';
import { createActionRuntime } from '../../packages/server/src/actions/runtime/runtime.ts';
import { candidateActions } from '../../packages/server/src/decision/candidate-actions.ts';
import { checkDecisions } from '../../packages/server/src/decision/check.ts';
import { changeOf } from '../../packages/server/src/decision/difference.ts';
import { policyOf } from '../../packages/server/src/decision/policy.ts';
import type { RecordedDecision } from '../../packages/server/src/decision/recorded.ts';
import { decideAgain, recordedDecision } from '../../packages/server/src/decision/recorded.ts';
import { replay } from '../../packages/server/src/decision/replay.ts';
import type { Store } from '../../packages/server/src/store/ports.ts';
import { createSqliteStore } from '../../packages/server/src/store/store.ts';
import { AUDIENCE } from '../world.ts';
import type { ReplayRates } from './measure.ts';
import { BANK, personNumber, putOnRecord, recordNumber, SINCE } from './records.ts';

const [folder = '.', count = '10000'] = process.argv.slice(2);
const decisions = Number(count);

const config = (reading: object) =>
  resolveConfig({
    apis: [
      {
        audience: AUDIENCE,
        name: 'Accounts',
        scopes: {
          'read:accounts': reading,
          'transfer:funds': { requires: { acr: 'mfa', maxAge: '5m' }, singleUse: true },
        },
      },
    ],
    clients: [
      {
        id: BANK,
        name: 'Bank',
        authentication: ['none'],
        firstParty: true,
        redirectUris: ['https://bank.example/'],
        apis: { [AUDIENCE]: ['read:accounts', 'transfer:funds'] },
      },
    ],
  });

const inForce = config({});
/** Half of the decisions come out otherwise by it: a quarter asks for more, and a quarter gives a token that may do less. */
const candidate = config({ requires: { acr: 'mfa' } });

/** Processor time of the whole process, workers and all: what else goes on at the machine does not count. */
const busyMilliseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const perSecond = async (many: number, work: () => Promise<void> | void): Promise<number> => {
  const began = busyMilliseconds();
  await work();
  return (many * 1000) / (busyMilliseconds() - began);
};

/** Once to warm up, and the middle of three. */
const rate = async (many: number, work: () => Promise<void> | void): Promise<number> => {
  await work();
  const rates: number[] = [];
  for (let round = 0; round < 3; round += 1) rates.push(await perSecond(many, work));
  return rates.toSorted((one, other) => one - other)[1] ?? 0;
};

const CODE = `exports.onExecutePostLogin = async (event, api) => {
  const elevated = event.transaction.requested_scopes.includes('transfer:funds');
  const proven = event.authentication.methods.some(({ name }) => name === 'mfa');
  if (elevated && !proven) api.multifactor.enable('any', { allowRememberBrowser: false });
  api.accessToken.setCustomClaim('https://fabrikam.example/tier', event.user.app_metadata.tier ?? 'standard');
};`;

const withAction = async (store: Store, many: number): Promise<number> => {
  const { limits } = inForce.actions;
  const runtime = createActionRuntime({ limits, egress: 'ask', workers: 1, queue: 10, insideSource: insideScript });
  const program = { code: CODE, checksum: hash('sha256', CODE, 'base64url') };
  const actions = candidateActions([{ name: 'step-up', program, secrets: {} }], { runtime, config: inForce, store });
  const authorizations = Array.from({ length: many }, (_, i) =>
    recordedDecision(recordNumber(i * 4 + (i % 3), inForce)),
  );
  try {
    return await rate(many, async () => {
      for (const one of authorizations) if (one) await actions.again(one);
      if (actions.report().failed > 0) throw new Error('The Action failed.');
    });
  } finally {
    await runtime.close();
  }
};

const store = createSqliteStore({ path: join(folder, 'stile.db') });
await putOnRecord(store, decisions, inForce);
for (let number = 0; number < 5000; number += 1) {
  const user = { id: personNumber(number), username: `robin-${number}`, claims: {}, createdAt: SINCE, blockedAt: null };
  await store.users.seed(user, []);
}

const inMemory = Array.from({ length: 1000 }, (_, number) => recordNumber(number, inForce)).map((record) =>
  recordedDecision(structuredClone(record)),
);
const known = inMemory.filter((one): one is RecordedDecision => one !== undefined);
const policy = policyOf(candidate);

// The whole replay comes first, as in the command, where the compiler has seen nothing else.
const unchanged = await rate(decisions, async () => {
  const { decisions: found } = await replay(store, policyOf(inForce), { since: SINCE });
  if (found.judged !== decisions || found.changed > 0) throw new Error('The replay is wrong.');
});
const replayed = await rate(decisions, async () => {
  const { decisions: found } = await replay(store, policy, { since: SINCE });
  if (found.judged !== decisions || found.changed < decisions / 3) throw new Error('The replay is wrong.');
});
const checked = await rate(decisions, async () => {
  const { judged, differing } = await checkDecisions(store, SINCE);
  if (judged !== decisions || differing > 0) throw new Error('The check is wrong.');
});
const judged = await rate(decisions, () => {
  for (let i = 0; i < decisions; i += 1) {
    const one = known[i % known.length];
    if (one) changeOf(one.outcome, decideAgain(one, policy).outcome);
  }
});
const actions = await withAction(store, Math.min(2000, decisions));
const rates: ReplayRates = { decisions, judged, replayed, unchanged, checked, withAction: actions };

process.send?.(rates);
await store.close();
process.disconnect();
