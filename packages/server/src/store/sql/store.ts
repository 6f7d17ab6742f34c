import type { ChainStore } from '../chain-ports.ts';
import type {
  ArrivalStore,
  AuditStore,
  AuthenticatorStore,
  CeremonyStore,
  DeviceStore,
  GrantStore,
  InteractionStore,
  KeyStore,
  OnceStore,
  SessionStore,
  Store,
  ThrottleStore,
  UserStore,
} from '../ports.ts';
import { actionStore } from './action-store.ts';
import type { Engine } from './engine.ts';
import type { Operation } from './operation.ts';
import * as arrivals from './operations/arrivals.ts';
import * as audit from './operations/audit.ts';
import { setBlocked } from './operations/block-user.ts';
import {
  answerCeremony,
  beginCeremony,
  ceremoniesAsking,
  ceremoniesOfPurpose,
  ceremonyUnderWay,
  endCeremony,
  findCeremony,
} from './operations/ceremonies.ts';
import * as chain from './operations/chain.ts';
import { consume, consumedOf } from './operations/consume.ts';
import * as devices from './operations/devices.ts';
import { endEverything } from './operations/end-everything.ts';
import {
  enrolAuthenticators,
  findByLookup,
  preferAuthenticator,
  renameAuthenticator,
} from './operations/enrol-authenticators.ts';
import * as grants from './operations/grants.ts';
import * as interactions from './operations/interactions.ts';
import * as keys from './operations/keys.ts';
import * as people from './operations/people.ts';
import { findPolicy, forgetPolicies, keepPolicy, policyBefore } from './operations/policies.ts';
import * as profiles from './operations/profiles.ts';
import { recordProof } from './operations/record-proof.ts';
import { redeemCode, rotateRefreshToken } from './operations/redeem.ts';
import { removeAuthenticator } from './operations/remove-authenticator.ts';
import { resetPassword } from './operations/reset-password.ts';
import * as sessions from './operations/sessions.ts';
import { signOut } from './operations/sign-out.ts';
import { liftThrottles, lookAt, spentOf, takeTry } from './operations/throttles.ts';
import { forgettings, writeAndForget } from './operations/upkeep.ts';

/** How many rows one step of the sweep removes: few enough that nobody notices the wait. */
const SWEEP_STEP_ROWS = 500;

/** The store on any SQL database: each method is one operation. */
export const sqlStore = (engine: Engine): Store => ({
  users: userStore(engine),
  authenticators: authenticatorStore(engine),
  ceremonies: ceremonyStore(engine),
  devices: deviceStore(engine),
  arrivals: arrivalStore(engine),
  sessions: sessionStore(engine),
  interactions: interactionStore(engine),
  grants: grantStore(engine),
  once: onceStore(engine),
  throttles: throttleStore(engine),
  keys: keyStore(engine),
  actions: actionStore(engine, (step) => inSteps(engine, [() => step(SWEEP_STEP_ROWS)])),
  audit: auditStore(engine),
  chain: chainStore(engine),
  policies: {
    keep: (policy) => engine.write(() => keepPolicy(policy)),
    find: (digest) => engine.read(() => findPolicy(digest)),
    before: (digest) => engine.read(() => policyBefore(digest)),
    forget: (unusedSince, except) => engine.write(() => forgetPolicies(unusedSince, except)),
  },
  check: () => engine.write(writeAndForget),
  sweep: (now) => inSteps(engine, forgettings(now, SWEEP_STEP_ROWS)),
  onCommit: (listener) => engine.onCommit(listener),
  close: () => engine.close(),
});

const userStore = ({ read, write }: Engine): UserStore => ({
  find: (id) => read(() => people.findUser(id)),
  findByUsername: (username) => read(() => people.findUserByUsername(username)),
  seed: (user, authenticators) => write(() => people.seedUser(user, authenticators)),
  setBlocked: (id, blockedAt, records) => write(() => setBlocked(id, blockedAt, records)),
  after: (id, atMost) => read(() => people.usersAfter(id, atMost)),
  profile: (id) => read(() => profiles.findProfile(id)),
  mergeMetadata: (id, change, records) =>
    write(
      () => profiles.mergeMetadata(id, change, records),
      (outcome) => outcome === 'merged',
    ),
});

