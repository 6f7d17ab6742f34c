/** How often what may be tried. One table, a row for everything that is counted; `docs/reference/limits.md` explains each. */
import { z } from 'zod';
import { lifetime } from './duration.ts';

/** So many at once, and one more every so often. */
const row = (burst: number, everySeconds: number, most = 1_000_000) =>
  z
    .strictObject({
      burst: z.int('Write how many tries are free at once: a whole number.').min(1).max(most).default(burst),
      every: lifetime.default(everySeconds),
    })
    .prefault({});

const HOUR = 3600;

/** 100 in a day. */
const HUNDREDTH_OF_A_DAY = 864;

export const limitsSchema = z
  .strictObject({
    /** Passwords: of one name from one network; in a browser in which its owner has signed in before. */
    passwordFromNetwork: row(10, 30),
    passwordInKnownBrowser: row(10, 30),
    /** Failures in a row of one authenticator, wherever they come from: NIST SP 800-63B-4, section 3.2.2 allows a hundred. */
    failuresInARow: row(100, 6 * HOUR, 100),
    /** Any answer that is judged, from one network. */
    address: row(60, 3),
    /** The same, once so many different names have failed from it. */
    suspiciousAddress: row(5, 10),
    /** Different names that failed from one network: where it becomes slower, and where it is refused. */
    namesBeforeSlower: row(20, HUNDREDTH_OF_A_DAY),
    namesBeforeRefused: row(100, HUNDREDTH_OF_A_DAY),
    sameNameAgain: row(1, 24 * HOUR),
    /** Codes, of a device, a sheet or a message: of one person from one network, and of one person. */
    codeFromNetwork: row(10, 360),
    codeOfPerson: row(50, 180),
    /** Codes in a session that the same authenticator was proven in before. */
    codeInProvenSession: row(10, 360),
    webauthn: row(15, 4),
    /** Asking somebody's device for its approval, and looking whether there is an answer: to one question, and to all of one device. */
    pushAsked: row(5, 300),
    pushAnswered: row(15, 4),
    pushAnsweredByDevice: row(150, 1),
    /** Waiting for an answer of another device. */
    poll: row(12, 5),
    emailSent: row(20, 60),
    phoneMessageSent: row(10, HOUR),
    /** Codes to addresses and numbers that are about to be added: that one person causes, and to one address or number. */
    enrolmentSent: row(5, 600),
    enrolmentSentTo: row(3, HOUR / 2),
    /** Messages and requests to devices that one network causes, and all together. */
    sentForNetwork: row(30, 60),
    sentByServer: row(1000, 2),
    ticket: row(10, 60),
    /** Asking for a new password by mail, in one name: from one network, in a browser that knows the person, and in all; and typing one code that was mailed. */
    resetAskedFromNetwork: row(4, HOUR),
    resetAskedInKnownBrowser: row(5, 600),
    resetAsked: row(10, 900),
    mailedCode: row(5, HOUR),
    myAccount: row(5, 12),
    /** Wrong secrets of one client from one network, for each process. */
    clientSecret: row(50, 10),
    /** Requests that are put by until their person answers, for each process: of one network, and of all. */
    startsFromNetworkPerMinute: z.int().min(1).max(10_000_000).default(1200),
    startsPerMinute: z.int().min(1).max(10_000_000).default(60_000),
  })
  .prefault({});

export type Limits = z.output<typeof limitsSchema>;

/** The rows that are counted try by try. */
export type LimitKind = {
  [Kind in keyof Limits]: Limits[Kind] extends number ? never : Kind;
}[keyof Limits];
