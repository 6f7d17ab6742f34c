import { styleText } from 'node:util';

/** Something was not as the story says. */
export class NotAsTold extends Error {
  override readonly name = 'NotAsTold';
}

/** A name and what was sent or received under it. */
export type Detail = readonly [name: string, value: string];

/** Tells the story, line by line, and insists that it is true. */
export interface Narrator {
  readonly chapter: (title: string, about: string) => void;
  /** One HTTP request: what was asked, what came back, and what of it matters. */
  readonly request: (method: string, path: string, outcome: string, details?: readonly Detail[]) => void;
  /** What was decided, and why. */
  readonly decision: (decision: string, reasons: readonly string[]) => void;
  /** Something to look at: claims, a challenge. */
  readonly shown: (title: string, details: readonly Detail[]) => void;
  /** @throws NotAsTold when it is not so */
  readonly check: (isSo: boolean, sentence: string) => void;
  /** How many checks have passed. */
  readonly checks: () => number;
}

const pathWidth = 30;
const nameWidth = 18;

/** @param out where the story goes to; it has colours only on a terminal */
export const createNarrator = (out: NodeJS.WriteStream): Narrator => {
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    styleText(format, text, { stream: out });
  const say = (line: string): void => void out.write(`${line}\n`);
  const list = (details: readonly Detail[]): void => {
    for (const [name, value] of details) say(style('dim', `           ${name.padEnd(nameWidth)} ${value}`));
  };
  let chapters = 0;
  let checks = 0;

  return {
    chapter(title, about) {
      chapters += 1;
      say(`\n${style('bold', `${chapters}  ${title}`)}\n   ${about}\n`);
    },
    request(method, path, outcome, details = []) {
      say(`   ${method.padEnd(7)} ${path.padEnd(pathWidth)} ${outcome}`);
      list(details);
    },
    decision(decision, reasons) {
      say(`   ${style('cyan', `decided ${decision}`)}`);
      for (const reason of reasons) say(style('cyan', `           ${reason}`));
    },
    shown(title, details) {
      say(`   ${title}`);
      list(details);
    },
    check(isSo, sentence) {
      if (!isSo) throw new NotAsTold(sentence);
      checks += 1;
      say(`   ${style('green', `✓ ${sentence}`)}`);
    },
    checks: () => checks,
  };
};
