import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from './instant.ts';
import type { NextStep, Person, Situation } from './next-step.ts';
import { nextStep } from './next-step.ts';
import { defaultLevels, PAPE_MULTI_FACTOR } from './policy/levels.ts';
import { catalogue, choicesText, events, proof, proofs, requirements } from './step-up.notation.ts';

/** The request is made at second 100. */
const REQUEST: Situation = {
  prompt: [],
  requestedAt: instant(100),
  requirements: [],
  levels: defaultLevels,
  consentMissing: [],
  installed: catalogue,
  enrollable: [],
};

const person = (proven: string, enrolled: string, userId = 'alice'): Pick<Situation, 'person'> => ({
  person: { userId, events: events(proven), enrolled: proofs(enrolled) } satisfies Person,
});

const demanding = (text: string): Pick<Situation, 'requirements'> => ({ requirements: requirements(text) });

const given = (...facts: readonly Partial<Situation>[]): Situation => Object.assign({}, REQUEST, ...facts);

/** Alice signed in at second 0 with her password, and has a code app and a passkey besides. */
const alice = person('password@0', 'passkey, totp, password');
const silently = { prompt: ['none'] } as const;

/** A step in words. */
const inWords = (next: NextStep): string => {
  switch (next.step) {
    case 'login':
      return next.expectedUser === undefined ? 'login' : `login as ${next.expectedUser}`;
    case 'challenge':
      return `challenge: ${choicesText(next.anyOf)}`;
    case 'enrol':
      return `enrol: ${next.anyOf.map(({ authenticator }) => authenticator).join(' / ')}`;
    case 'consent':
      return `consent: ${next.scopes.join(' ')}`;
    case 'issue':
      return `issue: ${next.context.acr.replace(PAPE_MULTI_FACTOR, 'PAPE')}, auth_time ${next.context.authTime}`;
    case 'refuse':
      return `refuse: ${next.error.code}`;
    case 'select-account':
      return next.step;
  }
};

/** `what` is the step in words, `because` the reason of its trace. */
const then = (situation: Situation, what: string, because: string): void => {
  const { next, trace } = nextStep(situation);
  assert.equal(inWords(next), what);
  assert.equal(trace.reason, because);
  assert.equal(trace.step, next.step);
};

const described = (situation: Situation): string | undefined => {
  const { next } = nextStep(situation);
  return next.step === 'refuse' ? next.error.description : undefined;
};

describe('signing in', () => {
  it('nobody is there: login', () => {
    then(given(), 'login', 'nobody_signed_in');
    then(given(demanding('mfa')), 'login', 'nobody_signed_in');
    assert.deepEqual(nextStep(given()).next, { step: 'login' });
  });
  it('somebody is there and nothing is demanded: a token', () => {
    then(given(alice), 'issue: 1fa, auth_time 0', 'all_met');
  });
  it('codes without a first factor begin nothing: login', () => {
    then(given(person('totp@5, key@6', 'totp')), 'login', 'no_first_factor');
    then(given(person('totp@5, key@6', 'totp'), demanding('mfa')), 'login', 'no_first_factor');
    then(given(person('', 'totp')), 'login', 'no_first_factor');
  });
  it('T11: a login elsewhere without a mapping is no level, so it is not enough even for nothing', () => {
    then(given(person('federated@90', 'federated')), 'refuse: unmet_authentication_requirements', 'nothing_enrolled');
    then(given(person('federated@90', 'federated, totp')), 'challenge: totp', 'proof_missing');
  });
});

