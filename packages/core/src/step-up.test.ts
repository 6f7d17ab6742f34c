import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Level } from './policy/levels.ts';
import { defaultLevels, PAPE_MULTI_FACTOR } from './policy/levels.ts';
import { choicesText, events, proofs, requirement, requirements, rows } from './step-up.notation.ts';
import { attainableLevels, choicesThatMeet, contextThatMeets, isAttainable } from './step-up.ts';

/** The answer to THE QUESTION in words: the context, or what would do. */
const answer = (
  facts: string,
  demands: string,
  enrolled: string,
  levels: readonly Level[] = defaultLevels,
): { readonly result: string; readonly offered: string } => {
  const [proven, required] = [events(facts), requirements(demands, levels)];
  const context = contextThatMeets(proven, required, levels);
  if (context) {
    return { result: `${context.acr.replace(PAPE_MULTI_FACTOR, 'PAPE')}, auth_time ${context.authTime}`, offered: '' };
  }
  const choices = choicesThatMeet(proven, proofs(enrolled), required, levels);
  const step = choices.length > 0 ? 'challenge' : 'nothing would do';
  return { result: proven.some(({ first }) => first) ? step : 'login', offered: choicesText(choices) };
};

/** Columns: events | required | result | choices offered (when it is a challenge). */
const holds = (enrolled: string, table: string, levels: readonly Level[] = defaultLevels): void => {
  for (const [facts = '', demands = '', expected = '', offered] of rows(table)) {
    it(`${facts || 'nothing proven'} | ${demands} | ${expected}${offered ? ` (${offered})` : ''}`, () => {
      const given = answer(facts, demands, enrolled, levels);
      const [verdict = ''] = expected.split(':');
      assert.equal(given.result, verdict);
      if (offered !== undefined) assert.equal(given.offered, offered);
    });
  }
};

describe('the table of the design, for a person with a key, a code app and a password', () => {
  holds(
    'key, totp, password',
    `
    password@0                          | mfa                          | challenge                                | key / totp
    password@0, totp@5                  | mfa                          | mfa, auth_time 5
    password@0, totp@5, password@120    | mfa since 100                | challenge: the password renews nothing   | key / totp
    password@0, totp@120                | mfa since 100                | mfa, auth_time 120
    password@0, totp@120                | mfa since 100, every since 100 | challenge: password too                | password
    password@130, totp@131              | every since 100              | mfa, auth_time 131
    totp@9, key@9 (no first factor)     | mfa                          | login                                    | password
    passkey@0, totp@120                 | mfa since 100                | mfa, auth_time 120
    password@0, key@9, totp@120         | phr since 100                | challenge: only the key renews phr       | key
    sms@1, email@2, password@0          | mfa                          | mfa, auth_time 2
    `,
  );
});

describe('a factor that is wanted for itself', () => {
  holds(
    'passkey, totp, sms, email, password',
    `
    password@0                      | using totp                     | challenge                               | totp
    password@0, totp@5              | using totp                     | mfa, auth_time 5
    password@0, sms@5               | using totp or email            | challenge                               | totp / email
    password@0, totp@5              | using totp since 100           | challenge                               | totp
    password@0, totp@5, sms@120     | using totp since 100           | challenge: another factor is no answer  | totp
    passkey@0, email@120            | using email since 100          | phr, auth_time 0
    password@0, email@5             | mfa since 100, using email     | challenge                               | passkey / totp / sms / email
    password@0, totp@5              | mfa using email                | challenge                               | email
    password@0, totp@120            | using totp since 100, every since 100 | challenge                        | passkey / password
    totp@5                          | using totp                     | login                                   | passkey / password
    password@0                      | using face                     | nothing would do
    password@0                      | phr, using totp                | challenge: both                         | passkey + totp
    password@0                      | phr, using webauthn            | challenge                               | passkey
    `,
  );
});

