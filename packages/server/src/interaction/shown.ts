/** Puts on record that a question was seen, so that whoever counts can tell those who turned away from it from those who never got there. */
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import type { Once } from '../store/ports.ts';
import type { Opened } from './open.ts';

/** One for a request and a factor, however often the page is loaded and in however many tabs. */
const shownOnce = ({ interaction: { id, expiresAt } }: Opened, factor: string): Once => ({
  kind: 'interaction',
  key: `${id} shown ${factor}`,
  expiresAt,
});

/**
 * Seen again it costs one read. Nothing is decided by it, so that a page is shown although it could not be kept; and it names the session alone,
 * for what is read of a person, the latest first, is not to be crowded out by pages.
 */
export const recordShown = async (opened: Opened, factor: string, deps: Deps): Promise<void> => {
  const { decided, caller } = opened;
  const { current, validated, decision } = decided;
  if (!current) return;
  const { store, log } = deps;
  const once = shownOnce(opened, factor);
  try {
    if ((await store.authenticators.usedOf(once.kind, [once.key])).length > 0) return;
    await store.once.consume(once, [
      auditRecord(deps, 'challenge.shown', {
        clientId: validated.client.id,
        sessionId: current.session.id,
        requestId: caller.requestId,
        details: { step: decision.next.step, factor },
      }),
    ]);
  } catch (error) {
    log.warn({ requestId: caller.requestId, err: error }, 'that a question was shown could not be kept');
  }
};
