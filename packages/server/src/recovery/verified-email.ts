import type { User } from '../store/records.ts';

/** The address that is known to be the person's; nothing when none is, or only one that nobody has confirmed. */
export const verifiedEmail = ({ claims }: Pick<User, 'claims'>): string | undefined =>
  claims.email_verified === true && typeof claims.email === 'string' && claims.email.includes('@')
    ? claims.email
    : undefined;

/** An address as somebody who knows it recognises it, and nobody else learns it: `r•••@fabrikam.example`. */
export const maskedEmail = (address: string): string => {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, Math.min(1, at))}•••${address.slice(at)}`;
};
