/** One kind of thing that must not be lost, nor count twice. */
import assert from 'node:assert/strict';
import type { AuthorizationServer } from '../../authorization-server.ts';
import type { Answer } from '../../flow.ts';
import { answerIn, authorizationUrl, redeem, tokenRequest } from '../../flow.ts';
import type { Page, UserAgent } from '../../user-agent.ts';
import { formAction, hiddenFields } from '../../user-agent.ts';
import type { Remains } from './remains.ts';
import type { Tally, Visitor } from './world.ts';

export interface Matter {
  readonly name: string;
  /** Gets ready; everything is answered. */
  prepare(): Promise<void>;
  /** Asks until it is done or the process is gone, and notes what was answered. */
  load(): Promise<void>;
  /**
   * Compares what was answered with what the disk holds and with what the next process says.
   *
   * @param remains of the process that was killed, as it left them
   */
  check(remains: Remains): Promise<void>;
}

/** Something that was asked once under load. */
export class Attempt<T> {
  readonly #tally: Tally;
  #wasAsked = false;
  #answer: T | undefined;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  async ask(asking: () => Promise<T>): Promise<T> {
    this.#wasAsked = true;
    this.#tally.unanswered += 1;
    const answer = await asking();
    this.#tally.unanswered -= 1;
    this.#tally.answered += 1;
    this.#answer = answer;
    return answer;
  }

  get wasAsked(): boolean {
    return this.#wasAsked;
  }

  /** What was answered; undefined when it was not asked, or when the process died before it answered. */
  get answer(): T | undefined {
    return this.#answer;
  }

  get isPending(): boolean {
    return this.#wasAsked && this.#answer === undefined;
  }

  /**
   * Holds what the disk says against what was answered.
   *
   * @returns whether it was done
   */
  settle(isDone: boolean, what: string): boolean {
    if (this.#answer !== undefined) assert.ok(isDone, `${what}: answered as done, and not on the disk`);
    else if (!this.#wasAsked) assert.ok(!isDone, `${what}: never asked, and done`);
    else if (isDone) this.#tally.doneUnanswered += 1;
    return isDone;
  }
}

export const scope = 'openid read:accounts offline_access';

export const asked = (
  world: AuthorizationServer,
  visitor: Visitor,
  changes: Readonly<Record<string, string>> = {},
): Promise<Page> => visitor.open(authorizationUrl(world, { scope, ...changes }));

/** A code without a page, or what stands in the way. */
export const silently = async (
  world: AuthorizationServer,
  visitor: Visitor,
  changes: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { code, error } = answerIn(await asked(world, visitor, { prompt: 'none', ...changes }));
  return code === undefined ? `no code: ${error}` : 'code';
};

/** Signs somebody in, in a browser of theirs. */
export const signIn = async (world: AuthorizationServer, visitor: Visitor, username: string): Promise<void> => {
  const { end } = await visitor.authorize(authorizationUrl(world, { scope }), world.person(username));
  assert.ok(answerIn(end).code, `${username} cannot sign in: HTTP ${end.status} at ${end.url.pathname}`);
};

/** Sends a form and follows nothing. */
export const submitOnly = (
  visitor: UserAgent,
  page: Page,
  typed: Readonly<Record<string, string>>,
): Promise<Response> =>
  visitor.send(new URL(formAction(page), page.url), {
    method: 'POST',
    body: new URLSearchParams({ ...hiddenFields(page), ...typed }),
  });

export const refresh = (world: AuthorizationServer, token: string): Promise<Answer> =>
  tokenRequest(world, { grant_type: 'refresh_token', refresh_token: token });

/** Redeems a code of which everything is in order. */
export const redeemed = async (
  world: AuthorizationServer,
  end: Page,
): Promise<{ readonly access: string; readonly refresh: string }> => {
  const { status, body } = await redeem(world, end);
  assert.equal(status, 200, `a code cannot be redeemed: ${JSON.stringify(body)}`);
  return { access: String(body.access_token), refresh: String(body.refresh_token) };
};
