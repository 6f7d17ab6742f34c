/** The management API, called by a program of the operator that has a token for it. */
import { parseJsonObject } from '@stile/core';
import { basic } from '../flow.ts';
import { nobody } from './arrivals.ts';
import type { Scenario } from './scenarios.ts';
import type { Fields } from './visitor.ts';
import type { World } from './world.ts';
import { WATCHER } from './world.ts';

const tokens = new WeakMap<World, Promise<string>>();

const freshToken = async (world: World): Promise<string> => {
  const asked = {
    grant_type: 'client_credentials',
    audience: `${world.issuer}api/v2/`,
    scope: 'read:decisions read:lock_outs read:stats simulate:decisions',
  };
  const answer = await (await nobody(world)).send({
    method: 'POST',
    target: '/oauth/token',
    headers: Object.entries({
      ...basic(WATCHER.id, WATCHER.secret),
      'content-type': 'application/x-www-form-urlencoded',
    }),
    body: new URLSearchParams(asked).toString(),
  });
  return String(parseJsonObject(answer?.body ?? '')?.access_token);
};

const token = (world: World): Promise<string> => {
  const known = tokens.get(world) ?? freshToken(world);
  tokens.set(world, known);
  return known;
};

const calling =
  (query: Fields = {}): Scenario['good'] =>
  async (world) => ({
    visitor: await nobody(world),
    query,
    headers: { Authorization: `Bearer ${await token(world)}` },
  });

export const management: readonly Scenario[] = [
  {
    name: 'decisions',
    method: 'GET',
    path: '/api/v2/decisions',
    answers: 200,
    query: ['user', 'client', 'from', 'to', 'take', 'cursor'],
    good: calling({ user: 'user_robin', client: 'web', from: '2020-01-01T00:00:00Z', take: '10' }),
  },
  {
    name: 'a decision that there is not',
    method: 'GET',
    path: '/api/v2/decisions/dec_x',
    answers: 404,
    query: ['v'],
    good: calling(),
  },
  {
    name: 'what would be decided',
    method: 'POST',
    path: '/api/v2/simulations',
    // It reads JSON alone.
    answers: 400,
    form: ['username', 'client_id', 'scope', 'audience', 'acr_values', 'prompt', 'country'],
    takesJson: true,
    good: async (world) => ({
      ...(await calling()(world)),
      form: { username: 'robin', client_id: 'bank', scope: 'openid' },
    }),
  },
  {
    name: 'whom the policy locks out',
    method: 'GET',
    path: '/api/v2/lock-outs',
    answers: 200,
    query: ['take', 'cursor'],
    good: calling({ take: '10', cursor: 'user_a' }),
  },
  {
    name: 'whom a change of the policy would lock out',
    method: 'POST',
    path: '/api/v2/lock-outs',
    // It reads JSON alone.
    answers: 400,
    query: ['take', 'cursor'],
    form: ['everySignIn', 'enrolment', 'scopes', 'clients'],
    takesJson: true,
    good: async (world) => ({ ...(await calling({ take: '10' })(world)), form: { enrolment: 'refuse' } }),
  },
  {
    name: 'statistics of step-ups',
    method: 'GET',
    path: '/api/v2/stats/step-up',
    answers: 200,
    query: ['from', 'to', 'by'],
    good: calling({ by: 'client' }),
  },
];
