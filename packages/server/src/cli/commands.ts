/** What an operator does from the command line: every command on one screen. */
import { openStore } from '../server.ts';
import { systemNow } from '../system.ts';
import { bindAction, rollBackAction, switchActionsOff, switchActionsOn, unbindAction } from './actions-bind.ts';
import { deployActions } from './actions-deploy.ts';
import { developActions } from './actions-dev.ts';
import { listExecutions } from './actions-executions.ts';
import { listActions, listVersions } from './actions-list.ts';
import { newAction } from './actions-new.ts';
import { testActions } from './actions-test.ts';
import { exportAudit, printCheckpoint, verifyAudit, verifyOffline } from './audit.ts';
import { listAuthenticators, removeAuthenticator } from './authenticators.ts';
import { backUp } from './back-up.ts';
import type { Command, CommandLine, StoreCommand } from './command.ts';
import { doctor } from './doctor.ts';
import { explain, recentDecisions } from './explain.ts';
import { issueTicket } from './issue-ticket.ts';
import { listKeys, rotateKeys, withdrawKey } from './keys.ts';
import { limits } from './limits.ts';
import { LOCK_OUT_OPTIONS, lockOut } from './lock-out.ts';
import { block, signOut, unblock } from './people.ts';
import { approveOnPhone, denyOnPhone, enrolPhone, watchPhone } from './phone.ts';
import { reasons } from './reasons.ts';
import { cancelRecovery, issueRecovery, listRecoveries } from './recovery.ts';
import { REPLAY_OPTIONS, replayDecisions } from './replay.ts';
import { renewSecrets } from './secrets.ts';
import { serve } from './serve.ts';
import { stats } from './stats.ts';
import { supposeSignIn, WHAT_IF_OPTIONS } from './what-if.ts';

/** The words after the name, what it does, the options it takes, the command. */
type Entry = readonly [words: string, says: string, options: readonly string[], command: Command];

const onStore =
  (command: StoreCommand): Command =>
  async (words, line) => {
    const store = openStore(line.config);
    try {
      return await command(store, words, line);
    } finally {
      await store.close();
    }
  };

/** An exported log is verified without the store. */
const verify: Command = async (words, line) =>
  (await verifyOffline(words, line.print)) ?? onStore(verifyAudit)(words, line);