describe('stepping up', () => {
  it('a level that is not shown is asked for, with all that would do', () => {
    then(given(alice, demanding('mfa')), 'challenge: passkey / totp', 'proof_missing');
    then(given(alice, demanding('phr')), 'challenge: passkey', 'proof_missing');
  });
  it('once it is shown, the token says so in the client’s own word', () => {
    const stepped = person('password@0, totp@101', 'totp, password');
    then(given(stepped, demanding('acr_values PAPE since 100')), 'issue: PAPE, auth_time 101', 'all_met');
  });
  it('prompt=login, and max_age without a level, want every proof anew, for every sort of person', () => {
    then(given(alice, demanding('every since 100')), 'challenge: passkey / password', 'proof_missing');
    then(given(alice, demanding('mfa, every since 100')), 'challenge: passkey', 'proof_missing');
    const coded = person('password@0, totp@1', 'totp, password');
    then(given(coded, demanding('mfa, every since 100')), 'challenge: password + totp', 'proof_missing');
    const half = person('password@0, totp@1, password@100', 'totp, password');
    then(given(half, demanding('mfa, every since 100')), 'challenge: totp', 'proof_missing');
  });
  it('T1: any one of several acr_values suffices, and the one achieved is returned', () => {
    const coded = person('password@0, totp@1', 'totp, password');
    then(given(coded, demanding('acr_values phr or PAPE')), 'issue: PAPE, auth_time 1', 'all_met');
    then(given(alice, demanding('acr_values phr or PAPE')), 'challenge: passkey / totp', 'proof_missing');
  });
  it('T2: an unknown level beside a known one is passed over', () => {
    then(given(alice, demanding('acr_values loa9 or mfa')), 'challenge: passkey / totp', 'proof_missing');
  });
  it('T2: unknown levels alone are refused at once, whoever is there', () => {
    for (const who of [{}, alice, person('hardware-passkey@100, password@100', 'totp')]) {
      then(
        given(who, demanding('acr_values loa9 or loa8')),
        'refuse: unmet_authentication_requirements',
        'unattainable',
      );
    }
  });
  it('T16: an empty list of levels is a demand nobody meets, not a demand for nothing', () => {
    const requirement = { source: { from: 'action', action: 'broken' }, acr: [], binds: 'proof' } as const;
    then(given(alice, { requirements: [requirement] }), 'refuse: unmet_authentication_requirements', 'unattainable');
  });
  it('a level that no installed factor can show is refused before anybody signs in for nothing', () => {
    const plain = { installed: proofs('password, totp') };
    then(given(plain, demanding('phr')), 'refuse: unmet_authentication_requirements', 'unattainable');
    then(given(plain, demanding('mfa')), 'login', 'nobody_signed_in');
  });
});

describe('T3 and T7: who cannot meet a demand is refused, in words the client knows, and never let past', () => {
  const lonely = person('password@0', 'password');

  it('with nothing to enrol', () => {
    then(given(lonely, demanding('mfa')), 'refuse: unmet_authentication_requirements', 'nothing_enrolled');
    then(
      given(lonely, demanding('acr_values phr or PAPE')),
      'refuse: unmet_authentication_requirements',
      'nothing_enrolled',
    );
    assert.equal(described(given(lonely, demanding('mfa'))), 'The authentication requirements cannot be met');
  });
  it('with something to enrol, that alone which would do', () => {
    const enrollable = { enrollable: proofs('pin, totp, passkey') };
    then(given(lonely, demanding('mfa'), enrollable), 'enrol: totp / passkey', 'nothing_enrolled');
    then(given(lonely, demanding('phr'), enrollable), 'enrol: passkey', 'nothing_enrolled');
    then(given(lonely, demanding('phrh'), enrollable), 'refuse: unmet_authentication_requirements', 'nothing_enrolled');
  });
  it('nobody is led to enrol who has something that would do', () => {
    then(given(alice, demanding('mfa'), { enrollable: proofs('key') }), 'challenge: passkey / totp', 'proof_missing');
  });
  it('nor who needs nothing', () => {
    then(given(lonely, { enrollable: proofs('totp') }), 'issue: 1fa, auth_time 0', 'all_met');
  });
});

