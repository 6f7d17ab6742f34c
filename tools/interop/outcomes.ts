/** What came of the tests of each client, step by step. */
import type { Client, Step } from '../../conformance/interop/clients.ts';
import { steps } from '../../conformance/interop/clients.ts';
import type { WithActions } from '../../conformance/interop/with-actions.ts';

/** One test that ran, by its name; a suite is none. */
export interface Ran {
  readonly file: string;
  readonly name: string;
  /** Why it failed, in one line. */
  readonly failure?: string;
}

/** A step with its tests, or the reason why it has none. */
export type Outcome = { readonly tests: readonly Ran[] } | { readonly notItsPart: string };

export interface Row {
  readonly client: Client;
  readonly version: string;
  readonly outcomes: Readonly<Record<Step, Outcome>>;
  /** Tests of no step: what else was tried. */
  readonly others: readonly Ran[];
}

/** What came of the tests of some clients at servers whose Actions decide. */
export interface ActionsRow {
  readonly about: WithActions;
  readonly tests: readonly Ran[];
}

/** The step that a test belongs to, by the beginning of its name. */
export const stepOf = (name: string): Step | undefined => steps.find((step) => name.startsWith(`${step}: `));

/** What a test says, without its step and the label of a lesson. */
export const saying = (name: string): string => {
  const step = stepOf(name);
  const rest = step === undefined ? name : name.slice(step.length + 2);
  return rest.replace(/^T\d+(?:, T\d+)*: /, '');
};

/** What one client did. @param ran the tests of its file, all of them */
export const rowOf = (client: Client, version: string, ran: readonly Ran[]): Row => {
  const of = (step: Step): Outcome => {
    const tests = ran.filter(({ name }) => stepOf(name) === step);
    const reason = client.notItsPart[step];
    return reason === undefined || tests.length > 0 ? { tests } : { notItsPart: reason };
  };
  return {
    client,
    version,
    outcomes: {
      'sign in': of('sign in'),
      'step up': of('step up'),
      refresh: of('refresh'),
      'sign out': of('sign out'),
      failure: of('failure'),
    },
    others: ran.filter(({ name }) => stepOf(name) === undefined),
  };
};

/** What is wrong where Actions decide. */
export const shortcomingsWithActions = ({ about, tests }: ActionsRow): readonly string[] =>
  tests.length === 0
    ? [`${about.file}: no test ran`]
    : tests.flatMap(({ name, failure }) => (failure === undefined ? [] : [`${about.file}: ${name}: ${failure}`]));

/** What is wrong with a row: tests that failed, and steps without a test or a reason. */
export const shortcomings = ({ client, outcomes, others }: Row): readonly string[] => {
  const failed = (tests: readonly Ran[]): readonly string[] =>
    tests.flatMap(({ name, failure }) => (failure === undefined ? [] : [`${client.name}: ${name}: ${failure}`]));
  return [
    ...steps.flatMap((step) => {
      const outcome = outcomes[step];
      if ('notItsPart' in outcome) return [];
      return outcome.tests.length === 0 ? [`${client.name}: ${step}: no test ran`] : failed(outcome.tests);
    }),
    ...failed(others),
  ];
};
