import { meaningOf, REASON_GROUPS } from '../decision/reasons.ts';
import { reasonsPage } from '../decision/reasons-page.ts';
import type { Command } from './command.ts';

/** `stile reasons [<word>] [--markdown]`: the vocabulary of decisions. */
export const reasons: Command = async (words, { print }) => {
  if (words.includes('--markdown')) {
    print(reasonsPage().trimEnd());
    return 0;
  }
  const [word] = words;
  if (word === undefined) {
    for (const { title, reasons: group } of REASON_GROUPS) {
      print(`${title}:`);
      for (const [code, { says }] of Object.entries(group)) print(`  ${code.padEnd(34)} ${says}`);
    }
    return 0;
  }
  const meaning = meaningOf(word);
  print(meaning ?? 'There is no such reason. List them: stile reasons');
  return meaning === undefined ? 1 : 0;
};
