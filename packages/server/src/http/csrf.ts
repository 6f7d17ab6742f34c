import type { Deps } from '../deps.ts';
import { equalInConstantTime, hmacSha256, sha256 } from '../digest.ts';
import type { ServerSecrets } from '../keys/server-secrets.ts';

/** What a form is for, and the browser it is shown in. */
export interface FormBinding {
  readonly purpose: string;
  readonly browserSecret: string;
}

/** What forms are sealed with. */
interface Sealing {
  readonly secrets: Pick<ServerSecrets, 'csrf'>;
}

/** A person, or nobody, without saying who. */
const tagOf = (userId: string | undefined): string => sha256(`form of ${userId ?? 'nobody'}`).slice(0, 16);

const seal = (deps: Sealing, { purpose, browserSecret }: FormBinding, front: string): string =>
  hmacSha256(deps.secrets.csrf, `${purpose}\n${browserSecret}\n${front}`);

/**
 * The value a form must send back: bound to what the form is for and to the browser it was shown in, so that no other site
 * can make it. It is different in every form that is shown, so that one form can be told from another, and it remembers
 * whose page it was. There is nothing to store and nothing to expire beyond what it is bound to.
 */
export const csrfToken = (
  deps: Sealing & Pick<Deps, 'randomBytes'>,
  binding: FormBinding,
  userId: string | undefined,
): string => {
  const front = `${Buffer.from(deps.randomBytes(12)).toString('base64url')}.${tagOf(userId)}`;
  return `${front}.${seal(deps, binding, front)}`;
};

/** `genuine`: the form is ours. `of-another`: it is, but it was shown to somebody else. `forged`: it is not. */
export type FormVerdict = 'genuine' | 'of-another' | 'forged';

/** Judges the value that a form sent. */
export const judgeForm = (
  deps: Sealing,
  binding: FormBinding,
  userId: string | undefined,
  sent: string | undefined,
): FormVerdict => {
  const [, front, tag, mac] = /^([\w-]{16}\.([\w-]{16}))\.([\w-]{43})$/.exec(sent ?? '') ?? [];
  if (front === undefined || mac === undefined) return 'forged';
  if (!equalInConstantTime(mac, seal(deps, binding, front))) return 'forged';
  return tag === tagOf(userId) ? 'genuine' : 'of-another';
};
