/** How many times a second the core decides what comes next, for a person who is signed in and asks for a transfer. */
import type { AuthenticationEvent, Proof, Situation } from '@stile/core';
import { defaultLevels, instant, nextStep } from '@stile/core';
import { AUDIENCE } from '../world.ts';

const now = instant(1_800_000_000);

const password: Proof = {
  authenticator: 'auth_password',
  factor: 'password',
  kinds: ['knowledge'],
  first: true,
  phishingResistant: false,
  hardwareBound: false,
  amr: ['pwd'],
};

const totp: Proof = {
  ...password,
  authenticator: 'auth_totp',
  factor: 'totp',
  kinds: ['possession'],
  first: false,
  amr: ['otp'],
};

const at = (proof: Proof, secondsAgo: number): AuthenticationEvent => ({ ...proof, at: instant(now - secondsAgo) });

/** Asks for a second proof of the last five minutes, which the person has not given. */
const situation: Situation = {
  prompt: [],
  requestedAt: now,
  requirements: [
    {
      source: { from: 'scope', audience: AUDIENCE, scope: 'transfer:funds' },
      acr: ['mfa'],
      since: instant(now - 300),
      binds: 'proof',
    },
  ],
  levels: defaultLevels,
  person: { userId: 'robin', events: [at(password, 3600), at(totp, 900)], enrolled: [totp, password] },
  consentMissing: [],
  installed: [password, totp],
  enrollable: [totp],
};

const BATCH = 100;

export const measureDecisions = (seconds: number): number => {
  const began = performance.now();
  const until = began + seconds * 1000;
  let made = 0;
  while (performance.now() < until) {
    for (let i = 0; i < BATCH; i += 1) {
      if (nextStep(situation).next.step !== 'challenge') throw new Error('The decision is wrong.');
    }
    made += BATCH;
  }
  return (made * 1000) / (performance.now() - began);
};
