/** Tests with other people's clients at servers whose Actions decide. `npm run interop` writes down what they came to, beside the table. */
export interface WithActions {
  /** The clients that are driven, as `clients.ts` names them. */
  readonly clients: readonly string[];
  /** The file of the tests, from this folder. */
  readonly file: string;
  /** What the Actions of that file are. */
  readonly actions: string;
}

export const withActions: readonly WithActions[] = [
  {
    clients: ['@auth0/auth0-spa-js'],
    file: '../actions/single-page.test.ts',
    actions: 'step-up by scope, claims, a refusal, refreshes',
  },
  {
    clients: ['@auth0/auth0-spa-js'],
    file: '../actions/redirect.test.ts',
    actions: 'a redirect to another site and back',
  },
  {
    clients: ['express-openid-connect', 'openid-client', 'express-oauth2-jwt-bearer'],
    file: '../actions/applications.test.ts',
    actions: 'step-up by `acr_values` and by scope, roles as a claim, a refusal',
  },
  {
    clients: ['openid-client'],
    file: '../actions/templates.test.ts',
    actions: 'every template of `stile actions new`',
  },
  {
    clients: ['openid-client'],
    file: '../actions/recipes.test.ts',
    actions: 'what Auth0 documents for its samples and marketplace templates',
  },
];
