/** How somebody comes as far as a request needs: signed in, in front of a page, with tokens in hand. */
import { parseJsonObject } from '@stile/core';
import { CALLBACK, WEB_SECRET } from '../fabrikam.ts';
import { basic, VERIFIER } from '../flow.ts';
import type { Fields, Form, Visitor } from './visitor.ts';
import { formIn } from './visitor.ts';
import type { World } from './world.ts';

/** A good request, and who makes it. */
export interface Good {
  readonly visitor: Visitor;
  readonly query?: Fields;
  readonly form?: Fields;
  readonly headers?: Fields;
}

const visitors = new WeakMap<World, Map<string, Visitor>>();

/** The one visitor of a kind; made anew when the page they are to open is not open to them any more. */
export const known = async (world: World, kind: 'nobody' | 'robin' | 'sam', anew = false): Promise<Visitor> => {
  const ofWorld = visitors.get(world) ?? new Map<string, Visitor>();
  visitors.set(world, ofWorld);
  const found = anew ? undefined : ofWorld.get(kind);
  if (found) return found;
  const made = kind === 'nobody' ? world.visitor() : await world.signedIn(kind);
  ofWorld.set(kind, made);
  return made;
};

export const nobody = async (world: World): Promise<Visitor> => known(world, 'nobody');

interface At {
  readonly visitor: Visitor;
  readonly form: Form;
  readonly interaction: string;
}

/** Somebody in front of a page; signed in again if an attack has signed them out. */
export const at = async (world: World, who: 'nobody' | 'robin' | 'sam', page: string): Promise<At> => {
  const begin = async (visitor: Visitor): Promise<At> => {
    const form = await visitor.begin(page);
    const interaction = new URL(form.action, world.issuer).searchParams.get('interaction') ?? '';
    return { visitor, form, interaction };
  };
  try {
    return await begin(await known(world, who));
  } catch {
    return begin(await known(world, who, true));
  }
};

/** No limit on tries is still in the way after so long. */
export const UNTIL_THE_NEXT_TRY_SECONDS = 400;

/** An answered page: the interaction stands in the query, the rest in the form. */
export const answered =
  (who: 'nobody' | 'robin' | 'sam', page: string, fields: (world: World, at: At) => Promise<Fields> | Fields) =>
  async (world: World): Promise<Good> => {
    world.advance(UNTIL_THE_NEXT_TRY_SECONDS);
    const there = await at(world, who, page);
    const form = { csrf: there.form.csrf, ...(await fields(world, there)) };
    return { visitor: there.visitor, query: { interaction: there.interaction }, form };
  };

export const shown =
  (who: 'nobody' | 'robin' | 'sam', page: string) =>
  async (world: World): Promise<Good> => {
    const { visitor, interaction } = await at(world, who, page);
    return { visitor, query: { interaction } };
  };

export const asWeb = basic('web', WEB_SECRET);

/** A code for the usual client; Robin signs in again if an attack has signed them out. */
export const code = async (world: World): Promise<string> => {
  try {
    return await (await known(world, 'robin')).code();
  } catch {
    return (await known(world, 'robin', true)).code();
  }
};

export const codeGrant = (theCode: string): Fields => ({
  grant_type: 'authorization_code',
  code: theCode,
  redirect_uri: CALLBACK,
  code_verifier: VERIFIER,
});

const urlencoded = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** Fresh tokens of Robin for the usual client. */
export const freshTokens = async (world: World): Promise<Fields> => {
  const answer = await (await nobody(world)).send({
    method: 'POST',
    target: '/oauth/token',
    headers: Object.entries({ ...asWeb, ...urlencoded }),
    body: new URLSearchParams(codeGrant(await code(world))).toString(),
  });
  const tokens = Object.entries(parseJsonObject(answer?.body ?? '') ?? {});
  return Object.fromEntries(tokens.map(([name, value]) => [name, String(value)]));
};

const tokensOf = new WeakMap<World, { readonly tokens: Fields; uses: number }>();

/** Tokens of Robin, renewed now and then: an attack may have ended them. */
export const someTokens = async (world: World): Promise<Fields> => {
  const kept = tokensOf.get(world);
  if (kept && kept.uses < 25) {
    kept.uses += 1;
    return kept.tokens;
  }
  const tokens = await freshTokens(world);
  tokensOf.set(world, { tokens, uses: 1 });
  return tokens;
};

/** Somebody before the page that asks whether they want to sign out. */
export const leaving = async (world: World): Promise<{ readonly visitor: Visitor; readonly csrf: string }> => {
  for (const anew of [false, true]) {
    const visitor = await known(world, 'robin', anew);
    const { answer } = await visitor.open('/oidc/logout');
    const { csrf } = formIn(answer);
    if (csrf !== '') return { visitor, csrf };
  }
  throw new Error('Nobody is asked whether they want to sign out.');
};