describe('levels', () => {
  holds(
    'passkey, key, totp, sms, password',
    `
    password@7                   | nothing    | 1fa, auth_time 7
    password@7, totp@8           | nothing    | mfa, auth_time 8
    password@7, key@8            | nothing    | phrh, auth_time 8
    passkey@7                    | nothing    | phr, auth_time 7
    passkey@7                    | mfa        | mfa, auth_time 7
    passkey@7                    | 1fa        | 1fa, auth_time 7
    passkey@7                    | phrh       | challenge                 | key
    password@0                   | phr        | challenge                 | passkey / key
    password@0                   | phrh       | challenge                 | key
    password@0, totp@5           | phr        | challenge                 | passkey / key
    password@0, totp@5, key@6    | mfa        | mfa, auth_time 6
    password@0, password@50      | mfa        | challenge: twice the same is one kind | passkey / key / totp / sms
    password@0, pin@50           | mfa        | challenge: two things known are one kind | passkey / key / totp / sms
                                 | nothing    | login                     | passkey / password
                                 | mfa        | login                     | passkey
    `,
  );
  it('T12: two codes to one phone are one kind, and no second factor to each other', () => {
    const given = answer('federated@0, sms@1, voice@2', 'mfa', 'sms, voice, totp');
    assert.deepEqual(given, { result: 'nothing would do', offered: '' });
  });
  it('T11: a login elsewhere that no mapping explains earns no level at all, and no mfa in amr', () => {
    assert.equal(answer('federated@0', 'nothing', '').result, 'nothing would do');
    assert.equal(answer('federated@0', '1fa', 'totp, password').offered, 'totp / password');
    const context = contextThatMeets(events('federated@0, totp@3'), [], defaultLevels);
    assert.equal(context?.acr, '1fa');
    assert.deepEqual(context?.amr, ['otp', 'pwd']);
  });
  it('T7: a person with a password alone passes no gate of two factors, whatever is asked besides', () => {
    for (const demands of ['mfa', 'mfa since 0', 'phr or mfa', 'phrh', 'mfa, every since 0', 'wished mfa, mfa']) {
      assert.deepEqual(answer('password@0', demands, 'password, pin'), { result: 'nothing would do', offered: '' });
    }
  });
});

describe('ages', () => {
  holds(
    'totp, password',
    `
    password@0, totp@99               | mfa since 100             | challenge        | totp
    password@0, totp@100              | mfa since 100             | mfa, auth_time 100
    password@0, totp@101              | mfa since 100             | mfa, auth_time 101
    password@0, totp@5                | 1fa since 5               | 1fa, auth_time 5
    password@9, totp@5                | mfa since 6               | challenge: a password never renews an old code  | totp
    password@9, totp@5                | 1fa since 6               | 1fa, auth_time 9
    password@9, totp@5                | since 6                   | 1fa, auth_time 9
    password@9, totp@5                | since 5                   | mfa, auth_time 5
    password@9, totp@5                | mfa, since 6              | challenge: one context for both   | totp
    password@9, totp@5                | every since 6             | 1fa, auth_time 9
    password@9, totp@5                | mfa, every since 6        | challenge        | totp
    password@5, totp@9                | every since 6             | challenge: a code alone begins nothing | password
    password@5, totp@5                | every since 5             | mfa, auth_time 5
    password@4, totp@5                | every mfa since 5         | challenge        | password
    password@5, totp@5                | every since 6             | challenge        | password
    password@5, totp@5                | mfa, every since 6        | challenge        | password + totp
    password@0, totp@5, totp@50       | mfa since 50              | mfa, auth_time 50
    totp@50, totp@5, password@0       | mfa since 50              | mfa, auth_time 50
    password@0, totp@5                | mfa since 3, mfa since 6  | challenge        | totp
    password@0, totp@5                | mfa since 3, mfa since 4  | mfa, auth_time 5
    `,
  );
  it('a code never renews a level of a passkey', () => {
    assert.deepEqual(answer('passkey@0, totp@50', 'phr since 10', 'passkey, totp'), {
      result: 'challenge',
      offered: 'passkey',
    });
  });
});

