import { nobody, UNTIL_THE_NEXT_TRY_SECONDS } from './arrivals.ts';
import type { Scenario } from './scenarios.ts';

/** What devices that approve call. None is known here, so nothing is answered; `endpoints/push.test.ts` has good ones. */
export const devices: readonly Scenario[] = [
  ...(
    [
      ['/push/enrol', 410],
      ['/push/poll', 401],
      ['/push/answer', 401],
    ] as const
  ).map(
    ([path, answers]): Scenario => ({
      name: 'a message that no device of anybody signed',
      method: 'POST',
      path,
      answers,
      form: ['message'],
      takesJson: true,
      good: async (world) => {
        world.advance(UNTIL_THE_NEXT_TRY_SECONDS);
        return { visitor: await nobody(world), form: { message: 'e30.e30.AA' } };
      },
    }),
  ),
  {
    name: 'a page that waits for nothing that is known',
    method: 'GET',
    path: '/push/status',
    answers: 200,
    query: ['ceremony'],
    good: async (world) => ({ visitor: await nobody(world), query: { ceremony: 'cer_unknown' } }),
  },
];
