/** What rows and contenders are called where people read them. */
import type { ContenderName, RowName } from '../contenders/contender.ts';

export const CONTENDERS: readonly ContenderName[] = ['stile', 'limit', 'oidc-provider', 'better-auth'];

export const nameOfContender: Readonly<Record<ContenderName, string>> = {
  stile: 'Stile',
  limit: 'bare limit',
  'oidc-provider': 'oidc-provider',
  'better-auth': 'better-auth',
};

export const nameOfRow: Readonly<Record<RowName, string>> = {
  'step-up': 'step-up',
  'sign-in': 'sign-in',
  'client-credentials': 'client credentials',
  code: 'code flow with PKCE',
  refresh: 'refresh with rotation',
  introspect: 'introspection',
  consume: 'single use',
};

/** With a comma between the thousands. */
export const grouped = (figure: number): string => Math.round(figure).toLocaleString('en-US');

/** A ratio in one decimal, a large one in none. */
export const ratio = (of: number, to: number): string => (of / to).toFixed(of / to < 9.95 ? 1 : 0);

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