describe('what the client calls it', () => {
  holds(
    'passkey, totp, password',
    `
    password@0, totp@5           | acr_values PAPE                       | PAPE, auth_time 5
    password@0, totp@5           | acr_values mfa                        | mfa, auth_time 5
    password@0, totp@5           | acr_values PAPE or mfa                | PAPE, auth_time 5
    password@0, totp@5           | acr_values mfa or PAPE                | mfa, auth_time 5
    password@0, totp@5           | acr_values 1fa                        | 1fa, auth_time 5
    password@0, totp@5           | mfa                                   | mfa, auth_time 5
    passkey@3                    | phr, acr_values PAPE                  | PAPE, auth_time 3
    passkey@3                    | acr_values PAPE, phr                  | PAPE, auth_time 3
    passkey@3                    | acr_values phr or mfa, mfa            | mfa, auth_time 3: the level that both name
    passkey@3                    | claims mfa, acr_values phr            | mfa, auth_time 3
    passkey@3                    | acr_values phr, claims mfa            | mfa, auth_time 3
    passkey@3                    | acr_values phr or mfa, claims mfa     | mfa, auth_time 3
    passkey@3                    | acr_values phr, wished claims mfa     | phr, auth_time 3
    password@0, totp@5, passkey@2 | acr_values mfa, phr                  | mfa, auth_time 2
    `,
  );
  it('T1: of several acr_values any one suffices, and the one achieved is returned', () => {
    assert.equal(answer('password@0, totp@5', 'acr_values phr or mfa', '').result, 'mfa, auth_time 5');
    assert.equal(answer('passkey@5', 'acr_values phr or mfa', '').result, 'phr, auth_time 5');
    assert.equal(answer('password@5', 'acr_values phr or mfa or 1fa', '').result, '1fa, auth_time 5');
    assert.equal(answer('password@0', 'acr_values phr or mfa', 'passkey, totp').offered, 'passkey / totp');
  });
  it('T2: an unknown value beside a known one is passed over; unknown ones alone are never met', () => {
    assert.equal(answer('password@0, totp@5', 'acr_values loa9 or PAPE', '').result, 'PAPE, auth_time 5');
    assert.deepEqual(answer('hardware-passkey@5', 'acr_values loa9 or loa8', 'totp'), {
      result: 'nothing would do',
      offered: '',
    });
  });
  it('T25: what was asked for is never copied as what was achieved', () => {
    const facts = events('password@0');
    for (const asked of ['PAPE', 'mfa', 'phr', 'loa9', 'PAPE or phr']) {
      assert.equal(contextThatMeets(facts, [requirement(`acr_values ${asked}`)], defaultLevels), undefined);
    }
    // Levels that the demand names without meaning them: the client's words are given back for a true level only.
    const lying = { ...requirement('acr_values PAPE'), acr: ['1fa'] };
    assert.equal(contextThatMeets(facts, [lying], defaultLevels)?.acr, '1fa');
    const wordsAlone = { source: { from: 'client' }, asked: ['PAPE'], binds: 'proof' } as const;
    assert.equal(contextThatMeets(facts, [wordsAlone], defaultLevels)?.acr, '1fa');
  });
});

describe('requirements of two sources, met by one context', () => {
  holds(
    'passkey, key, totp, password',
    `
    password@0               | acr_values mfa, phr                    | challenge       | passkey / key
    password@0, totp@5       | acr_values mfa, phr                    | challenge       | passkey / key
    password@0, key@5        | acr_values mfa, phr                    | mfa, auth_time 5
    passkey@5                | acr_values mfa, phr                    | mfa, auth_time 5
    password@200, totp@120   | acr_values 1fa, 1fa or mfa             | 1fa, auth_time 200: the level that both name
    password@0, key@5, totp@120 | acr_values mfa since 100, phr       | challenge: one auth_time for both  | passkey / key
    password@0, key@120      | acr_values mfa since 100, phr          | mfa, auth_time 120
    password@0, key@120      | acr_values mfa since 100, phr, every since 100 | challenge | passkey / password
    `,
  );
});

describe('choices', () => {
  it('singles before pairs: with a passkey at hand nobody is asked for two things', () => {
    assert.equal(answer('password@0', 'mfa, every since 9', 'passkey, totp, password').offered, 'passkey');
    assert.equal(
      answer('password@0', 'mfa, every since 9', 'key, totp, password').offered,
      'password + key / password + totp',
    );
  });
  it('keep the order of strength, whatever it is', () => {
    assert.equal(answer('password@0', 'mfa', 'totp, sms, passkey, key').offered, 'totp / sms / passkey / key');
    assert.equal(answer('password@0', 'mfa', 'key, passkey, sms, totp').offered, 'key / passkey / sms / totp');
  });
  it('T26: every enrolled authenticator that would do is offered, and none that would not', () => {
    const enrolled = 'hardware-passkey, passkey, key, totp, sms, voice, email, face, password, pin';
    assert.equal(
      answer('password@0', 'mfa', enrolled).offered,
      'hardware-passkey / passkey / key / totp / sms / voice / email / face',
    );
    assert.equal(answer('password@0', 'phr', enrolled).offered, 'hardware-passkey / passkey / key');
  });
  it('three kinds by three things, all anew: all three are asked for', () => {
    const three: Level = { acr: 'three', aliases: [], kinds: 3, shownBy: 'any', renewedBy: 'any' };
    assert.equal(
      answer('password@0', 'three, every since 9', 'totp, face, password', [three, ...defaultLevels]).offered,
      'password + totp + face',
    );
  });
});