describe('prompt=none', () => {
  const table: readonly (readonly [name: string, facts: Partial<Situation>, error: string, reason: string])[] = [
    ['nobody is there', {}, 'login_required', 'login_needs_page'],
    ['another person is expected', { ...alice, expectedUser: 'bob' }, 'login_required', 'login_needs_page'],
    ['T4: a proof is missing', { ...alice, ...demanding('mfa') }, 'login_required', 'challenge_needs_page'],
    ['T4: a proof is too old', { ...alice, ...demanding('since 50') }, 'login_required', 'challenge_needs_page'],
    [
      'an authenticator would have to be set up',
      { ...person('password@0', 'password'), ...demanding('mfa'), enrollable: proofs('totp') },
      'interaction_required',
      'enrolment_needs_page',
    ],
    ['consent is missing', { ...alice, consentMissing: ['transfer'] }, 'consent_required', 'consent_needs_page'],
    [
      'nothing would do, page or not',
      { ...person('password@0', 'password'), ...demanding('mfa') },
      'unmet_authentication_requirements',
      'nothing_enrolled',
    ],
    ['the level is unknown', demanding('acr_values loa9'), 'unmet_authentication_requirements', 'unattainable'],
  ];
  for (const [name, facts, error, reason] of table) {
    it(`${name}: ${error}`, () => then(given(facts, silently), `refuse: ${error}`, reason));
  }
  it('everything is met: a token', () => {
    then(given(alice, silently), 'issue: 1fa, auth_time 0', 'all_met');
    const coded = person('password@0, totp@1', 'totp, password');
    then(given(coded, silently, demanding('acr_values PAPE')), 'issue: PAPE, auth_time 1', 'all_met');
  });
  it('T4: the sentence is the one that Auth0’s SDKs look for', () => {
    const silent = (...facts: readonly Partial<Situation>[]) => described(given(silently, ...facts));
    const more = 'Multifactor authentication required';
    assert.equal(silent(alice, demanding('mfa')), more);
    const coded = person('password@0, totp@5', 'totp, password');
    assert.equal(silent(coded, demanding('mfa since 50')), more);
    assert.equal(silent(person('password@0, totp@5', 'passkey, totp'), demanding('mfa since 50')), more);
    // Also where the only further proof is a passkey, which could begin a session as well.
    assert.equal(silent(person('password@0', 'passkey, password'), demanding('mfa')), more);
    // Signing in again is another matter.
    assert.equal(silent(alice, demanding('every since 50')), 'Login required');
    assert.equal(silent(coded, demanding('mfa, every since 50')), 'Login required');
    assert.equal(silent(), 'Login required');
  });
  it('an account would have to be chosen: account_selection_required', () => {
    // The parser refuses this mix; the rule stands for whoever asks without it.
    const prompt = ['none', 'select_account'] as const;
    then(given(alice, { prompt }), 'refuse: account_selection_required', 'selection_needs_page');
  });
});

describe('prompt=select_account', () => {
  const choosing = { prompt: ['select_account'] } as const;

  it('asks whose account it is, before any proof of it', () => {
    then(given(alice, choosing), 'select-account', 'account_not_selected');
    then(given(alice, choosing, demanding('mfa')), 'select-account', 'account_not_selected');
  });
  it('is answered by a choice made for this request, not for one before', () => {
    then(given(alice, choosing, { accountSelectedAt: instant(100) }), 'issue: 1fa, auth_time 0', 'all_met');
    then(given(alice, choosing, { accountSelectedAt: instant(99) }), 'select-account', 'account_not_selected');
  });
  it('or by signing in to answer it, but not by a code', () => {
    const answering = { ...choosing, pinnedUser: 'alice' };
    then(given(choosing), 'login', 'nobody_signed_in');
    then(given(person('password@100', ''), answering), 'issue: 1fa, auth_time 100', 'all_met');
    then(given(person('password@99', ''), answering), 'select-account', 'account_not_selected');
    then(given(person('password@9, totp@100', ''), answering), 'select-account', 'account_not_selected');
    then(given(person('password@9, password@100', ''), answering), 'issue: 1fa, auth_time 100', 'all_met');
  });
  it('T10: not by signing in meanwhile for another request, for that is no answer to this one', () => {
    then(given(person('password@100', ''), choosing), 'select-account', 'account_not_selected');
  });
});

