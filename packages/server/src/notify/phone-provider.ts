/** Who brings text messages and calls to phones: a port with two implementations, over HTTP. */
import { createHmac } from 'node:crypto';
import type { Instant } from '@stile/core';
import type { PhoneProviderSettings } from '../config/phone-schema.ts';
import { Undelivered } from './outbox.ts';

/** What goes to one phone. */
export interface PhoneCall {
  readonly channel: 'sms' | 'voice';
  /** In E.164. */
  readonly to: string;
  /** What is written, or said. */
  readonly text: string;
  readonly locale: 'en' | 'de';
}

export type PhoneDelivery = (call: PhoneCall) => Promise<void>;

interface Provider {
  readonly timeoutSeconds: number;
  readonly now: () => Instant;
}

type SettingsOf<Kind> = Extract<PhoneProviderSettings, { readonly kind: Kind }>;

const post = async (
  address: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  { timeoutSeconds }: Provider,
): Promise<void> => {
  let response: Response;
  try {
    response = await fetch(address, {
      method: 'POST',
      headers,
      body,
      // What a provider is told goes nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    await response.body?.cancel();
  } catch {
    // It may have been sent: another try could cost twice, and the person can ask for a new code.
    throw new Undelivered('unreachable', false);
  }
  if (response.ok) return;
  throw new Undelivered(String(response.status), response.status === 429 || response.status === 503);
};

const escapedForXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const VOICES = { en: 'en-US', de: 'de-DE' } as const;

/** Says it twice, so that it can be written down. */
const spokenTwice = ({ text, locale }: PhoneCall): string => {
  const say = `<Say language="${VOICES[locale]}">${escapedForXml(text)}</Say>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${say}<Pause length="1"/>${say}</Response>`;
};

/** The interface of Twilio, which others speak too: Messages and Calls, version 2010-04-01. */
const twilioDelivery = (settings: SettingsOf<'twilio'>, provider: Provider): PhoneDelivery => {
  const { accountSid, authToken, from } = settings;
  const base = `${settings.address.replace(/\/$/, '')}/2010-04-01/Accounts/${accountSid}`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  return (call) => {
    const [resource, what] =
      call.channel === 'sms' ? ['Messages', { Body: call.text }] : ['Calls', { Twiml: spokenTwice(call) }];
    const form = new URLSearchParams({ To: call.to, From: from, ...what });
    return post(`${base}/${resource}.json`, form.toString(), headers, provider);
  };
};

/** What a webhook checks a message by: the HMAC of the moment, a dot and the body, in hexadecimal digits. */
const webhookSignature = (secret: string, moment: number, body: string): string =>
  createHmac('sha256', secret).update(`${moment}.${body}`).digest('hex');

/** A program of the operator's own, which is sent each message as JSON, signed. */
const webhookDelivery = ({ address, secret }: SettingsOf<'webhook'>, provider: Provider): PhoneDelivery => {
  return ({ channel, to, text, locale }) => {
    const body = JSON.stringify({ channel, to, text, locale });
    const moment = provider.now();
    const signature = `t=${moment},v1=${webhookSignature(secret, moment, body)}`;
    return post(address, body, { 'content-type': 'application/json', 'stile-signature': signature }, provider);
  };
};

/** Sends by the configured provider. @throws Undelivered */
export const phoneDelivery = (settings: PhoneProviderSettings, provider: Provider): PhoneDelivery =>
  settings.kind === 'twilio' ? twilioDelivery(settings, provider) : webhookDelivery(settings, provider);
