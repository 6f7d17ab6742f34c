/** A device for tests that connects itself at the page of approvals, and its owner, who says yes on the page of enrolment. */
import { randomBytes } from 'node:crypto';
import { secondsAfter } from '@stile/core';
import type { Deps } from '@stile/server';
import { pushFactor } from '../../packages/server/src/factors/push-factor.ts';
import { translate } from '../../packages/server/src/pages/messages.ts';
import { registrationCode } from '../../packages/server/src/push/registration.ts';

interface Invitation {
  /** What the page of enrolment shows. */
  readonly address: string;
  /** What its owner does there, once the device is ready. */
  connect(): Promise<string>;
}

/** Begins an enrolment as the pages of the account do. */
export const invite = async (deps: Deps, userId: string): Promise<Invitation> => {
  const { store, secrets, config } = deps;
  const id = `cer_${randomBytes(18).toString('base64url')}`;
  const [createdAt, expiresAt] = [deps.now(), secondsAfter(deps.now(), 900)];
  const bond = { factor: 'push', userId, authenticatorId: null, boundTo: `account ${id}`, answer: null } as const;
  await store.ceremonies.begin({ ...bond, id, purpose: 'enrol', data: { ceremony: id }, createdAt, expiresAt });
  return {
    address: `${config.issuer}approve#enrol=${registrationCode(secrets, id)}`,
    connect: async () => {
      const [user, ceremony] = [await store.users.find(userId), await store.ceremonies.find(id, deps.now())];
      if (!user || !ceremony) throw new Error('The enrolment is over.');
      const caller = { address: '192.0.2.1', requestId: 'req_connect' };
      const somebody = { user, request: new Request(config.issuer), caller, t: translate('en') };
      const outcome = await pushFactor.enrolment.finish(somebody, ceremony, () => undefined, deps.now(), deps);
      const [made] = outcome.ok ? outcome.authenticators : [];
      if (!made) throw new Error('No device is ready.');
      const rest = { userId, createdAt: deps.now(), lastUsedAt: null, preferredAt: deps.now() };
      const authenticators = [{ ...made, ...rest }];
      await store.authenticators.enrol({ userId, guard: null, authenticators, consume: [], audit: [] });
      return made.id;
    },
  };
};
