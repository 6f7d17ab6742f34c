/**
 * What a grant remembers of the demands of Actions that its browser was spared: that there were any. So they are spared at its refreshes
 * too, where no browser is; and those of Actions that were never asked about it are not.
 */
import type { Requirement } from '@stile/core';

/** A requirement of an Action that demands nothing: whoever is signed in meets it, and it says that the Action took part. */
const asksNothing = ({ acr, factors, since, binds }: Requirement): boolean =>
  acr === undefined && factors === undefined && since === undefined && binds === 'proof';

/** What is kept of the demands that were spared. */
export const sparedDemands = (spared: readonly Requirement[]): readonly Requirement[] =>
  spared.flatMap(({ source }): readonly Requirement[] =>
    source.from === 'action' ? [{ source, binds: 'proof' }] : [],
  );

/** The demands that a remembered browser may be spared, without those that were spared when the grant was made. */
export const notSpared = (
  spareable: readonly Requirement[],
  { requirements }: { readonly requirements: readonly Requirement[] },
): readonly Requirement[] => {
  const actions = new Set(
    requirements.flatMap((one) => (one.source.from === 'action' && asksNothing(one) ? [one.source.action] : [])),
  );
  return spareable.filter(({ source }) => source.from !== 'action' || !actions.has(source.action));
};
