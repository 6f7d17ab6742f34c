/**
 * Guarded enrolment: somebody who needs a further proof and has none that would do enrols one. A password thief could do that as well, so
 * they pass a guard first; it is used up together with the enrolment, which is itself the proof.
 */
import { askedFor } from '../authorization/asked.ts';
import type { Handler } from '../deps.ts';
import { page, seeOther } from '../http/responses.ts';
import { enrolPage } from '../pages/enrol-page.ts';
import { guardPassed } from '../recovery/guard-proof.ts';
import { answerFactor, goOn, showFactor } from './enrol-factor.ts';
import { answerGuard, showGuard, startOver } from './enrol-guard.ts';
import { codesOf, frameOf, plannedCodes } from './enrol-progress.ts';
import type { LeftToShow } from './open.ts';
import { afterProof, home, openForm, openPage } from './open.ts';
import { recordShown } from './shown.ts';

/**
 * Once something is enrolled the recovery codes that were made with it are shown until the person says they are kept, also after a reload
 * or a double click. That they are enrolled is a fact, and not before.
 */
const codesAreUnseen: LeftToShow = ({ interaction, decided }) => {
  const planned = plannedCodes(interaction);
  return (
    planned !== undefined &&
    interaction.userId === decided.current?.user.id &&
    decided.authenticators.some(({ authenticator }) => authenticator.id === planned.authenticatorId)
  );
};

/** `GET /enrol` */
export const showEnrol: Handler = async (request, deps, caller) => {
  const opened = await openPage('enrol', request, deps, caller, codesAreUnseen);
  if (opened instanceof Response) return opened;
  if (codesAreUnseen(opened)) {
    const planned = plannedCodes(opened.interaction);
    const recoveryCodes = planned ? codesOf(planned, opened, deps) : [];
    return page(enrolPage({ ...frameOf(opened), state: 'done', recoveryCodes }, opened.t));
  }
  const user = opened.decided.current?.user;
  if (!user) return seeOther(home(opened.interaction));
  await recordShown(opened, askedFor(opened.decided.decision).factor, deps);
  const guard = guardPassed(opened.interaction, user, opened.decided.facts.person);
  return guard ? showFactor(opened, user, {}, deps) : showGuard(opened, user, {}, deps);
};

/** `POST /enrol` */
export const answerEnrol: Handler = async (request, deps, caller) => {
  const answered = await openForm('enrol', request, deps, caller, codesAreUnseen);
  if (answered instanceof Response) return answered;
  if (codesAreUnseen(answered)) {
    // The last page: the codes are kept, and forgotten here.
    if (!answered.form.has('kept')) return seeOther(afterProof(answered.interaction));
    await deps.store.interactions.update(answered.interaction.id, { progress: {} });
    return seeOther(home(answered.interaction));
  }
  const user = answered.decided.current?.user;
  if (!user) return seeOther(home(answered.interaction));
  const guard = guardPassed(answered.interaction, user, answered.decided.facts.person);
  if (!guard) {
    const passed = await answerGuard(answered, user, deps);
    return passed instanceof Response ? passed : goOn(passed.passed, user, deps);
  }
  const response = await answerFactor(answered, user, guard, deps);
  return response === 'guard-gone' ? startOver(answered, user, guard, deps) : response;
};
