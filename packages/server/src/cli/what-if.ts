/** `stile what-if`: what would be asked of somebody, and why, without asking. */
import { durationInSeconds } from '@stile/core';
import { deployedActions } from '../actions/deploy/deployed-actions.ts';
import { openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import type { SupposedAction } from '../decision/supposed-actions.ts';
import { parseSupposition } from '../decision/supposition.ts';
import type { WhatIf } from '../decision/what-if.ts';
import { whatIf } from '../decision/what-if.ts';
import { canMail } from '../notify/channels.ts';
import { printable } from './actions-words.ts';
import type { StoreCommand } from './command.ts';
import { moment } from './moment.ts';
import { optionsIn } from './options.ts';

const WITH_VALUES = [
  '--client',
  '--scope',
  '--audience',
  '--acr',
  '--max-age',
  '--prompt',
  '--at',
  '--proven',
  '--enrolled',
  '--country',
  '--failures',
] as const;

export const WHAT_IF_OPTIONS = [
  ...WITH_VALUES,
  '--new-device',
  '--remembered',
  '--without-actions',
  '--json',
  '--trace',
] as const;

/** `password@5m,totp@47m`: each factor with how long ago; just now where that is left out. */
const provenIn = (text: string): readonly unknown[] =>
  listIn(text).map((word) => {
    const [factor, ago = '0s'] = word.split('@');
    return { factor, ago };
  });

const listIn = (text: string): readonly string[] => text.split(',').flatMap((word) => word.trim() || []);

/** A moment, or how long from now: `+2h`. */
const whenIn = (text: string, now: number): unknown => {
  const ahead = text.startsWith('+') ? durationInSeconds(text.slice(1)) : undefined;
  if (ahead !== undefined) return now + ahead;
  return /^\d+$/.test(text) ? Number(text) : text;
};

/** What the words suppose, as a request to the API would write it. */
const supposed = (words: readonly string[], now: number): Readonly<Record<string, unknown>> => {
  const { values, rest } = optionsIn(words, WITH_VALUES);
  const [username] = rest;
  const plain = {
    '--client': 'client_id',
    '--scope': 'scope',
    '--audience': 'audience',
    '--acr': 'acr_values',
    '--max-age': 'max_age',
    '--prompt': 'prompt',
    '--country': 'country',
  };
  const fields: Record<string, unknown> = { username };
  for (const [option, field] of Object.entries(plain)) if (values.has(option)) fields[field] = values.get(option);
  const [at, proven, enrolled, failures] = ['--at', '--proven', '--enrolled', '--failures'].map((one) =>
    values.get(one),
  );
  return {
    ...fields,
    ...(at !== undefined && { at: whenIn(at, now) }),
    ...(proven !== undefined && { proven: provenIn(proven) }),
    ...(enrolled !== undefined && { enrolled: listIn(enrolled) }),
    ...(failures !== undefined && { failures: Number(failures) }),
    ...(words.includes('--new-device') && { new_device: true }),
    ...(words.includes('--remembered') && { remembered: true }),
    ...(words.includes('--without-actions') && { actions: false }),
  };
};

export const supposeSignIn: StoreCommand = async (store, words, { config, log, now, print }) => {
  const supposition = parseSupposition(supposed(words, now()));
  if (!supposition.ok) {
    print(supposition.error);
    print('stile what-if <username> --client <id> [--scope "openid …"] [--proven "password@5m,totp@47m"]');
    return 2;
  }
  const actions = deployedActions({
    store,
    encryptionKey: () => openEncryptionKey(config, 'throw'),
    steadyMs: () => performance.now(),
    complain: () => undefined,
  });
  const answer = await whatIf(supposition.value, { store, config, log, now, canMail: canMail(config), actions });
  if (!answer.ok) {
    print(answer.error.says);
    if (answer.error.for === 'actions') print('Leave them out with --without-actions.');
    return 1;
  }
  if (words.includes('--json')) print(JSON.stringify(answer.value, null, 2));
  else for (const text of linesOf(answer.value, words.includes('--trace'))) print(printable(text));
  return 0;
};

const ENDED: Readonly<Record<SupposedAction['outcome'], string>> = {
  finished: 'ran',
  suspended: 'waits',
  denied: 'denied',
  failed: 'failed',
  not_known: 'is not known without its fetch',
  out_of_time: 'is not known, for there was no time left',
};

const actionLine = ({ action, outcome, calls, reason }: SupposedAction): string =>
  [
    `the Action ${action} ${ENDED[outcome]}`,
    ...(reason !== undefined ? [` (${reason})`] : []),
    ...(calls.length > 0 ? [`: ${calls.join(', ')}`] : []),
  ].join('');

function* linesOf({ username, clientId, at, steps, assumed }: WhatIf, withTrace: boolean): Generator<string> {
  yield `${username} at ${clientId}, ${moment(at)}:`;
  for (const [i, { says, scopes, trace, actions = [] }] of steps.entries()) {
    yield `${i + 1}. ${i === 0 ? '' : 'then '}${says}${scopes && scopes.length > 0 ? ` (${scopes.join(' ')})` : ''}`;
    for (const action of actions) yield `   ${actionLine(action)}`;
    if (withTrace) yield JSON.stringify(trace, null, 2);
  }
  for (const text of assumed) yield `Assumed: ${text}`;
  yield 'Nothing was asked of anybody, and nothing is on record.';
}
