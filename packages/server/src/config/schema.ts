/**
 * The configuration: one schema, from which its types, its errors and its reference come.
 * Every object is strict: a misspelt name is an error that says where it stands.
 */
import { z } from 'zod';
import { normaliseRecoveryCode } from '../factors/recovery-code.ts';
import { actionsSchema } from './actions-schema.ts';
import { duration, lifetime } from './duration.ts';
import { enrolmentSchema } from './enrolment-schema.ts';
import { federationSchema } from './federation-schema.ts';
import { limitsSchema } from './limits-schema.ts';
import { mailSchema } from './mail-schema.ts';
import { passwordsSchema } from './passwords-schema.ts';
import { phoneSchema } from './phone-schema.ts';
import { pushSchema } from './push-schema.ts';
import { recoverySchema } from './recovery-schema.ts';
import { everySignInSchema, rememberDeviceSchema } from './remember-schema.ts';
import { riskSchema } from './risk-schema.ts';
import { clientShadowSchema, scopeShadowSchema, shadowSchema } from './shadow-schema.ts';
import { webauthnSchema } from './webauthn-schema.ts';

/** A registered name that goes into tokens and URLs: printable ASCII without spaces. */
const identifier = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'Use 1 to 200 printable ASCII characters without spaces.');

const scopeName = z
  .string()
  .regex(
    /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/,
    'A scope is printable ASCII without spaces, quotes and backslashes (RFC 6749, section 3.3).',
  );

/** Browsers send origins in one form, and a registered one in another would never be met. */
function isAsBrowsersWriteIt(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin;
}

const origin = z
  .string()
  .regex(/^https?:\/\/[^/?#\s]+$/, 'An origin is scheme, host and port, without a path: https://app.example.com')
  .refine(
    isAsBrowsersWriteIt,
    'Write the origin as browsers do: in lower case, without the port that goes without saying.',
  );

const absoluteUri = z
  .string()
  .regex(
    /^[a-z][a-z0-9+.-]*:[\x21\x22\x24-\x7e]+$/i,
    'Use an absolute URI in ASCII, without spaces and without a fragment.',
  )
  .refine((uri) => !/^(javascript|data|vbscript|blob|file):/i.test(uri), 'That scheme cannot be redirected to safely.')
  .refine((uri) => URL.canParse(uri), 'That is not a URI that a browser could follow.');

const words = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], 'Write one name, or a list with at least one.')
  .transform((value) => [value].flat());

const signingAlg = z.enum(['RS256', 'ES256']);

const proofClass = z.enum(['any', 'not-knowledge', 'phishing-resistant', 'phishing-resistant-hardware']);

const level = z.strictObject({
  acr: identifier,
  aliases: z.array(identifier).default([]),
  kinds: z.union([z.literal(1), z.literal(2), z.literal(3)], 'A level asks for 1, 2 or 3 different kinds of proof.'),
  shownBy: proofClass,
  renewedBy: proofClass,
});

const scope = z.strictObject({
  description: z
    .union(
      [z.string().transform((en) => ({ en })), z.record(z.string(), z.string())],
      "Write a sentence, or one for each language: { en: 'Transfer money' }.",
    )
    .default({}),
  requires: z.strictObject({ acr: words.optional(), maxAge: duration.optional() }).default({}),
  singleUse: z.boolean().default(false),
  /** What it might demand one day, judged beside. */
  shadow: scopeShadowSchema.optional(),
});

const api = z.strictObject({
  audience: absoluteUri,
  name: z.string().min(1).max(100),
  signingAlg: signingAlg.default('RS256'),
  tokenLifetime: lifetime.default(900),
  scopes: z.record(scopeName, scope),
  resourceServerClients: z.array(identifier).default([]),
});

const publicJwk = z.looseObject({ kty: z.enum(['RSA', 'EC']), kid: z.string().optional() });

const client = z.strictObject({
  id: identifier,
  name: z.string().min(1).max(100),
  authentication: z.array(z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'])).min(1),
  secret: z.string().min(16, 'A client secret has at least 16 characters; make it random.').optional(),
  jwks: z.strictObject({ keys: z.array(publicJwk).min(1) }).optional(),
  grantTypes: z
    .array(z.enum(['authorization_code', 'refresh_token', 'client_credentials']))
    .default(['authorization_code', 'refresh_token']),
  redirectUris: z.array(absoluteUri).default([]),
  postLogoutRedirectUris: z.array(absoluteUri).default([]),
  webOrigins: z.array(origin).default([]),
  firstParty: z.boolean().default(false),
  /** The colour of its pages: `#rrggbb`. */
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'A colour is # and six hexadecimal digits.')
    .optional(),
  apis: z.record(absoluteUri, z.array(scopeName)).default({}),
  defaultAudience: absoluteUri.optional(),
  minimumAcr: words.optional(),
  /** What its minimum might be one day, judged beside. */
  shadow: clientShadowSchema.optional(),
  acrValues: z.enum(['required', 'voluntary']).default('required'),
  pkce: z.enum(['required', 'unless-nonce', 'optional']).default('unless-nonce'),
  idTokenAlg: signingAlg.default('RS256'),
  /** What Actions are told of it (`event.client.metadata`). */
  metadata: z.record(z.string().max(255), z.string().max(255)).default({}),
});

