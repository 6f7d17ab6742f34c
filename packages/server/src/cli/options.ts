/** The words of a command, with the options that take a value apart from the rest. */
interface Options {
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** @param taking the options whose next word is their value; other words that begin with a hyphen stay out of the rest */
export const optionsIn = (words: readonly string[], taking: readonly string[]): Options => {
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let place = 0; place < words.length; place += 1) {
    const word = words[place] ?? '';
    if (taking.includes(word)) {
      place += 1;
      values.set(word, words[place] ?? '');
    } else if (!word.startsWith('--')) rest.push(word);
  }
  return { values, rest };
};
