/** From a password to a transfer, and what a copied token is worth afterwards. */
import { isJsonObject, stepUpChallengeOf } from '@stile/core';
import { decodeJwt } from 'jose';
import type { Tokens } from './application.ts';
import type { SignedIn, Stage } from './stage.ts';
import { claimLines, codeOfRobin, newVisitor, signIn, tellDecision } from './stage.ts';
import { errorOf, headingOf, leadOf } from './visitor.ts';

const order = { amount: 25_00, payee: { name: 'Maria Keller', iban: 'DE02120300000000202051' } };

export const everydayAccess = async (stage: Stage): Promise<SignedIn> => {
  const { narrator, application } = stage;
  narrator.chapter('Sign in with a password', 'The bank asks for everyday scopes, and for no proof in particular.');
  const visitor = newVisitor(stage);
  const { begun, place } = await application.send(visitor, {
    scope: 'openid profile offline_access read:accounts',
  });
  narrator.check(place.url.pathname === '/login', 'nobody is signed in, so the sign-in page is shown');
  const back = await signIn(stage, visitor, place, 'robin');
  const { step } = await tellDecision(stage, back);
  narrator.check(step === 'issue', 'the password is all that these scopes need');
  const everyday = await application.finish(begun, back);
  narrator.shown('the ID token says', claimLines(everyday.claims));
  narrator.check(everyday.claims.acr === '1fa', 'one factor was proven, and the token says so');
  const accounts = await application.call('GET', '/accounts', everyday.accessToken);
  narrator.check(accounts.status === 200, 'the accounts can be read with it');
  return { visitor, everyday };
};

export const stepUp = async (stage: Stage, { visitor, everyday }: SignedIn): Promise<Tokens> => {
  const { narrator, application } = stage;
  narrator.chapter('Step up for a transfer', 'The API answers with what it needs; the bank asks for exactly that.');
  const refused = await application.call('POST', '/transfers', everyday.accessToken, order);
  const challenge = stepUpChallengeOf(refused.headers.get('www-authenticate'));
  narrator.check(
    refused.status === 401 && challenge?.error === 'insufficient_user_authentication',
    'the API challenges',
  );
  const { begun, place } = await application.send(visitor, {
    scope: ['openid', ...(challenge?.scope ?? [])].join(' '),
    acr_values: challenge?.acrValues?.join(' ') ?? '',
    max_age: String(challenge?.maxAgeSeconds),
  });
  const asked = await tellDecision(stage, place);
  narrator.check(asked.step === 'challenge', 'the password still stands; only the second proof is asked for');
  narrator.shown('the page says', [
    ['question', headingOf(place.html)],
    ['reason', leadOf(place.html)],
  ]);
  narrator.check(leadOf(place.html).startsWith('To transfer money'), 'the page says why it asks');

  const wrong = await visitor.answer(place, { code: wrongCode(stage) });
  narrator.check(errorOf(wrong.html) !== '', `a wrong code is refused: “${errorOf(wrong.html)}”`);
  const back = await visitor.answer(wrong, { code: codeOfRobin(stage) });
  const { step } = await tellDecision(stage, back);
  narrator.check(step === 'issue', 'the right code is enough');

  const elevated = await application.finish(begun, back);
  narrator.shown('the access token says', claimLines(decodeJwt(elevated.accessToken)));
  checkElevation(stage, elevated, everyday);
  const sent = await application.call('POST', '/transfers', elevated.accessToken, order);
  narrator.check(sent.status === 201, 'the same transfer, sent once more with the new token, is carried out');
  const decision = stage.apiDecisions.at(-1);
  narrator.check(decision?.outcome === 'allowed' && decision.usedUp, 'the API used the token up while it let it pass');
  return elevated;
};

const wrongCode = (stage: Stage): string => (codeOfRobin(stage) === '000000' ? '111111' : '000000');

const checkElevation = ({ narrator, authorizationServer }: Stage, elevated: Tokens, everyday: Tokens): void => {
  const { acr, auth_time: authTime, single_use: singleUse } = decodeJwt(elevated.accessToken);
  narrator.check(acr === 'mfa', 'two factors were proven');
  const age = authorizationServer.now() - Number(authTime);
  narrator.check(age < 60, 'auth_time is the moment of the code, not of the password');
  narrator.check(singleUse === true, 'the token is good for one call');
  narrator.check(elevated.claims.sub === everyday.claims.sub, 'it is the same person');
};

export const replay = async ({ narrator, application }: Stage, elevated: Tokens): Promise<void> => {
  narrator.chapter(
    'Send the same token again',
    'Whoever has copied it, from a log or over a shoulder, comes too late.',
  );
  const answer = await application.call('POST', '/transfers', elevated.accessToken, order);
  narrator.check(answer.status === 401, 'the API refuses a token that was used');
  const body: unknown = await answer.json();
  narrator.check(
    isJsonObject(body) && body.error === 'invalid_token',
    'and calls it invalid_token, not a reason to ask again',
  );
};