const totpSecret = z
  .string()
  .regex(
    /^[A-Z2-7]{32,}$/,
    'The secret of an authenticator app is at least 32 characters of base 32: A to Z and 2 to 7.',
  );

const recoveryCode = z
  .string()
  .refine(
    (code) => normaliseRecoveryCode(code) !== undefined,
    'A recovery code is 24 digits and letters without I, L, O and U, in groups: 7K3M-9QWX-2F4H-8TNV-5C6D-1BJR.',
  );

const seedUser = z.strictObject({
  id: identifier,
  username: z.string().min(1).max(200),
  password: z.string().min(8),
  claims: z.record(z.string(), z.unknown()).default({}),
  totp: z.strictObject({ name: z.string().min(1), secret: totpSecret }).optional(),
  recoveryCodes: z.array(recoveryCode).default([]),
});

export const configSchema = z.strictObject({
  /** The issuer identifier, with its trailing slash: `https://login.example.com/`. */
  issuer: z
    .string()
    .regex(/^https?:\/\/[^/?#\s]+\/$/, 'The issuer is an origin with a trailing slash: https://login.example.com/')
    .refine((issuer) => isAsBrowsersWriteIt(issuer.slice(0, -1)), 'Write the issuer as browsers write an origin.')
    .default('http://localhost:9000/'),
  listen: z
    .strictObject({ host: z.string().default('localhost'), port: z.int().min(0).max(65_535).default(9000) })
    .prefault({}),
  /** The folder of the embedded database. */
  dataFolder: z.string().default('./data'),
  /** The name people see on every page. */
  organisation: z.string().min(1).max(60).default('Stile'),
  /** How to get in, shown on the sign-in page where this is only a demonstration. */
  demoHint: z.string().min(1).max(200).optional(),
  /** How many proxies in front of the server are trusted to set `X-Forwarded-For`; 0: none. */
  trustedProxies: z.int().min(0).max(10).default(0),
  /**
   * Where metrics are served in the format of Prometheus, at `/metrics`: an address of its own, never the public one. Off by
   * default: a port that nobody asked for would be a surprise, and what it tells is for operators alone.
   */
  metrics: z
    .strictObject({
      host: z.string().default('localhost'),
      port: z.int().min(0).max(65_535),
      /** Whether tokens are also counted for each registered client. */
      perClient: z.boolean().default(false),
    })
    .optional(),
  audit: z
    .strictObject({
      /** How long audit records are kept; 0: for ever. */
      retention: duration.default(400 * 86_400),
    })
    .prefault({}),
  levels: z.array(level).min(1).optional(),
  sessions: z
    .strictObject({ idle: lifetime.default(3 * 86_400), absolute: lifetime.default(30 * 86_400) })
    .prefault({}),
  lifetimes: z
    .strictObject({
      code: lifetime
        .refine((seconds) => seconds <= 600, 'A code lives for ten minutes at most (RFC 6749, section 4.1.2).')
        .default(60),
      idToken: lifetime.default(3600),
      interaction: lifetime.default(1800),
      refreshTokenIdle: lifetime.default(30 * 86_400),
      refreshTokenAbsolute: lifetime.default(90 * 86_400),
      refreshTokenGrace: duration.default(10),
      singleUseToken: lifetime.default(300),
      enrolmentTicket: lifetime.default(3 * 86_400),
    })
    .prefault({}),
  /** How often what may be tried. */
  limits: limitsSchema,
  /** What a new password must be. */
  passwords: passwordsSchema,
  /** What happens to a person who needs a second proof and has none. */
  enrolment: enrolmentSchema,
  /** How people get back in who forgot or lost what they sign in with. */
  recovery: recoverySchema,
  /** Mail to people. */
  mail: mailSchema.prefault({}),
  /** Codes by text message and by call. */
  phone: phoneSchema.prefault({}),
  /** Approval on another device. */
  push: pushSchema.prefault({}),
  /** Passkeys and security keys. */
  webauthn: webauthnSchema.prefault({}),
  /** Code of one's own in the login. */
  actions: actionsSchema,
  /** The key that secrets of Actions are encrypted with: 32 bytes in base64url. `STILE_ENCRYPTION_KEY` unless it is set; without either, a file in the data folder. */
  encryptionKey: z.string().optional(),
  /** Signs that a sign-in may not be its person's, and what each demands. */
  risk: riskSchema.prefault({}),
  /** What a sign-in at another provider is worth. */
  federation: federationSchema,
  /** What is demanded of every sign-in. */
  everySignIn: everySignInSchema.optional(),
  /** What might be demanded of every sign-in one day, judged beside. */
  shadow: shadowSchema.optional(),
  /** Whether people may have a browser remembered. */
  rememberDevice: rememberDeviceSchema.optional(),
  apis: z.array(api).default([]),
  clients: z.array(client).default([]),
  /** People who are added at the first start, and left alone afterwards. */
  users: z.array(seedUser).default([]),
});

/** What `stile.config.ts` may say. */
export type ConfigInput = z.input<typeof configSchema>;
export type ParsedConfig = z.output<typeof configSchema>;
