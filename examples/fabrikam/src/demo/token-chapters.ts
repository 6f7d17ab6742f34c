/** What refreshing, silence and strange wishes do to a proof: nothing. */
import { decodeJwt } from 'jose';
import type { SignedIn, Stage } from './stage.ts';
import { claimLines, newVisitor, refusalOf, signIn, tellDecision } from './stage.ts';

export const refreshing = async (stage: Stage, { visitor }: SignedIn): Promise<void> => {
  const { narrator, application } = stage;
  narrator.chapter('Refresh', 'A refresh token may keep everyday access alive, but never a proof.');
  const { begun, place } = await application.send(visitor, {
    scope: 'openid offline_access read:accounts transfer:funds',
  });
  await tellDecision(stage, place);
  const first = await application.finish(begun, place);
  const before = decodeJwt(first.accessToken);
  narrator.check(String(before.scope).includes('transfer:funds'), 'the code of a moment ago is still fresh enough');
  const second = await application.refresh(first.refreshToken ?? '');
  const after = decodeJwt(second.accessToken);
  narrator.shown('the refreshed access token says', claimLines(after));
  narrator.check(!String(after.scope).includes('transfer:funds'), 'the scope that may be used once is left out');
  narrator.check(String(after.scope).includes('read:accounts'), 'everyday access goes on');
  const proof = [before.acr, before.auth_time];
  narrator.check(
    [after.acr, after.auth_time].every((claim, i) => claim === proof[i]),
    'acr and auth_time are as they were',
  );
};

export const silence = async (stage: Stage): Promise<void> => {
  const { narrator, application } = stage;
  narrator.chapter(
    'Ask without showing a page',
    'Another browser, signed in with the password alone, and prompt=none.',
  );
  const visitor = newVisitor(stage);
  const login = await application.send(visitor, { scope: 'openid' });
  await application.finish(login.begun, await signIn(stage, visitor, login.place, 'robin'));
  const { begun, place } = await application.send(visitor, { scope: 'openid', acr_values: 'mfa', prompt: 'none' });
  await tellDecision(stage, place);
  narrator.check(
    (await refusalOf(stage, begun, place)) === 'login_required',
    'the application learns that a page is needed',
  );
};

export const strangeWishes = async (stage: Stage, { visitor }: SignedIn): Promise<void> => {
  const { narrator, application } = stage;
  narrator.chapter(
    'Ask for a level that nobody knows',
    'An unknown level is passed over beside a known one, and refused alone.',
  );
  const alone = await application.send(visitor, { scope: 'openid', acr_values: 'urn:example:gold' });
  await tellDecision(stage, alone.place);
  const refusal = await refusalOf(stage, alone.begun, alone.place);
  narrator.check(refusal === 'unmet_authentication_requirements', 'alone it ends in an error, never in a token');
  const beside = await application.send(visitor, { scope: 'openid', acr_values: 'urn:example:gold mfa' });
  const { claims } = await application.finish(beside.begun, beside.place);
  narrator.check(claims.acr === 'mfa', 'beside mfa it does no harm, and the token names what was achieved');
};
