/** A page of the account, perhaps of one authenticator: the only places to which the way back from a proof may lead. */
export const isPlace = (text: string): boolean =>
  /^\/account(?:\/[a-z]{1,20}(?:-[a-z]{1,20})?)?(?:\?(?:id=[\w-]{1,100}|kind=[a-z-]{1,40}))?$/.test(text);
