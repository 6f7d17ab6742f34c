/** Candidate Actions of a folder, ready to be run over what is on record. */
import { resolve } from 'node:path';
import { actionFilesIn } from '../actions/deploy/action-file.ts';
import { buildAction } from '../actions/deploy/build.ts';
import { POST_LOGIN } from '../actions/deploy/deploy.ts';
import { secretsFor } from '../actions/deploy/secrets.ts';
import type { Config } from '../config/config.ts';
import type { CandidateAction, CandidateActions } from '../decision/candidate-actions.ts';
import { candidateActions } from '../decision/candidate-actions.ts';
import type { Store } from '../store/ports.ts';

/** What is bound runs first, in its order; what is new comes after it, by name. */
const inOrder = async (actions: readonly CandidateAction[], store: Store): Promise<readonly CandidateAction[]> => {
  const [bindings, known] = await Promise.all([store.actions.bindings(POST_LOGIN), store.actions.all()]);
  const place = ({ name }: CandidateAction): number => {
    const id = known.find((action) => action.name === name)?.id;
    const index = bindings.findIndex(({ actionId, mode }) => actionId === id && mode === 'live');
    return index === -1 ? bindings.length : index;
  };
  return actions.toSorted((one, other) => place(one) - place(other));
};

const builtFrom = async (folder: string, config: Config): Promise<readonly CandidateAction[]> => {
  const candidates: CandidateAction[] = [];
  for (const { name, file } of actionFilesIn(folder)) {
    const { program } = await buildAction({ file }, config.actions.limits);
    candidates.push({ name, program, secrets: secretsFor(name, config.actions) });
  }
  return candidates;
};

/** A sandbox without a network, for as long as the work takes. */
const inSandbox = async <T>(
  actions: readonly CandidateAction[],
  { store, config }: Place,
  work: (candidates: CandidateActions) => Promise<T>,
): Promise<T> => {
  const { createActionRuntime } = await import('../actions/runtime/runtime.ts');
  const { insideScript } = await import('../actions/inside/script.ts');
  const { limits } = config.actions;
  const runtime = createActionRuntime({ limits, egress: 'ask', workers: 1, queue: 10, insideSource: insideScript });
  try {
    return await work(candidateActions(actions, { runtime, config, store }));
  } finally {
    await runtime.close();
  }
};

interface Place {
  readonly store: Store;
  readonly config: Config;
}

/**
 * Runs something with the Actions of a folder.
 *
 * @returns undefined when there is no Action in the folder
 * @throws BuildError, SecretError when one of them could not be deployed either
 */
export const withCandidateActions = async <T>(
  folder: string,
  place: Place,
  work: (candidates: CandidateActions) => Promise<T>,
): Promise<T | undefined> => {
  const actions = await inOrder(await builtFrom(resolve(folder), place.config), place.store);
  return actions.length === 0 ? undefined : inSandbox(actions, place, work);
};
