/** An authenticator inside Chromium (WebDriver and CDP: WebAuthn Level 3, section 11), as a page has it. */
import type { CDPSession, Page } from 'playwright-core';

interface Kind {
  /** Part of the device, or plugged in. */
  readonly transport: 'internal' | 'usb';
  readonly hasUserVerification: boolean;
}

/** What it keeps of a credential. */
interface Kept {
  readonly credentialId: string;
  readonly isResidentCredential: boolean;
  readonly rpId?: string;
  readonly privateKey: string;
  readonly userHandle?: string;
  readonly signCount: number;
}

export class VirtualAuthenticator {
  readonly #cdp: CDPSession;
  readonly #authenticatorId: string;

  private constructor(cdp: CDPSession, authenticatorId: string) {
    this.#cdp = cdp;
    this.#authenticatorId = authenticatorId;
  }

  /** @param cdp of the page, with WebAuthn enabled */
  static async plugIn(cdp: CDPSession, { transport, hasUserVerification }: Kind): Promise<VirtualAuthenticator> {
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport,
        hasResidentKey: hasUserVerification,
        hasUserVerification,
        isUserVerified: hasUserVerification,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(cdp, authenticatorId);
  }

  /** What it keeps, with its private keys. */
  async kept(): Promise<readonly Kept[]> {
    const { credentials } = await this.#cdp.send('WebAuthn.getCredentials', { authenticatorId: this.#authenticatorId });
    return credentials;
  }

  /** Puts a credential into it, in place of one of the same id. */
  async put(credential: Kept): Promise<void> {
    const { credentialId } = credential;
    const authenticatorId = this.#authenticatorId;
    if ((await this.kept()).some((one) => one.credentialId === credentialId)) {
      await this.#cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
    }
    await this.#cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
  }

  /** Whether its user gives the right finger from now on. */
  async verifies(isUserVerified: boolean): Promise<void> {
    await this.#cdp.send('WebAuthn.setUserVerified', { authenticatorId: this.#authenticatorId, isUserVerified });
  }

  /** Whether somebody touches it whenever it asks. */
  async isTouched(enabled: boolean): Promise<void> {
    await this.#cdp.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: this.#authenticatorId,
      enabled,
    });
  }

  async unplug(): Promise<void> {
    await this.#cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.#authenticatorId });
  }
}

export const webauthnOf = async (page: Page): Promise<CDPSession> => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  return cdp;
};
