/**
 * Types of Actions, so that an editor completes `event.` and `api.`. Nothing of it is needed when an Action runs.
 *
 * In TypeScript:
 *
 *     import type { OnExecutePostLogin } from '@stile/actions';
 *     export const onExecutePostLogin: OnExecutePostLogin = async (event, api) => { … };
 *
 * In JavaScript:
 *
 *     /** @type {import('@stile/actions').OnExecutePostLogin} *\/
 *     exports.onExecutePostLogin = async (event, api) => { … };
 */
import type { PostLoginApi } from './api.ts';
import type { PostLoginEvent } from './event.ts';

export type * from './api.ts';
export type * from './case-file.ts';
export type * from './event.ts';
export type * from './factors.ts';
export type * from './json.ts';

/** Runs after every login, with an existing session too, when somebody signs in silently, and when a refresh token is exchanged. */
export type OnExecutePostLogin = (event: PostLoginEvent, api: PostLoginApi) => void | Promise<void>;

/** Goes on when the person is back from where `api.redirect.sendUserTo` sent them. */
export type OnContinuePostLogin = (event: PostLoginEvent, api: PostLoginApi) => void | Promise<void>;
