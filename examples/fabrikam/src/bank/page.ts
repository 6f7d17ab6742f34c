import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { BankOptions } from './bank.ts';

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The one page of the bank. It is the same for everybody: the script shows what fits. */
export const bankPage = ({ issuer, clientId, api, audience }: BankOptions): Markup => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Fabrikam Bank</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/styles.css">
<script type="module" src="/app.js"></script>
</head>
<body data-issuer="${issuer}" data-client-id="${clientId}" data-api="${api}" data-audience="${audience}">
<header class="bar"><div>
<a class="name" href="/">Fabrikam Bank</a>
<div class="who" id="who" hidden><span id="person"></span><button class="quiet" id="sign-out">Sign out</button></div>
</div></header>
<main>
<noscript><p class="notice">This page needs JavaScript; the sign-in server does not.</p></noscript>
<p class="notice" id="notice" role="status" tabindex="-1" hidden></p>
${welcome}
<div class="columns" id="home" hidden>
${account}
${transfer}
</div>
${steps}
</main>
</body>
</html>
`;

const welcome = html`<section class="card greeting" id="welcome" hidden>
<h1>Your money, at hand</h1>
<p class="lead">Looking takes a password. Sending takes a second proof, for that one transfer.</p>
<button class="button main" id="sign-in">Sign in</button>
</section>`;

const account = html`<section class="card" aria-labelledby="account-name">
<h2 id="account-name"></h2>
<p class="iban mono" id="account-iban"></p>
<p class="balance" id="balance"></p>
<h3>Movements</h3>
<ul class="movements" id="movements"></ul>
<template id="movement"><li class="movement"><span><b></b><small></small></span><data></data></li></template>
</section>`;

const transfer = html`<section class="card" aria-labelledby="transfer-title">
<h2 id="transfer-title" tabindex="-1">Send money</h2>
<form id="transfer" novalidate>
<div class="field"><label for="payee">To</label>
<input class="input" id="payee" name="payee" autocomplete="off" value="Maria Keller" aria-describedby="payee-error">
<p class="error" id="payee-error" hidden></p></div>
<div class="field"><label for="iban">IBAN</label>
<input class="input mono" id="iban" name="iban" autocomplete="off" spellcheck="false" value="DE02 1203 0000 0000 2020 51" aria-describedby="iban-error">
<p class="error" id="iban-error" hidden></p></div>
<div class="field"><label for="amount">Amount in euro</label>
<input class="input amount" id="amount" name="amount" inputmode="decimal" autocomplete="off" value="25.00" aria-describedby="amount-error">
<p class="error" id="amount-error" hidden></p></div>
<label class="switch"><input type="checkbox" role="switch" id="in-window"><span>Confirm in a window of its own</span></label>
<button class="button main" id="send">Send money</button>
</form>
<div id="done" hidden>
<p class="sent" id="sent" role="status" tabindex="-1"></p>
<p class="lead">The token for it has been used up. Try it: whoever had copied it could not send a second transfer.</p>
<button class="button" id="again">Send the same token again</button>
<div id="answer" role="status" hidden><p class="mono" id="answer-status"></p><p class="mono" id="answer-challenge"></p><p class="lead" id="answer-meaning"></p></div>
<button class="quiet" id="another">Send another</button>
</div>
</section>`;

const steps = html`<section class="steps" id="steps-section" aria-labelledby="steps-title" hidden>
<h2 id="steps-title">What just happened</h2>
<ol id="steps"></ol>
<template id="step"><li class="step"><p></p><code></code></li></template>
</section>`;
