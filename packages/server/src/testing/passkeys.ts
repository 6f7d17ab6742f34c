/** People with passkeys of software, and pages that ask for them. */
import type { JsonObject } from '@stile/core';
import { isJsonObject, parseJsonObject } from '@stile/core';
import type { PasskeyMaterial } from '../factors/webauthn-material.ts';
import { lookupOf, readMaterial } from '../factors/webauthn-material.ts';
import { userHandleOf } from '../factors/webauthn-options.ts';
import { relyingParty } from '../factors/webauthn-relying-party.ts';
import { readRegistrationResponse } from '../factors/webauthn-response.ts';
import { verifyRegistration } from '../factors/webauthn-verification.ts';
import type { Authenticator } from '../store/records.ts';
import type { Stop } from './browser.ts';
import { unescaped } from './browser.ts';
import type { Asking } from './soft-passkey.ts';
import { SoftPasskey } from './soft-passkey.ts';
import type { TestServer } from './test-server.ts';

/** The options that the page has for the browser; nothing when it asks for no passkey. */
export const optionsOn = ({ html }: Pick<Stop, 'html'>): JsonObject | undefined =>
  parseJsonObject(unescaped(/data-options="([^"]*)"/.exec(html)?.[1] ?? ''));

/** The ids of the credentials that the browser may choose from. */
export const offeredOn = (stop: Pick<Stop, 'html'>): readonly string[] => {
  const offered = optionsOn(stop)?.allowCredentials;
  return Array.isArray(offered) ? offered.map((one) => (isJsonObject(one) ? String(one.id) : '')) : [];
};

/** What the page asks the browser for; nothing when it asks for no passkey. */
export const askingOf = (stop: Stop, { deps }: TestServer): Asking | undefined => {
  const options = optionsOn(stop);
  if (!options) return undefined;
  const id = isJsonObject(options.rp) ? options.rp.id : options.rpId;
  return { challenge: String(options.challenge), rpId: String(id), origin: new URL(deps.config.issuer).origin };
};

/** As {@link askingOf}, of a page that must ask. */
export const mustAsk = (stop: Stop, server: TestServer): Asking => {
  const asking = askingOf(stop, server);
  if (!asking) throw new Error(`${stop.url} asks for no passkey.`);
  return asking;
};

/** Enrols a passkey, without any page. */
export const givePasskey = async (
  server: TestServer,
  userId: string,
  passkey = new SoftPasskey(),
  name = 'Laptop',
  more: Partial<PasskeyMaterial> = {},
): Promise<{ readonly passkey: SoftPasskey; readonly authenticator: Authenticator }> => {
  const { deps, store } = server;
  const party = relyingParty(deps.config);
  if (!party) throw new Error('There can be no passkeys here.');
  const asking = { challenge: 'AAAA', rpId: party.id, origin: party.origins[0] ?? '' };
  const response = readRegistrationResponse(passkey.create(asking));
  const verified =
    response &&
    (await verifyRegistration(response, { party, challenge: 'AAAA', userVerification: false }, undefined, 0));
  if (!verified?.ok) throw new Error('The passkey of the test cannot be enrolled.');
  const authenticator: Authenticator = {
    id: `auth_${passkey.id.slice(0, 12)}`,
    userId,
    factor: 'webauthn',
    name,
    material: { ...verified.value, ...more },
    lookup: lookupOf(passkey.id),
    createdAt: deps.now(),
    lastUsedAt: null,
    preferredAt: null,
  };
  await store.authenticators.enrol({
    userId,
    guard: null,
    authenticators: [authenticator],
    consume: [],
    audit: [],
  });
  passkey.userHandle = userHandleOf(userId);
  return { passkey, authenticator };
};

/** What is stored of it now. */
export const storedPasskey = async ({ store }: TestServer, passkey: SoftPasskey) => {
  const found = await store.authenticators.findByLookup(lookupOf(passkey.id));
  return found && readMaterial(found.material);
};