const authenticatorStore = ({ read, write }: Engine): AuthenticatorStore => ({
  ofUser: (userId) => read(() => people.authenticatorsOf(userId)),
  replaceMaterial: (id, old, material, records) => write(() => people.replaceMaterial(id, old, material, records)),
  remove: (userId, id, now, records, guard, among) =>
    write(() => removeAuthenticator(userId, id, now, records, guard, among)),
  enrol: (enrolment) =>
    write(
      () => enrolAuthenticators(enrolment),
      (outcome) => outcome === 'enrolled',
    ),
  resetPassword: (reset, now) =>
    write(
      () => resetPassword(reset, now),
      (outcome) => outcome === 'reset',
    ),
  findByLookup: (lookup) => read(() => findByLookup(lookup)),
  rename: (userId, id, name, records, guard) => write(() => renameAuthenticator(userId, id, name, records, guard)),
  prefer: (userId, id, now, records, guard) => write(() => preferAuthenticator(userId, id, now, records, guard)),
  saveTicket: (ticket) => write(() => people.saveTicket(ticket)),
  findTicket: (ticketHash, now) => read(() => people.findTicket(ticketHash, now)),
  usedOf: (kind, usedKeys) => read(() => consumedOf(kind, usedKeys)),
});

const ceremonyStore = ({ read, write }: Engine): CeremonyStore => ({
  begin: (ceremony) => write(() => beginCeremony(ceremony)),
  find: (id, now) => read(() => findCeremony(id, now)),
  underWay: (key, now) => read(() => ceremonyUnderWay(key, now)),
  asking: (authenticatorId, now) => read(() => ceremoniesAsking(authenticatorId, now)),
  ofPurpose: (purpose, now) => read(() => ceremoniesOfPurpose(purpose, now)),
  answer: (id, answer, now, records) => write(() => answerCeremony(id, answer, now, records)),
  end: (id) => write(() => endCeremony(id)),
});

const deviceStore = ({ read, write }: Engine): DeviceStore => ({
  remember: (device, records, guard) => write(() => devices.rememberDevice(device, records, guard)),
  findBySecret: (secretHash, now) => read(() => devices.findDevice(secretHash, now)),
  ofUser: (userId, now) => read(() => devices.devicesOf(userId, now)),
  touch: (id, now) => write(() => devices.touchDevice(id, now)),
  revoke: (userId, id, now, records, guard) => write(() => devices.revokeDevice(userId, id, now, records, guard)),
});

const arrivalStore = ({ read, write }: Engine): ArrivalStore => ({
  ofUser: (userId, after) => read(() => arrivals.arrivalsOf(userId, after)),
  accept: (arrival) => write(() => arrivals.acceptArrival(arrival)),
});

const sessionStore = ({ read, write }: Engine): SessionStore => ({
  find: (id) => read(() => sessions.findSession(id)),
  findBySecret: (secretHash) => read(() => sessions.findSessionBySecret(secretHash)),
  ofUser: (userId) => read(() => sessions.sessionsOf(userId)),
  recordProof: (proof) =>
    write(
      () => recordProof(proof),
      (outcome) => outcome === 'recorded',
    ),
  amend: (id, change) => write(() => sessions.amendSession(id, change)),
  touch: async (id, now) => {
    await write(() => sessions.touchSession(id, now));
  },
  end: (id, now, records) => write(() => sessions.endSession(id, now, records)),
  signOut: (userId, which, now, records, guard) => write(() => signOut(userId, which, now, records, guard)),
  endAllOf: (userId, now, records) => write(() => sessions.endAllSessions(userId, now, records)),
  endEverything: (now, standing, recordsOf) => write(() => endEverything(now, standing, recordsOf)),
});

const interactionStore = ({ read, write }: Engine): InteractionStore => ({
  save: (interaction) => write(() => interactions.saveInteraction(interaction)),
  find: (id) => read(() => interactions.findInteraction(id)),
  update: (id, change, onlyIf) => write(() => interactions.updateInteraction(id, change, onlyIf)),
  abandon: (now, atMost) => write(() => interactions.abandonInteractions(now, atMost)),
  finish: (id, now, records) => write(() => interactions.refuseInteraction(id, now, records)),
  deny: (id, change, onlyIf, denial, now) => write(() => interactions.denyInteraction(id, change, onlyIf, denial, now)),
});

