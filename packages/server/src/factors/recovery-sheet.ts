/**
 * A sheet of recovery codes that is shown before it counts. Its codes are made of the secret of the browser that they are shown in and of a
 * value that is kept: who reads the database finds no code, while they wait no more than later.
 */
import type { Deps } from '../deps.ts';
import { readCookie } from '../http/cookies.ts';
import { hashRecoveryCode, recoveryCodesFrom } from './recovery-code.ts';

/** What is stored of a sheet. */
export type KeptCodes = readonly { readonly id: string; readonly hash: string }[];

/** The codes that a browser is shown, each time the same; nothing for a browser that has no secret. */
export const codesShownIn = (
  request: Request,
  nonce: string,
  { config }: Pick<Deps, 'config'>,
): readonly string[] | undefined => {
  const browser = readCookie(request, 'browser', config);
  return browser === undefined ? undefined : recoveryCodesFrom(browser, nonce);
};

/** @param idOf names a code by its place on the sheet */
export const keptOf = (
  codes: readonly string[],
  idOf: (index: number) => string,
  { randomBytes }: Pick<Deps, 'randomBytes'>,
): KeptCodes => codes.map((code, index) => ({ id: idOf(index), hash: hashRecoveryCode(randomBytes(16), code) }));
