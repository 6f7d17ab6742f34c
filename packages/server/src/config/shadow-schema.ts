/**
 * Demands that are tried before they are made: each is judged beside what is demanded, its verdict stands in the trace and in the metrics,
 * and nothing and nobody is asked, let through or refused because of it.
 */
import { z } from 'zod';
import { duration } from './duration.ts';
import { demandedLevels } from './risk-schema.ts';

/** What a scope would demand. */
export const scopeShadowSchema = z.strictObject({
  requires: z.strictObject({ acr: demandedLevels.optional(), maxAge: duration.optional() }),
});

/** What a client's minimum would be. */
export const clientShadowSchema = z.strictObject({ minimumAcr: demandedLevels });

/** What every sign-in would demand. */
export const shadowSchema = z.strictObject({ everySignIn: z.strictObject({ acr: demandedLevels }) });

/** What of a configuration is in the shadow. */
interface Shadowed {
  readonly shadow?: z.output<typeof shadowSchema> | undefined;
  readonly apis: readonly {
    readonly audience: string;
    readonly scopes: Readonly<Record<string, { readonly shadow?: z.output<typeof scopeShadowSchema> | undefined }>>;
  }[];
  readonly clients: readonly {
    readonly id: string;
    readonly shadow?: z.output<typeof clientShadowSchema> | undefined;
  }[];
}

/** A level that does not exist would tell nothing. */
export const shadowFaults = (
  { shadow, apis, clients }: Shadowed,
  levelFault: (acr: string) => string | undefined,
): readonly string[] => {
  const named: readonly (readonly [where: string, acr: readonly string[] | undefined])[] = [
    ['shadow.everySignIn', shadow?.everySignIn.acr],
    ...apis.flatMap(({ audience, scopes }) =>
      Object.entries(scopes).map(
        ([name, scope]) => [`apis ${audience}, scope ${name}, shadow`, scope.shadow?.requires.acr] as const,
      ),
    ),
    ...clients.map((client) => [`clients ${client.id}, shadow`, client.shadow?.minimumAcr] as const),
  ];
  return named.flatMap(([where, acr = []]) =>
    acr.flatMap((level) => {
      const fault = levelFault(level);
      return fault === undefined ? [] : [`${where}: ${fault}`];
    }),
  );
};