describe('the context', () => {
  const of = (facts: string, demands = 'nothing') =>
    contextThatMeets(events(facts), requirements(demands), defaultLevels);

  it('a passkey with user verification is phr, mfa and 1fa at once', () => {
    assert.deepEqual(of('passkey@7'), {
      acr: 'phr',
      acrs: ['phr', 'mfa', '1fa'],
      amr: ['mfa', 'swk', 'user'],
      amrTimes: { swk: 7, user: 7, mfa: 7 },
      authTime: 7,
    });
  });
  it('acrs holds only levels renewed at or after auth_time', () => {
    assert.deepEqual(of('passkey@0, totp@120', 'mfa since 100'), {
      acr: 'mfa',
      acrs: ['mfa', '1fa'],
      amr: ['mfa', 'otp', 'swk', 'user'],
      amrTimes: { swk: 0, user: 0, otp: 120, mfa: 120 },
      authTime: 120,
    });
    assert.deepEqual(of('password@200, totp@120, passkey@0', 'since 200')?.acrs, ['1fa']);
  });
  it('amr_times is the latest time of each value, in whatever order the proofs came', () => {
    assert.deepEqual(of('totp@9, password@3, email@5, password@8')?.amrTimes, { otp: 9, pwd: 8, mfa: 9 });
  });
  it('amr speaks only of the proofs that count', () => {
    assert.deepEqual(of('password@0, totp@5, password@120', 'every since 100')?.amr, ['pwd']);
  });
  it('amr has mfa when the level was earned, and not otherwise', () => {
    assert.deepEqual(of('password@0, pin@1')?.amr, ['pin', 'pwd']);
    assert.deepEqual(of('password@0, face@1')?.amr, ['face', 'mfa', 'pwd']);
  });
  it('methods with the names of what every object has are ordinary methods', () => {
    const [event] = events('password@7');
    assert.ok(event);
    const names = ['10', '9', '__proto__', 'constructor', 'toString'];
    const context = contextThatMeets([{ ...event, amr: names }], [], defaultLevels);
    assert.deepEqual(context?.amr, names.toSorted());
    assert.deepEqual(
      names.map((name) => Object.getOwnPropertyDescriptor(context.amrTimes, name)?.value),
      [7, 7, 7, 7, 7],
    );
  });
  it('T23: a proof dated in milliseconds cannot be written down', () => {
    assert.throws(() => events(`password@${1_800_000_000_000}`), RangeError);
    assert.throws(() => events('password@1.5'), RangeError);
  });
  it('T24: no demand at all is met by any level, and by no proof at all it is not', () => {
    assert.equal(of('password@1')?.acr, '1fa');
    assert.equal(contextThatMeets([], [], defaultLevels), undefined);
    assert.equal(contextThatMeets(events('password@1'), [], []), undefined);
  });
});

describe('what this server can promise', () => {
  const names = (installed: string): string =>
    attainableLevels(defaultLevels, proofs(installed))
      .map(({ acr }) => acr)
      .join(' ');

  it('the levels that what is installed can show together, strongest first', () => {
    assert.equal(names('password'), '1fa');
    assert.equal(names('password, pin'), '1fa');
    assert.equal(names('password, totp'), 'mfa 1fa');
    assert.equal(names('passkey'), 'phr mfa 1fa');
    assert.equal(names('password, key'), 'phrh phr mfa 1fa');
  });
  it('none without what could begin a session', () => {
    assert.equal(names('totp, key'), '');
    assert.equal(names(''), '');
  });
  it('a demand is attainable when those levels meet it, however fresh the proofs must be', () => {
    const attainable = (demands: string): boolean =>
      isAttainable(requirements(demands), proofs('password, totp'), defaultLevels);
    for (const demands of ['nothing', 'mfa', 'mfa since 100', 'mfa since 100, every since 200, 1fa', 'phr or mfa']) {
      assert.equal(attainable(demands), true, demands);
    }
    for (const demands of ['phr', 'mfa, phr', 'phr since 100', 'nobody']) assert.equal(attainable(demands), false);
  });
});
