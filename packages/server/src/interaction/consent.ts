/** Consent: may an application that is not the operator's own have what it asks for? */
import type { Deps, Handler } from '../deps.ts';
import { page, seeOther } from '../http/responses.ts';
import type { ScopeInWords } from '../pages/consent-page.ts';
import { consentPage } from '../pages/consent-page.ts';
import type { Opened } from './open.ts';
import { decline, field, home, openForm, openPage } from './open.ts';
import { provenAt } from './record.ts';
import { describeScope } from './why.ts';

/** Everything the person has to agree to, in words, with what is new marked. */
const scopesInWords = (opened: Opened): readonly ScopeInWords[] => {
  const { next } = opened.decided.decision;
  const missing = next.step === 'consent' ? next.scopes : [];
  return opened.decided.consentScopes.map((name) => ({
    name,
    description: describeScope(opened, name) ?? opened.t.consent.openidScopes(name) ?? name,
    isNew: missing.includes(name),
  }));
};

/** The host that the answer goes to; for a scheme of an app's own, the scheme. */
const destinationOf = (uri: string): string | undefined => {
  if (!URL.canParse(uri)) return undefined;
  const { host, protocol } = new URL(uri);
  return /^https?:$/.test(protocol) ? host : protocol;
};

const render = (opened: Opened): Response =>
  page(
    consentPage(
      {
        application: opened.application,
        action: `/consent?interaction=${opened.interaction.id}`,
        csrf: opened.csrf,
        signedInAs: opened.decided.current?.user.username ?? '',
        scopes: scopesInWords(opened),
        returnsTo: destinationOf(opened.decided.validated.request.channel.redirect.uri),
      },
      opened.t,
    ),
  );

/** `GET /consent` */
export const showConsent: Handler = async (request, deps, caller) => {
  const opened = await openPage('consent', request, deps, caller);
  return opened instanceof Response ? opened : render(opened);
};

/** `POST /consent` */
export const answerConsent: Handler = async (request, deps: Deps, caller) => {
  const answered = await openForm('consent', request, deps, caller);
  if (answered instanceof Response) return answered;
  if (answered.form.has('deny')) return decline(answered, deps);
  // What an Action has added since the page was shown was not on it: it is shown anew.
  const wasShown = field(answered, 'scopes') === answered.decided.consentScopes.join(' ');
  if (answered.form.has('allow') && wasShown) {
    // Only as the consent of the person who was asked, to what they were shown: somebody may have become somebody else meanwhile, and an
    // Action may have added a scope.
    const { id, actions } = answered.interaction;
    const userId = answered.decided.current?.user.id ?? '';
    await deps.store.interactions.update(id, { consentedAt: provenAt(answered, deps) }, { userId, actions });
  }
  return seeOther(home(answered.interaction));
};
