import type { Decision } from '@stile/resource-server';
import type { Config, Deps } from '@stile/server';
import { AuthorizationResponseError } from 'openid-client';
import { authenticatorOf } from '../authenticator.ts';
import type { Application, Begun, Tokens } from './application.ts';
import type { Detail, Narrator } from './narrator.ts';
import { NotAsTold } from './narrator.ts';
import type { Told } from './trace.ts';
import { decisionOf } from './trace.ts';
import type { Place } from './visitor.ts';
import { Visitor } from './visitor.ts';

/** What every chapter plays on. */
export interface Stage {
  readonly narrator: Narrator;
  readonly application: Application;
  readonly authorizationServer: Deps;
  readonly config: Config;
  readonly issuer: string;
  /** What the accounts API has decided, latest last. */
  readonly apiDecisions: readonly Decision[];
}

/** Somebody with a browser that knows nobody yet. */
export const newVisitor = ({ issuer, narrator }: Stage): Visitor => new Visitor(issuer, narrator);

/** Answers the sign-in page with the password of the configuration. */
export const signIn = (stage: Stage, visitor: Visitor, page: Place, username: string): Promise<Place> => {
  const password = stage.config.users.find((user) => user.username === username)?.password ?? '';
  return visitor.answer(page, { username, password });
};

/** The code that Robin's app shows. */
export const codeOfRobin = ({ config }: Stage): string =>
  authenticatorOf('robin', config)?.codeAt(Math.floor(Date.now() / 1000)).code ?? '';

/** Tells what was decided about the request that led here, and why. */
export const tellDecision = async (stage: Stage, { decidedBy }: Place): Promise<Told> => {
  const told = await decisionOf(decidedBy, stage.authorizationServer);
  if (!told) throw new NotAsTold('The decision is on record');
  stage.narrator.decision(`${told.step} (${told.reason})`, told.requirements);
  return told;
};

/** The claims that matter, as lines. */
export const claimLines = (claims: Readonly<Record<string, unknown>>): readonly Detail[] =>
  ['acr', 'amr', 'auth_time', 'scope', 'single_use'].flatMap((name): Detail[] => {
    const value = claims[name];
    if (value === undefined) return [];
    return [[name, Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : JSON.stringify(value)]];
  });

/** The error of a response that must be one. */
export const refusalOf = async (stage: Stage, begun: Begun, place: Place): Promise<string> => {
  try {
    await stage.application.finish(begun, place);
  } catch (error) {
    if (error instanceof AuthorizationResponseError) return error.error;
    throw error;
  }
  throw new NotAsTold('The authorization server refuses');
};

export interface SignedIn {
  readonly visitor: Visitor;
  readonly everyday: Tokens;
}
