/** The recorder that Prometheus reads. Names, labels and what to alert on: `docs/reference/metrics.md`. */
import { readFileSync } from 'node:fs';
import { isJsonObject, parseJsonObject } from '@stile/core';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HasherGauges, Recorder } from './recorder.ts';

interface PrometheusOptions {
  /** Whether tokens are counted for each client: one series more for each registered client and grant type. */
  readonly clientLabel: boolean;
}

/** A recorder with the registry it fills. */
interface Prometheus {
  readonly recorder: Recorder;
  readonly registry: Registry;
}

const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const HASH_BUCKETS = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2];
const COMMIT_BUCKETS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];
/** People, in whole seconds. */
const ANSWER_BUCKETS = [2, 5, 10, 15, 20, 30, 45, 60, 120, 300, 600];
const GROUP_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128];

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/**
 * A label's value as it may be kept: a stable word of ours. What follows a colon names a parameter and is left out; anything
 * that is no word of ours is `other`, so that nothing from outside ever becomes a series.
 */
const word = (text: string): string => {
  const [name = ''] = text.split(':', 1);
  return /^[a-z][a-z0-9_-]{0,39}$/.test(name) ? name : 'other';
};

export const prometheusRecorder = ({ clientLabel }: PrometheusOptions): Prometheus => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  buildInfo(registry);
  const recorder: Recorder = {
    ...requests(registry),
    ...proofs(registry),
    ...decisions(registry, clientLabel),
    ...hasher(registry),
    ...messages(registry),
    ...store(registry),
    report: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
  return { recorder, registry };
};

const counter = <Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  ...labelNames: Label[]
): Counter<Label> => new Counter({ name, help, labelNames, registers: [registry] });

const requests = (registry: Registry): Pick<Recorder, 'answered'> => {
  const seconds = new Histogram({
    name: 'stile_http_request_duration_seconds',
    help: 'How long requests took, by the pattern of the route, the method and the class of the status.',
    labelNames: ['route', 'method', 'status'],
    buckets: REQUEST_BUCKETS,
    registers: [registry],
  });
  return {
    answered: (route, method, status, took) =>
      seconds.observe(
        { route, method: METHODS.has(method) ? method : 'other', status: `${Math.trunc(status / 100)}xx` },
        took,
      ),
  };
};

const proofs = (registry: Registry): Pick<Recorder, 'asked' | 'shown' | 'met' | 'failed' | 'abandoned'> => {
  const asked = counter(
    registry,
    'stile_challenges_asked_total',
    'How often a person was sent to a page, by its step, the factor it shows first, and why.',
    'step',
    'factor',
    'reason',
  );
  const met = counter(
    registry,
    'stile_challenges_met_total',
    'Proofs that were accepted, by factor and by why they had been asked for.',
    'factor',
    'reason',
  );
  const failed = counter(
    registry,
    'stile_challenges_failed_total',
    'Proofs that were not accepted, by factor and by why not.',
    'factor',
    'reason',
  );
  const abandoned = counter(
    registry,
    'stile_challenges_abandoned_total',
    'Requests that expired while a page waited for its person, by what was asked last.',
    'step',
    'factor',
    'reason',
  );
  const shown = counter(
    registry,
    'stile_challenges_shown_total',
    'How often a person saw a page that asks for a further proof, by the factor it shows.',
    'factor',
  );
  const seconds = new Histogram({
    name: 'stile_challenges_answer_seconds',
    help: 'How long people took for a proof that was accepted, since the proof or the request before, by factor.',
    labelNames: ['factor'],
    buckets: ANSWER_BUCKETS,
    registers: [registry],
  });
  const labels = (factor: string, reason: string) => ({ factor: word(factor), reason: word(reason) });
  return {
    asked: ({ step, factor, reason }) => asked.inc({ step, ...labels(factor, reason) }),
    shown: (factor) => shown.inc({ factor: word(factor) }),
    met: (factor, reason, took) => {
      met.inc(labels(factor, reason));
      seconds.observe({ factor: word(factor) }, took);
    },
    failed: (factor, reason) => failed.inc(labels(factor, reason)),
    abandoned: ({ step, factor, reason }) => abandoned.inc({ step, ...labels(factor, reason) }),
  };
};

