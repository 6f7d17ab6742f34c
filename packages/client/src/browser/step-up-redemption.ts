import { elevatedTokenOf } from '../authorization/redemption.ts';
import type { Transaction } from '../authorization/transaction.ts';
import { StepUpError } from '../error.ts';
import type { ElevatedToken } from '../token-store.ts';
import type { Context } from './context.ts';
import { redeemResponse } from './context.ts';

/**
 * From the authorization response of a step-up to its token, if the page still belongs to the person who stepped up.
 * While that person was away the everyday session may have been replaced or ended, on this page or in another tab that
 * shares its storage: the token, and a call that waits for it, are nobody else's.
 *
 * @param sessionWasKept whether the everyday session that the step-up began with would still be there: not so when it
 *   was in the memory of a page that has been left
 * @throws {StepUpError} `different_user`, `login_required`, and those of {@link redeemResponse}
 */
export async function redeemStepUp(
  context: Context,
  transaction: Transaction,
  parameters: URLSearchParams,
  sessionWasKept: boolean,
): Promise<ElevatedToken> {
  const redeemed = await redeemResponse(context, transaction, parameters);
  // Read after everything that is awaited, so that nothing can change between the check and the token.
  const session = context.tokens.everyday(context.audience);
  const isPinned = transaction.subject !== undefined;
  if (session === undefined && isPinned && sessionWasKept) {
    throw new StepUpError('login_required', 'The user has logged out meanwhile');
  }
  // A session that names nobody is taken only for what it was when the step-up began.
  const isNamed = isPinned || session?.subject !== undefined;
  if (session !== undefined && isNamed && session.subject !== redeemed.claims.subject) {
    throw new StepUpError('different_user', 'Another user has signed in meanwhile');
  }
  return elevatedTokenOf(redeemed, context.audience, context.base.allowed);
}