describe('consent', () => {
  it('is asked for the scopes that lack it, once everything is proven', () => {
    const missing = { consentMissing: ['read', 'transfer'] };
    then(given(alice, missing), 'consent: read transfer', 'consent_missing');
    then(given(alice, missing, demanding('mfa')), 'challenge: passkey / totp', 'proof_missing');
  });
  it('prompt=consent asks again for what was given before', () => {
    then(given(alice, { prompt: ['consent'] }), 'consent: ', 'consent_asked_again');
    then(given(alice, { prompt: ['consent'], consentMissing: ['read'] }), 'consent: read', 'consent_missing');
  });
  it('counts when it was given within this request', () => {
    const asked = { prompt: ['consent'], consentMissing: ['read'] } as const;
    then(given(alice, asked, { consentedAt: instant(100) }), 'issue: 1fa, auth_time 0', 'all_met');
    then(given(alice, asked, { consentedAt: instant(99) }), 'consent: read', 'consent_missing');
    then(given(alice, { prompt: ['consent'], consentedAt: instant(99) }), 'consent: ', 'consent_asked_again');
  });
});

describe('T10: the right person, and only they', () => {
  it('another person is expected than the one who is there: they may sign in', () => {
    then(given({ expectedUser: 'bob' }), 'login as bob', 'nobody_signed_in');
    then(given(alice, { expectedUser: 'bob' }), 'login as bob', 'other_person_expected');
    then(given(alice, { expectedUser: 'alice' }), 'issue: 1fa, auth_time 0', 'all_met');
  });
  it('the wrong person signed in although another was expected', () => {
    const asked = { expectedUser: 'bob', pinnedUser: 'alice' };
    then(given(alice, asked), 'refuse: login_required', 'not_the_expected_person');
  });
  it('the one who began finishes: a proof by anybody else is worth nothing, however strong', () => {
    const mallory = person('hardware-passkey@100', 'hardware-passkey', 'mallory');
    then(given(mallory, { pinnedUser: 'alice' }), 'refuse: login_required', 'another_person');
    then(given(mallory, { pinnedUser: 'alice' }, demanding('mfa')), 'refuse: login_required', 'another_person');
    then(given(mallory, { pinnedUser: 'alice', expectedUser: 'mallory' }), 'refuse: login_required', 'another_person');
    then(
      given(mallory, { pinnedUser: 'alice', prompt: ['select_account'] }),
      'refuse: login_required',
      'another_person',
    );
    then(given(mallory, { pinnedUser: 'alice' }, silently), 'refuse: login_required', 'another_person');
  });
  it('names are compared whole', () => {
    then(given(alice, { expectedUser: '' }), 'login as ', 'other_person_expected');
    then(given(alice, { pinnedUser: 'Alice' }), 'refuse: login_required', 'another_person');
  });
});

