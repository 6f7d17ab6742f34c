/** The authorization endpoint, and where people come back to. */
import { AUTHORIZATION_PARAMETERS } from '@stile/core';
import { known, nobody, shown } from './arrivals.ts';
import type { Scenario } from './scenarios.ts';
import { authorization } from './visitor.ts';

export const authorizing: readonly Scenario[] = [
  {
    name: 'a stranger who is sent here by a client',
    method: 'GET',
    path: '/authorize',
    answers: 303,
    query: AUTHORIZATION_PARAMETERS,
    echoes: ['state'],
    good: async (world) => ({ visitor: await nobody(world), query: authorization() }),
  },
  {
    name: 'somebody signed in who is sent here by a client',
    method: 'GET',
    path: '/authorize',
    answers: 303,
    query: AUTHORIZATION_PARAMETERS,
    echoes: ['state'],
    good: async (world) => ({ visitor: await known(world, 'robin'), query: authorization() }),
  },
  {
    name: 'an answer in a form, for somebody signed in',
    method: 'GET',
    path: '/authorize',
    answers: 200,
    query: ['state', 'response_mode', 'ui_locales', 'nonce', 'claims'],
    echoes: ['state'],
    good: async (world) => ({
      visitor: await known(world, 'robin'),
      query: authorization({ response_mode: 'form_post' }),
    }),
  },
  {
    name: 'an answer in a message',
    method: 'GET',
    path: '/authorize',
    answers: 200,
    query: ['state', 'response_mode', 'ui_locales'],
    echoes: ['state'],
    good: async (world) => ({
      visitor: await nobody(world),
      query: authorization({ response_mode: 'web_message', prompt: 'none' }),
    }),
  },
  {
    name: 'somebody who comes home from a page',
    method: 'GET',
    path: '/authorize',
    answers: 303,
    query: ['interaction'],
    good: shown('nobody', '/login'),
  },
  {
    name: 'somebody who comes back from where an Action is said to have sent them',
    method: 'GET',
    path: '/continue',
    answers: 303,
    query: ['state'],
    good: async (world) => {
      const { visitor, query } = await shown('nobody', '/login')(world);
      return { visitor, query: { state: query?.interaction ?? '' } };
    },
  },
  {
    name: 'somebody who is made to post something on the way back',
    method: 'POST',
    path: '/continue',
    answers: 303,
    form: ['state'],
    echoes: ['*'],
    good: async (world) => {
      const { visitor, query } = await shown('nobody', '/login')(world);
      return { visitor, form: { state: query?.interaction ?? '' } };
    },
  },
  {
    name: 'a request by POST',
    method: 'POST',
    path: '/authorize',
    answers: 303,
    form: AUTHORIZATION_PARAMETERS,
    echoes: ['state'],
    good: async (world) => ({ visitor: await nobody(world), form: authorization() }),
  },
];
