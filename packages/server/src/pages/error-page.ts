import { html } from 'hono/html';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Messages, ProblemName } from './messages.ts';

/**
 * Says what went wrong for good. It shows text of the catalogue and nothing that came with the request, so that nobody
 * can put words of their own on our page.
 */
export interface ErrorPageProps {
  readonly problem: ProblemName;
  /** The id under which the log has the whole story. */
  readonly requestId: string;
  /** The error as an application would see it (`invalid_request`), for those who run one. */
  readonly code?: string | undefined;
  /** The application, when the request named a registered one. */
  readonly application?: Application | undefined;
}

/** The characters of error codes and of our own ids; anything else did not come from us. */
const OURS = /^[\w.:-]{1,64}$/u;

export const errorPage = (props: ErrorPageProps, t: Messages): string => {
  const { title, message, hint } = t.problems[props.problem];
  const words = [props.requestId, props.code].filter((word) => word !== undefined && OURS.test(word));
  return layout(
    {
      title,
      application: props.application,
      failed: true,
      content: html`<h1>${title}</h1>
<p class="lead">${message}</p>
<p class="lead">${hint}</p>
${words.length === 0 ? '' : html`<p class="reference">${t.reference}: <code translate="no">${words.join(' · ')}</code></p>`}`,
    },
    t,
  );
};