describe('wishes (acr_values read as voluntary)', () => {
  const lonely = person('password@0', 'password');
  const wished = demanding('wished acr_values PAPE');

  it('are fulfilled when they can be', () => {
    then(given(alice, wished), 'challenge: passkey / totp', 'proof_missing');
    const coded = person('password@0, totp@1', 'totp, password');
    then(given(coded, wished), 'issue: PAPE, auth_time 1', 'all_met');
  });
  it('are dropped when they cannot, and what was achieved is said instead', () => {
    then(given(lonely, wished), 'issue: 1fa, auth_time 0', 'all_met');
    then(given(alice, demanding('wished acr_values loa9')), 'issue: 1fa, auth_time 0', 'all_met');
    const { trace } = nextStep(given(lonely, wished));
    assert.deepEqual(trace.requirements, []);
    assert.deepEqual(
      trace.dropped.map(({ source, met, reason }) => ({ source, met, reason })),
      [{ source: { from: 'request', parameter: 'acr_values' }, met: false, reason: 'level_not_shown' }],
    );
  });
  it('lead nobody to enrol: whoever has no authenticator goes on without them', () => {
    then(given(lonely, wished, { enrollable: proofs('totp') }), 'issue: 1fa, auth_time 0', 'all_met');
    then(given(lonely, wished, silently, { enrollable: proofs('totp') }), 'issue: 1fa, auth_time 0', 'all_met');
    const needed = demanding('wished acr_values PAPE, mfa');
    then(given(lonely, needed, { enrollable: proofs('totp') }), 'enrol: totp', 'nothing_enrolled');
  });
  it('are dropped one by one, so that one which cannot be fulfilled takes no other with it', () => {
    const coded = person('password@0', 'totp, password');
    const two = demanding('wished acr_values phr, wished claims mfa');
    then(given(coded, two), 'challenge: totp', 'proof_missing');
    then(given(coded, demanding('1fa, wished acr_values phr, wished claims mfa')), 'challenge: totp', 'proof_missing');
    const { trace } = nextStep(given(coded, two));
    assert.deepEqual(
      [trace.requirements.map(({ acr }) => acr), trace.dropped.map(({ acr }) => acr)],
      [[['mfa']], [['phr']]],
    );
  });
  it('are dropped when no page may be shown', () => {
    then(given(alice, wished, silently), 'issue: 1fa, auth_time 0', 'all_met');
  });
  it('do not take anybody who is not there past the login', () => {
    then(given(wished), 'login', 'nobody_signed_in');
    then(given(wished, silently), 'refuse: login_required', 'login_needs_page');
  });
  it('are dropped only where that helps: not when somebody else is there, or consent is missing', () => {
    for (const facts of [{ pinnedUser: 'bob' }, { ...silently, consentMissing: ['read'] }]) {
      const coded = person('password@0, totp@1', 'totp, password');
      const { next, trace } = nextStep(given(coded, wished, facts));
      assert.equal(next.step, 'refuse');
      assert.deepEqual([trace.requirements.map(({ acr }) => acr), trace.dropped], [[['mfa']], []]);
    }
  });
  it('take no need with them when they are dropped', () => {
    then(given(alice, demanding('wished acr_values loa9, mfa')), 'challenge: passkey / totp', 'proof_missing');
    then(
      given(lonely, demanding('wished acr_values loa9, mfa')),
      'refuse: unmet_authentication_requirements',
      'nothing_enrolled',
    );
    then(
      given(alice, silently, demanding('wished acr_values phr, mfa')),
      'refuse: login_required',
      'challenge_needs_page',
    );
  });
  it('are issued with what was met and no more', () => {
    const { next } = nextStep(given(lonely, demanding('wished acr_values PAPE, 1fa')));
    assert.deepEqual(next.step === 'issue' && next.requirements, requirements('1fa'));
  });
});

describe('the trace', () => {
  it('says of each requirement where it came from, whether it is met, and by which proof', () => {
    const { trace } = nextStep(
      given(person('password@0, totp@40', 'totp'), demanding('acr_values PAPE, mfa since 50')),
    );
    assert.deepEqual(trace, {
      step: 'challenge',
      reason: 'proof_missing',
      requirements: [
        {
          source: { from: 'request', parameter: 'acr_values' },
          binds: 'proof',
          acr: ['mfa'],
          met: true,
          reason: 'met',
          by: { authenticator: 'totp', factor: 'totp', at: 40 },
        },
        {
          source: { from: 'client' },
          binds: 'proof',
          acr: ['mfa'],
          since: 50,
          met: false,
          reason: 'proof_too_old',
          by: { authenticator: 'totp', factor: 'totp', at: 40 },
        },
      ],
      dropped: [],
    });
  });
  it('is there for every refusal too', () => {
    const { trace } = nextStep(given(demanding('acr_values loa9')));
    assert.deepEqual(
      trace.requirements.map(({ reason }) => reason),
      ['level_unknown'],
    );
  });
});

describe('from step to step', () => {
  it('a person with a password and a code app answers a payment: challenge, then a token, and no third question', () => {
    const demand = demanding('acr_values PAPE, mfa since 100');
    then(given(person('password@0', 'totp, password'), demand), 'challenge: totp', 'proof_missing');
    const answered = given(person('password@0, totp@104', 'totp, password'), demand);
    then(answered, 'issue: PAPE, auth_time 104', 'all_met');
    const issued = nextStep(answered).next;
    assert.deepEqual(issued.step === 'issue' && issued.requirements, answered.requirements);
  });
  it('the authenticator proven is never one of another person: choices come from the enrolled alone', () => {
    then(given(person('password@0', 'sms'), demanding('mfa')), 'challenge: sms', 'proof_missing');
    assert.equal(proof('sms').factor, 'phone');
  });
});
