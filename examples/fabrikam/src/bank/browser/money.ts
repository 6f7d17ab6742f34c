/** Money of the accounts API: whole cents. */

const euro = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });

export const inWords = (cents: number): string => euro.format(cents / 100);

/** With its sign, for a list in which money comes and goes. */
export const withSign = (cents: number): string =>
  cents > 0 ? `+${inWords(cents)}` : inWords(cents).replace('-', '−');

/** Reads what people type: `25`, `25.00`, `25,00`, `1 250.00`. `undefined` for everything else. */
export const centsFrom = (typed: string): number | undefined => {
  const [, whole, cents = ''] = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(typed.replaceAll(/\s/g, '')) ?? [];
  return whole === undefined ? undefined : Number(whole) * 100 + Number(cents.padEnd(2, '0'));
};
