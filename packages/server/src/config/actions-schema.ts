/** What the configuration says of Actions: code of one's own in the login. */
import { z } from 'zod';
import { parseAllowList } from '../actions/runtime/egress/allow-list.ts';
import { duration } from './duration.ts';

const DAY_SECONDS = 86_400;
const KIBIBYTE = 1024;
const MEBIBYTE = KIBIBYTE * KIBIBYTE;

const atMost = (most: number, usual: number) => z.int().min(1).max(most).default(usual);

/** The name of an Action's file, without what follows the last point. */
const actionName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'An Action is called as its file is: letters, digits, hyphens, at most 100.');

const secretName = z
  .string()
  .regex(/^[A-Za-z_]\w{0,127}$/, 'A secret is called like a variable: letters, digits and underscores, at most 128.');

/** Where the value of a secret comes from. What an environment does not have is missed when the Action is deployed. */
const secret = z.union(
  [z.string(), z.strictObject({ file: z.string().min(1) }), z.undefined()],
  "Write where the value comes from: environment.API_KEY, or { file: '/run/secrets/api-key' }.",
);

const isHostList = (host: string): boolean => {
  try {
    parseAllowList([host]);
    return true;
  } catch {
    return false;
  }
};

/** A host that Actions may call: `api.example.com`, `*.example.com`, `api.example.com:8443`, `http://intranet.example`. */
const hosts = z
  .array(z.string().refine(isHostList, 'Write a host, without a path: api.example.com or *.example.com'))
  .default([]);

/** Auth0's limits, where it has one. */
const limits = z
  .strictObject({
    /** How long an Action may compute, in milliseconds. */
    cpuMs: atMost(20_000, 500),
    /** How long it may take, computing and waiting together, in milliseconds. */
    wallMs: atMost(60_000, 20_000),
    memoryBytes: z
      .int()
      .min(MEBIBYTE)
      .max(256 * MEBIBYTE)
      .default(32 * MEBIBYTE),
    /** Of what it wants done, and of each answer that it gets. */
    resultBytes: atMost(4 * MEBIBYTE, 256 * KIBIBYTE),
    /** Lines that it writes to its console, and their length together, that are kept of one execution. */
    consoleLines: atMost(10_000, 256),
    consoleBytes: atMost(MEBIBYTE, 16 * KIBIBYTE),
    /** Of its own files together. */
    codeBytes: atMost(10_000_000, 100_000),
    /** Of the script that it is built to, with its packages. */
    programBytes: atMost(20_000_000, 1_000_000),
    /** Packages that it names itself. */
    dependencies: atMost(100, 10),
    secrets: atMost(100, 30),
    /** Characters of one secret. */
    secretLength: atMost(65_536, 4096),
    /** Actions that are bound at once. */
    bindings: atMost(100, 20),
    /** Versions of an Action that are kept. */
    versions: z.int().min(2).max(1000).default(50),
  })
  .prefault({});

export const actionsSchema = z
  .strictObject({
    /** Where the Actions are: a file each. Beside the configuration unless it is absolute. */
    folder: z.string().min(1).default('./actions'),
    limits,
    /** Whom Actions may call; nobody unless named. */
    egress: z
      .strictObject({
        allow: hosts,
        /** Of those, the ones that are in your own network: others are refused where they lead there. */
        allowPrivate: hosts,
      })
      .prefault({}),
    /** What only an Action may know, by its name: `{ 'step-up': { API_KEY: environment.API_KEY } }`. */
    secrets: z.record(actionName, z.record(secretName, secret)).default({}),
    executions: z
      .strictObject({
        /** How long it is kept how Actions ended; 0: not at all. */
        retention: duration.default(10 * DAY_SECONDS),
        /** Whether the event is kept with it, without secrets, so that it can be saved as a case for tests. */
        events: z.boolean().default(true),
      })
      .prefault({}),
  })
  .prefault({});

export type ActionsSettings = z.output<typeof actionsSchema>;