const decisions = (
  registry: Registry,
  clientLabel: boolean,
): Pick<Recorder, 'decided' | 'issued' | 'shadowed' | 'singleUse'> => {
  const decided = counter(
    registry,
    'stile_decisions_total',
    'Decisions of the authorization and the token endpoint, by outcome and reason.',
    'endpoint',
    'outcome',
    'reason',
  );
  const shadowed = counter(
    registry,
    'stile_shadow_decisions_total',
    'What demands that are only tried would have made of requests that were granted, by outcome and reason.',
    'outcome',
    'reason',
  );
  const issued = new Counter({
    name: 'stile_tokens_issued_total',
    help: 'Successful token responses, by grant type.',
    labelNames: clientLabel ? ['grant_type', 'client_id'] : ['grant_type'],
    registers: [registry],
  });
  const singleUse = counter(
    registry,
    'stile_single_use_total',
    'How often an API asked to use up a token, by whether it may accept it.',
    'outcome',
  );
  return {
    decided: (endpoint, outcome, reason) => decided.inc({ endpoint, outcome, reason: word(reason) }),
    shadowed: (outcome, reason) => shadowed.inc({ outcome, reason: word(reason) }),
    issued: (grantType, clientId) =>
      issued.inc(clientLabel ? { grant_type: grantType, client_id: clientId } : { grant_type: grantType }),
    singleUse: (outcome) => singleUse.inc({ outcome }),
  };
};

const hasher = (registry: Registry): Pick<Recorder, 'hashed' | 'hasherRefused' | 'watchHasher'> => {
  const seconds = new Histogram({
    name: 'stile_password_hash_duration_seconds',
    help: 'How long the computation of a password hash took, without the wait for its turn.',
    buckets: HASH_BUCKETS,
    registers: [registry],
  });
  const refused = counter(
    registry,
    'stile_password_hash_refused_total',
    'Sign-ins that were turned away because too many passwords were waiting.',
  );
  let watched: HasherGauges | undefined;
  const gauge = (name: string, help: string, read: (of: HasherGauges) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(watched ? read(watched) : 0);
      },
    });
  };
  gauge('stile_password_hash_queue_length', 'Passwords that wait for their turn.', (of) => of.queueLength());
  gauge('stile_password_hash_running', 'Passwords that are being hashed.', (of) => of.running());
  return {
    hashed: (took) => seconds.observe(took),
    hasherRefused: () => refused.inc(),
    watchHasher: (of) => {
      watched = of;
    },
  };
};

const messages = (registry: Registry): Pick<Recorder, 'sent'> => {
  const ended = counter(
    registry,
    'stile_messages_total',
    'Messages to people, by channel and by whether they were sent.',
    'channel',
    'outcome',
  );
  return { sent: (channel, outcome) => ended.inc({ channel, outcome }) };
};

const store = (registry: Registry): Pick<Recorder, 'committed'> => {
  const seconds = new Histogram({
    name: 'stile_store_write_duration_seconds',
    help: 'How long writes took, from the moment the first of a group was asked for until all of it was durable.',
    buckets: COMMIT_BUCKETS,
    registers: [registry],
  });
  const writes = new Histogram({
    name: 'stile_store_commit_writes',
    help: 'How many writes shared a commit.',
    buckets: GROUP_BUCKETS,
    registers: [registry],
  });
  const failures = counter(
    registry,
    'stile_store_commit_failures_total',
    'Commits that failed; every request that waited for one was refused.',
  );
  return {
    committed: (commit) => {
      if (commit.failed) return failures.inc();
      seconds.observe(commit.seconds);
      writes.observe(commit.writes);
    },
  };
};

const buildInfo = (registry: Registry): void => {
  new Gauge({
    name: 'stile_build_info',
    help: 'Always 1; its labels say which version runs on which Node.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version: ownVersion(), node: process.versions.node }, 1);
};

/** The version in the package's own description. */
const ownVersion = (): string => {
  const described = parseJsonObject(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return isJsonObject(described) && typeof described.version === 'string' ? described.version : 'unknown';
};
