import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { customers, salaries } from './records.ts';
import type { Employee } from './sessions.ts';

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What a page tells about the proof behind it. */
export interface ProofShown {
  readonly acr: string;
  readonly amr: string;
  /** `undefined` when the ID token has no `auth_time`. */
  readonly authTime: { readonly seconds: number; readonly ageSeconds: number } | undefined;
  /** Whether it is enough for the salaries. */
  readonly isEnough: boolean;
}

/** What can go wrong, in words for the person. */
export type Problem = 'declined' | 'no_second_proof' | 'other_person' | 'not_finished' | 'not_found' | 'failed';

const problems: Readonly<Record<Problem, { readonly title: string; readonly message: string }>> = {
  declined: { title: 'You stopped half-way', message: 'Nothing has changed. You can try again whenever you like.' },
  no_second_proof: {
    title: 'You have no second proof yet',
    message: 'The salaries need one. Your administrator can help you set it up.',
  },
  other_person: {
    title: 'Somebody else answered',
    message: 'The second proof was not yours, so it does not count here. Sign out first if you want to change places.',
  },
  not_finished: {
    title: 'That did not work out',
    message: 'The sign-in server sent an answer that we cannot use. Try again.',
  },
  not_found: { title: 'There is no such page', message: 'The address may be mistyped.' },
  failed: { title: 'Something went wrong on our side', message: 'Try again in a moment.' },
};

interface Frame {
  readonly title: string;
  readonly employee?: Employee | undefined;
  readonly here?: '/customers' | '/salaries';
  readonly content: Markup;
}

const navigation = (here: Frame['here']): Markup =>
  html`<nav aria-label="Pages">
<a href="/customers"${here === '/customers' ? html` aria-current="page"` : ''}>Customers</a>
<a href="/salaries"${here === '/salaries' ? html` aria-current="page"` : ''}>Salaries</a>
</nav>`;

const layout = ({ title, employee, here, content }: Frame): Markup => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Fabrikam Intranet</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/styles.css">
</head>
<body>
<header class="bar"><div>
<a class="name" href="/">Fabrikam Intranet</a>
${employee ? navigation(here) : ''}
${
  employee
    ? html`<form class="who" method="post" action="/sign-out"><span>${employee.name}</span><button class="quiet">Sign out</button></form>`
    : ''
}
</div></header>
<main>
${content}
</main>
</body>
</html>
`;

export const welcomePage = (): Markup =>
  layout({
    title: 'Welcome',
    content: html`<section class="card greeting">
<h1>Good to see you</h1>
<p class="lead">Customers are one sign-in away. Salaries ask for a second proof, and only when you open them.</p>
<a class="button main" href="/sign-in">Sign in</a>
</section>`,
  });

export const customersPage = (employee: Employee, proof: ProofShown): Markup =>
  layout({
    title: 'Customers',
    employee,
    here: '/customers',
    content: html`<h1>Customers</h1>
<p class="lead">Everybody who is signed in sees this page.</p>
<section class="card records"><table>
<thead><tr><th scope="col">Customer</th><th scope="col" class="wide">City</th><th scope="col">Contact</th><th scope="col" class="number">Orders</th></tr></thead>
<tbody>
${customers.map(
  ({ name, city, contact, orders }) =>
    html`<tr><td>${name}</td><td class="wide">${city}</td><td>${contact}</td><td class="number">${orders}</td></tr>
`,
)}
</tbody>
</table></section>
${tokenPanel(proof)}`,
  });

const euro = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });

export const salariesPage = (employee: Employee, proof: ProofShown): Markup =>
  layout({
    title: 'Salaries',
    employee,
    here: '/salaries',
    content: html`<h1>Salaries</h1>
<p class="lead">You see this because you gave a second proof within the last 15 minutes.</p>
<section class="card records"><table>
<thead><tr><th scope="col">Name</th><th scope="col" class="wide">Role</th><th scope="col" class="number">A year</th></tr></thead>
<tbody>
${salaries.map(
  ({ name, role, amount }) =>
    html`<tr><td>${name}</td><td class="wide">${role}</td><td class="number">${euro.format(amount)}</td></tr>
`,
)}
</tbody>
</table></section>
${tokenPanel(proof)}`,
  });

/** For the developer who looks at the example: the three claims that decide. */
const tokenPanel = ({
  acr,
  amr,
  authTime,
  isEnough,
}: ProofShown): Markup => html`<section class="token" aria-label="ID token">
<h2>What your ID token says</h2>
<dl>
<dt>acr</dt><dd>${acr}</dd>
<dt>amr</dt><dd>${amr}</dd>
<dt>auth_time</dt><dd>${authTime ? html`${authTime.seconds} <span>(${ageInWords(authTime.ageSeconds)})</span>` : '–'}</dd>
</dl>
<p>Salaries ask for <code>mfa</code> from the last 15 minutes: ${isEnough ? 'this is enough.' : 'this is not enough, so opening them asks you for more.'}</p>
</section>`;

const ageInWords = (seconds: number): string => {
  if (seconds < 60) return 'less than a minute ago';
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60);
  return hours === 1 ? 'an hour ago' : `${hours} hours ago`;
};

export const problemPage = (problem: Problem, tryAgain: string, employee: Employee | undefined): Markup => {
  const { title, message } = problems[problem];
  return layout({
    title,
    employee,
    content: html`<section class="card greeting">
<h1>${title}</h1>
<p class="lead">${message}</p>
${tryAgain === '/' ? html`<a class="button" href="/">Go to the start</a>` : html`<a class="button" href="${tryAgain}">Try again</a>`}
</section>`,
  });
};
