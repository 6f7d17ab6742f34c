/** Sam has a password and nothing else. */
import { createLog, decodeBase32, runCommand, totpCode } from '@stile/server';
import type { Stage } from './stage.ts';
import { claimLines, newVisitor, refusalOf, signIn, tellDecision } from './stage.ts';
import type { Place } from './visitor.ts';
import { errorOf, headingOf } from './visitor.ts';

const asked = { scope: 'openid read:accounts transfer:funds', acr_values: 'mfa', max_age: '300' };

export const enrolment = async (stage: Stage): Promise<void> => {
  const { narrator, application } = stage;
  narrator.chapter(
    'Somebody without a second proof',
    'Sam knows the password. So might a thief, who must not get to add a proof.',
  );
  const visitor = newVisitor(stage);
  const { begun, place } = await application.send(visitor, asked);
  const guard = await signIn(stage, visitor, place, 'sam');
  const { step } = await tellDecision(stage, guard);
  narrator.check(step === 'enrol', `Sam is led to “${headingOf(guard.html)}”, not let through`);
  const silent = await application.send(visitor, { ...asked, prompt: 'none' });
  const refusal = await refusalOf(stage, silent.begun, silent.place);
  narrator.check(refusal === 'interaction_required', 'without a page there is an error, not a token');

  const guessed = await visitor.answer(guard, { ticket: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF' });
  narrator.check(errorOf(guessed.html) !== '', 'the password alone does not open the page that adds a proof');
  const choice = await visitor.answer(guessed, { ticket: await ticketForSam(stage) });
  narrator.check(
    choice.html.includes('value="totp"'),
    'with the set-up code of an administrator it does, and Sam chooses',
  );
  const connect = await visitor.answer(choice, { use: 'totp' });
  const keep = await visitor.answer(connect, { code: firstCode(connect) });
  narrator.check(
    headingOf(keep.html).includes('recovery codes'),
    'the first code connects the app, and Sam gets recovery codes',
  );
  const back = await visitor.answer(keep, { kept: '1' });
  await tellDecision(stage, back);
  const { claims } = await application.finish(begun, back);
  narrator.shown('the ID token says', claimLines(claims));
  narrator.check(claims.acr === 'mfa', 'and the request that began without a second proof ends with one');
};

/** `stile ticket sam` */
const ticketForSam = async ({ config, narrator }: Stage): Promise<string> => {
  const lines: string[] = [];
  await runCommand(['ticket', 'sam'], { config, log: createLog('silent'), print: (line) => lines.push(line) });
  narrator.request('stile', 'ticket sam', 'a set-up code, on the command line of the server');
  return /: (\S+)$/.exec(lines[0] ?? '')?.[1] ?? '';
};

/** What an app shows that has just scanned the picture; here the key under it is read. */
const firstCode = ({ html }: Place): string => {
  const key = /otpauth:\/\/[^"]*secret=([A-Z2-7]+)/.exec(html)?.[1] ?? '';
  return totpCode(decodeBase32(key) ?? new Uint8Array(), Math.floor(Date.now() / 30_000));
};
