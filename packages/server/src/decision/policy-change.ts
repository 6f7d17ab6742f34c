/** A policy that may come to be, told by what it would demand otherwise than the one in force. Read from a request. */
import type { Api, Result } from '@stile/core';
import { levelNamed, ok, refused } from '@stile/core';
import { z } from 'zod';
import type { Config, RegisteredClient } from '../config/config.ts';
import { duration } from '../config/duration.ts';
import { enrolmentSchema } from '../config/enrolment-schema.ts';
import { everySignInSchema } from '../config/remember-schema.ts';
import { demandedLevels } from '../config/risk-schema.ts';

const MOST = 100;
const name = z.string().min(1).max(500);

/** In the words of the configuration. `null` takes a demand away. */
const schema = z.strictObject({
  everySignIn: everySignInSchema.nullable().optional(),
  enrolment: enrolmentSchema.unwrap().optional(),
  scopes: z
    .array(
      z.strictObject({
        audience: name,
        scope: name,
        requires: z.strictObject({ acr: demandedLevels.optional(), maxAge: duration.optional() }).nullable(),
      }),
    )
    .max(MOST)
    .default([]),
  clients: z
    .array(z.strictObject({ id: name, minimumAcr: demandedLevels.nullable() }))
    .max(MOST)
    .default([]),
});

export type PolicyChange = z.output<typeof schema>;

/** @returns what is wrong with it, in a sentence, where it cannot be read */
export const parsePolicyChange = (input: unknown): Result<PolicyChange, string> => {
  const parsed = schema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return refused(`${issue?.path.join('.') || 'The change'}: ${issue?.message ?? 'cannot be read'}`);
};

/** What the change names and there is not. */
const missing = ({ everySignIn, scopes, clients }: PolicyChange, config: Config): string | undefined => {
  const acrs = [
    ...(everySignIn?.acr ?? []),
    ...scopes.flatMap(({ requires }) => requires?.acr ?? []),
    ...clients.flatMap(({ minimumAcr }) => minimumAcr ?? []),
  ];
  const level = acrs.find((acr) => !levelNamed(config.levels, acr));
  if (level !== undefined) return `There is no level ${level}.`;
  const client = clients.find(({ id }) => !config.clients.has(id));
  if (client) return `There is no client ${client.id}.`;
  const place = scopes.find(({ audience, scope }) => !Object.hasOwn(config.apis.get(audience)?.scopes ?? {}, scope));
  return place && `There is no scope ${place.scope} at ${place.audience}.`;
};

const changedApi = (api: Api, scopes: PolicyChange['scopes']): Api => {
  const changed = { ...api.scopes };
  for (const { audience, scope, requires } of scopes) {
    const before = changed[scope];
    if (audience !== api.audience || !before) continue;
    const { acr, maxAge } = requires ?? {};
    changed[scope] = {
      ...before,
      requires: { ...(acr && { acr }), ...(maxAge !== undefined && { maxAgeSeconds: maxAge }) },
    };
  }
  return { ...api, scopes: changed };
};

const changedClient = (client: RegisteredClient, clients: PolicyChange['clients']): RegisteredClient => {
  const change = clients.find(({ id }) => id === client.id);
  if (!change) return client;
  const { minimumAcr: _before, ...rest } = client;
  return change.minimumAcr ? { ...rest, minimumAcr: change.minimumAcr } : rest;
};

/** The configuration as it would be. */
export const changedConfig = (config: Config, change: PolicyChange): Result<Config, string> => {
  const fault = missing(change, config);
  if (fault !== undefined) return refused(fault);
  const { everySignIn: before, ...rest } = config;
  const { everySignIn = before, enrolment = config.enrolment } = change;
  return ok({
    ...rest,
    ...(everySignIn && { everySignIn }),
    enrolment,
    apis: new Map([...config.apis].map(([audience, api]) => [audience, changedApi(api, change.scopes)])),
    clients: new Map([...config.clients].map(([id, client]) => [id, changedClient(client, change.clients)])),
  });
};