// biome-ignore format: a table is read by its columns
const COMMANDS: Readonly<Record<string, Entry>> = {
  'serve':                 ['',                           'start the authorization server',                                         [],                      serve],
  'doctor':                ['[--json] [--reach]',         'look for what is wrong with the set-up; --reach asks the issuer as well', ['--json', '--reach'],   doctor],
  'backup':                ['<file>',                     'copy the database while the server runs',                                [],                      backUp],
  'ticket':                ['<username>',                 'make a one-time set-up code, with which a person may connect an authenticator app', [],           onStore(issueTicket)],
  'recovery':              ['<username> [--anyway]',      'make a ticket for somebody who has lost what they prove themselves with', ['--anyway'],            onStore(issueRecovery)],
  'recovery list':         ['',                           'list the recoveries that are under way',                                 [],                      onStore(listRecoveries)],
  'recovery cancel':       ['<username>',                 'stop one, and make its ticket worthless',                                [],                      onStore(cancelRecovery)],
  'sign-out':              ['<username> | --all',         'end every session of a person, and with them every elevation; --all: of everybody, and every grant', ['--all'], onStore(signOut)],
  'block':                 ['<username>',                 'let a person sign in no more, and sign them out',                        [],                      onStore(block)],
  'unblock':               ['<username>',                 'let them in again',                                                      [],                      onStore(unblock)],
  'limits':                ['<username> [--lift]',        'list what is spent of the limits of a person, and until when; --lift: give it back', ['--lift'],     onStore(limits)],
  'authenticators list':   ['<username>',                 'list what a person can prove who they are with',                         [],                      onStore(listAuthenticators)],
  'authenticators remove': ['<username> <authenticator>', 'take one away that is lost, and end what rests on it',                   [],                      onStore(removeAuthenticator)],
  'keys list':             ['',                           'list the signing keys',                                                  [],                      onStore(listKeys)],
  'keys rotate':           ['[--now]',                    'let the next signing keys sign; the old ones stay published until their last token has expired', ['--now'], onStore(rotateKeys)],
  'keys withdraw':         ['<kid>',                      'take a signing key that is in the wrong hands out of service at once',   [],                      onStore(withdrawKey)],
  'secrets renew':         ['',                           "put new secrets in the place of the server's own, which are in the wrong hands", [],               onStore(renewSecrets)],
  'phone enrol':           ['<address> [<name>]',         'play the phone that approves: connect it with the address that the page shows', [],               enrolPhone],
  'phone watch':           ['[--once]',                   'print what the phone is asked',                                          ['--once'],              watchPhone],
  'phone approve':         ['<number>',                   'approve what the phone is asked, with the number that the page shows',   [],                      approveOnPhone],
  'phone deny':            ['[--report]',                 'deny it; --report: and say that it was asked by somebody else',          ['--report'],            denyOnPhone],
  'audit verify':          ['[--file <export>] [--checkpoint <file>] [--since <age>] [--json]', 'look whether any audit record was changed, taken out, put in or moved', ['--file', '--checkpoint', '--since', '--json'], verify],
  'audit export':          ['[--since <age>] [<file>]',   'write the audit records as JSON lines, with what it takes to verify them', ['--since'],           onStore(exportAudit)],
  'audit checkpoint':      ['',                           'print a signed statement of all audit records up to now, to keep elsewhere', [],                   onStore(printCheckpoint)],
  'actions list':          ['',                           'list what runs after a login, in its order, and what does not',          [],                      onStore(listActions)],
  'actions deploy':        ['[<name>…] [--bind] [--shadow]', 'build the Actions of the folder and make a version of each that has changed; what is bound runs it from then on', ['--bind', '--shadow'], onStore(deployActions)],
  'actions versions':      ['<name>',                     'list what was deployed of an Action',                                    [],                      onStore(listVersions)],
  'actions bind':          ['<name> [--shadow] [--before <other>]', 'let an Action run after every login; --shadow: beside, without anything of it being done', ['--shadow', '--before'], onStore(bindAction)],
  'actions unbind':        ['<name>',                     'let it run no more',                                                     [],                      onStore(unbindAction)],
  'actions rollback':      ['<name> <number>',            'let an older version of it run',                                         [],                      onStore(rollBackAction)],
  'actions off':           ['[<name>]',                   'switch off every Action, or one, for example because nobody can sign in', [],                     onStore(switchActionsOff)],
  'actions on':            ['[<name>]',                   'switch them on again',                                                   [],                      onStore(switchActionsOn)],
  'actions new':           ['<name> [--template <template>]', 'begin an Action, from a template if you like',                         ['--template'],          newAction],
  'actions test':          ['[<file>…] [--save <execution>]', 'run the cases beside the Actions; --save: make a real execution a case', ['--save'],             testActions],
  'actions dev':           ['',                           'build and deploy Actions as they are saved, and show every execution: on your machine', [],      onStore(developActions)],
  'actions executions':    ['[<name> | <execution>]',     'list how Actions ended lately, or show one with its console',            [],                      onStore(listExecutions)],
  'decisions':             ['',                           'list the latest decisions',                                              [],                      onStore(recentDecisions)],
  'what-if':               ['<username> --client <id> [--scope …]', 'say what would be asked of somebody, and why, without asking',              WHAT_IF_OPTIONS,         onStore(supposeSignIn)],
  'lock-out':              ['[--policy <file>] [--list] [--fail] [--json]', 'say whom a policy would lock out; --fail: exit with 1 if anybody',    LOCK_OUT_OPTIONS,        onStore(lockOut)],
  'replay':                ['[--policy <file>] [--actions <folder>] [--since <age>] [--html <file>] | --check', 'judge the decisions on record by another policy, or with other Actions; --check: by what was in force, which changes none', REPLAY_OPTIONS, onStore(replayDecisions)],
  'stats':                 ['[--since <age>] [--by factor|client|scope] [--json]', 'what came of asking people to prove more', ['--since', '--by', '--json'], onStore(stats)],
  'reasons':               ['[<word>] [--markdown]',      'say what a reason means, or list all of them',                           ['--markdown'],          reasons],
  'explain':               ['<decision> [--json]',        'say why a decision was made: in a sentence, and point by point',         ['--json'],              onStore(explain)],
};

/** The name of every command. */
export const commandNames: readonly string[] = Object.keys(COMMANDS);

interface NamedCommand {
  readonly name: string;
  readonly options: readonly string[];
  readonly command: Command;
  /** The words that are left. */
  readonly rest: readonly string[];
}

/** The command that the first words name. */
export const commandNamed = (words: readonly string[]): NamedCommand | undefined => {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (entry) return { name, options: entry[2], command: entry[3], rest: words.slice(length) };
  }
  return undefined;
};

/** What there is to say: all of it, or of those commands alone that begin with a word. */
const usage = ({ print }: Pick<CommandLine, 'print'>, room?: string): number => {
  const entries = Object.entries(COMMANDS)
    .filter(([name]) => room === undefined || name.split(' ')[0] === room)
    .map(([name, [words, says]]) => [`stile ${name} ${words}`.trim(), says] as const);
  const width = Math.max(...entries.map(([command]) => command.length)) + 3;
  for (const [command, says] of entries) print(`${command.padEnd(width)}${says}`);
  return 2;
};

/** Names that are made of digests may begin with a hyphen as well: one of every 64 keys is called so. */
const isOption = (word: string): boolean => word.startsWith('-') && word.length < 40;

/** Runs one command. Returns the exit code. */
export const runCommand = async (
  words: readonly string[],
  line: Omit<CommandLine, 'now'> & Partial<Pick<CommandLine, 'now'>>,
): Promise<number> => {
  const named = commandNamed(words.length === 0 ? ['serve'] : words);
  const [room] = words;
  if (!named) return usage(line, Object.keys(COMMANDS).some((name) => name.startsWith(`${room} `)) ? room : undefined);
  const { name, options, command, rest } = named;
  const unknown = rest.find((word) => isOption(word) && !options.includes(word));
  if (unknown !== undefined) {
    line.print(`stile ${name} has no option ${unknown}.`);
    return usage(line, name.split(' ')[0]);
  }
  return command(rest, { now: systemNow, ...line });
};
