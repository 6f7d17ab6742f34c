import type { Handler } from '../deps.ts';
import { page } from '../http/responses.ts';
import { activityPage, notMePage } from '../pages/account/activity-page.ts';
import { recentActivity } from './activity-words.ts';
import { frameOf, openPage } from './open.ts';

const LONG_ACTIVITY = 50;

/** `GET /account/activity` */
export const showActivity: Handler = async (request, deps, caller) => {
  const opened = await openPage('look', request, deps, caller);
  if (opened instanceof Response) return opened;
  const { user, t } = opened.owner;
  const activity = await recentActivity(user.id, LONG_ACTIVITY, t, deps);
  return page(activityPage({ ...frameOf(opened, '/account', deps), activity }, t));
};

/** `GET /account/not-me`: what to do when it was somebody else. */
export const showNotMe: Handler = async (request, deps, caller) => {
  const opened = await openPage('look', request, deps, caller);
  if (opened instanceof Response) return opened;
  return page(notMePage(frameOf(opened, '/account', deps), opened.owner.t));
};
