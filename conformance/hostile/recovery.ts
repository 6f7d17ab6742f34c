/** The ways back for people who forgot or lost something. */
import type { Good } from './arrivals.ts';
import { at, known, nobody } from './arrivals.ts';
import type { Scenario } from './scenarios.ts';
import type { World } from './world.ts';

/** By then every limit lets somebody ask again. */
const UNTIL_IT_MAY_BE_ASKED_AGAIN_SECONDS = 1200;

const PAGE = ['csrf', 'cancel', 'other'];

const NEW_PASSWORD = 'seven lanterns over the harbour';

const forgetful = async (world: World): Promise<Good> => {
  world.advance(UNTIL_IT_MAY_BE_ASKED_AGAIN_SECONDS);
  const { visitor, form, interaction } = await at(world, 'nobody', '/login');
  return { visitor, query: { interaction }, form: { csrf: form.csrf, username: 'robin' } };
};

/** In front of the page that takes the code; the one that was mailed stays in the mailbox. */
const asked = async (world: World): Promise<Good> => {
  world.advance(UNTIL_IT_MAY_BE_ASKED_AGAIN_SECONDS);
  const { visitor, form, interaction } = await at(world, 'nobody', '/login');
  await visitor.answer({ ...form, action: `/recover?interaction=${interaction}` }, { username: 'robin' });
  return { visitor, query: { interaction }, form: { csrf: form.csrf, mailed: 'AAAA-AAAA', password: NEW_PASSWORD } };
};

export const recovery: readonly Scenario[] = [
  {
    name: 'the page for a forgotten password',
    method: 'GET',
    path: '/recover',
    answers: 200,
    query: ['interaction', 'what'],
    good: async (world) => {
      const { visitor, interaction } = await at(world, 'nobody', '/login');
      return { visitor, query: { interaction } };
    },
  },
  {
    name: 'the name of somebody who forgot it',
    method: 'POST',
    path: '/recover',
    answers: 303,
    query: ['interaction', 'what'],
    form: [...PAGE, 'username'],
    echoes: ['username'],
    good: forgetful,
  },
  {
    name: 'a recovery ticket that is none',
    method: 'POST',
    path: '/recover',
    answers: 400,
    query: ['interaction', 'what'],
    form: [...PAGE, 'ticket'],
    good: async (world) => {
      world.advance(UNTIL_IT_MAY_BE_ASKED_AGAIN_SECONDS);
      const { visitor, form, interaction } = await at(world, 'robin', '/challenge');
      return {
        visitor,
        query: { interaction },
        form: { csrf: form.csrf, ticket: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF' },
      };
    },
  },
  {
    name: 'the page for a new password',
    method: 'GET',
    path: '/reset-password',
    answers: 200,
    query: ['interaction', 'code'],
    good: async (world) => {
      const { visitor, query = {} } = await asked(world);
      return { visitor, query };
    },
  },
  {
    name: 'a new password with a code that is not the right one',
    method: 'POST',
    path: '/reset-password',
    answers: 400,
    query: ['interaction'],
    form: [...PAGE, 'mailed', 'password', 'again'],
    echoes: ['mailed'],
    good: asked,
  },
  {
    name: 'the page that stops a recovery',
    method: 'GET',
    path: '/recover/stop',
    answers: 200,
    query: ['token'],
    good: async (world) => ({ visitor: await nobody(world), query: { token: 'a-token-of-nobody' } }),
  },
  {
    name: 'the word that a recovery is not theirs',
    method: 'POST',
    path: '/recover/stop',
    answers: 200,
    form: ['token'],
    good: async (world) => ({ visitor: await known(world, 'nobody'), form: { token: 'a-token-of-nobody' } }),
  },
];