const grantStore = ({ read, write }: Engine): GrantStore => ({
  authorize: (authorization) => write(() => grants.authorize(authorization)),
  redeemCode: async (codeHash, now, judge) => {
    const redemption = await write(() => redeemCode(codeHash, now, judge));
    if (redemption.outcome === 'threw') throw redemption.error;
    return redemption;
  },
  rotateRefreshToken: (tokenHash, successorHash, now, graceSeconds, judge) =>
    write(() => rotateRefreshToken(tokenHash, successorHash, now, graceSeconds, judge)),
  find: (id) => read(() => grants.findGrant(id)),
  findRefreshToken: (tokenHash) => read(() => grants.findRefreshToken(tokenHash)),
  revoke: (id, now, reason, records) => write(() => grants.revokeGrant(id, now, reason, records)),
  consentsOf: (userId, clientId) => read(() => people.consentsOf(userId, clientId)),
});

const onceStore = ({ write }: Engine): OnceStore => ({
  consume: (once, records) =>
    write(function* () {
      const consumed = yield* consume(once);
      if (consumed) yield* audit.appendAudit(records);
      return consumed;
    }),
});

const throttleStore = ({ read, write }: Engine): ThrottleStore => ({
  take: (limits, now) => write(() => takeTry(limits, now)),
  look: (limits, now) => read(() => lookAt(limits, now)),
  spentOf: (whose, now) => read(() => spentOf(whose, now)),
  lift: (whose, records) => write(() => liftThrottles(whose, records)),
});

const keyStore = ({ read, write }: Engine): KeyStore => ({
  all: () => read(keys.allKeys),
  ensure: (candidates) => write(() => keys.ensureKeys(candidates)),
  rotate: (newNext, now, retiresAt, knownSince, records) =>
    write(() => keys.rotateKeys(newNext, now, retiresAt, knownSince, records)),
  withdraw: (kid, newNext, records) => write(() => keys.withdrawKey(kid, newNext, records)),
  secret: (name, candidate) => write(() => keys.serverSecret(name, candidate)),
  secrets: () => read(keys.allServerSecrets),
  renewSecrets: (renewed, records) => write(() => keys.renewServerSecrets(renewed, records)),
});

const auditStore = (engine: Engine): AuditStore => ({
  append: (records) => engine.write(() => audit.appendAudit(records)),
  find: (id) => engine.read(() => audit.findAudit(id)),
  recent: (limit) => engine.read(() => audit.recentAudit(limit)),
  ofUser: (userId, limit) => engine.read(() => audit.auditOf(userId, limit)),
  latestOf: (userId, types) => engine.read(() => audit.latestAuditOf(userId, types)),
  after: (place, types, atMost) => engine.read(() => audit.auditAfter(place, types, atMost)),
  before: (place, types, atMost, userId) => engine.read(() => audit.auditBefore(place, types, atMost, userId)),
  countAfter: (place, types) => engine.read(() => audit.countAuditAfter(place, types)),
});

const chainStore = ({ read, write }: Engine): ChainStore => ({
  seal: (atMost) => write(() => chain.sealRecords(atMost)),
  head: () => read(chain.headOfChain),
  find: (recordId) => read(() => chain.findLink(recordId)),
  after: (seq, atMost) => read(() => chain.linksAfter(seq, atMost)),
  waiting: (atMost) => read(() => chain.waitingRecords(atMost)),
  strays: (atMost) => read(() => chain.strayRecords(atMost)),
  keep: async (checkpoint) => {
    await write(() => chain.keepCheckpoint(checkpoint));
  },
  checkpoints: () => read(chain.allCheckpoints),
  latestCheckpoint: () => read(chain.latestCheckpoint),
  forget: async (from) => {
    let forgotten = 0;
    let looked: number;
    do {
      const step = await write(() => chain.forgetSealed(from, SWEEP_STEP_ROWS));
      looked = step.looked;
      forgotten += step.gone;
    } while (looked === SWEEP_STEP_ROWS);
    return forgotten;
  },
});

/** Repeats each step until it finds fewer than it may remove at once. One that fails keeps no other from being done. */
const inSteps = async (engine: Engine, steps: readonly (() => Operation<number>)[]): Promise<number> => {
  let forgotten = 0;
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      let gone: number;
      do {
        gone = await engine.write(step);
        forgotten += gone;
      } while (gone === SWEEP_STEP_ROWS);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return forgotten;
};
