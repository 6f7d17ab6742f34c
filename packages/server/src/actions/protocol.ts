import type { TransactionInput } from './event-input.ts';

/** Auth0's word for the way on which tokens are asked for. */
export const protocolOf = ({ path, responseType }: Pick<TransactionInput, 'path' | 'responseType'>): string => {
  switch (path) {
    case 'authorize':
      if (!responseType.includes('code')) return 'oidc-implicit-profile';
      return responseType.length === 1 ? 'oidc-basic-profile' : 'oidc-hybrid-profile';
    case 'refresh':
      return 'oauth2-refresh-token';
    case 'device':
      return 'oauth2-device-code';
    case 'password':
      return 'oauth2-password';
    case 'token-exchange':
      return 'oauth2-token-exchange';
    case 'ciba':
      return 'oidc-ciba';
  }
};
