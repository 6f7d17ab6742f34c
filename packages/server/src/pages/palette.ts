/** A colour in sRGB: `#1d6b4f`. */
export type Colour = `#${string}`;

/** The colours of one scheme. Each is named after what it is for. */
export interface Scheme {
  /** Behind everything. */
  readonly page: Colour;
  /** Behind the question. */
  readonly card: Colour;
  /** Text. */
  readonly ink: Colour;
  /** Text that explains. */
  readonly soft: Colour;
  /** Hairlines that only divide. */
  readonly line: Colour;
  /** The edge of a control, which must be seen (WCAG 2.2, 1.4.11). */
  readonly edge: Colour;
  /** What went wrong. */
  readonly bad: Colour;
  /** The main button. */
  readonly accent: Colour;
  /** Text on the main button. */
  readonly onAccent: Colour;
  /** The accent as text, icon, edge and focus ring. */
  readonly accentInk: Colour;
}

export const light: Scheme = {
  page: '#f3f4f1',
  card: '#ffffff',
  ink: '#171a18',
  soft: '#565d59',
  line: '#e1e4df',
  edge: '#858c87',
  bad: '#b3251a',
  accent: '#1d6b4f',
  onAccent: '#ffffff',
  accentInk: '#1d6b4f',
};

export const dark: Scheme = {
  page: '#0f1211',
  card: '#181c1a',
  ink: '#eceeec',
  soft: '#a5ada8',
  line: '#2c322f',
  edge: '#737c76',
  bad: '#ff9d92',
  accent: '#7fd2a9',
  onAccent: '#08130d',
  accentInk: '#7fd2a9',
};

/** WCAG 2.2, 1.4.3: the least contrast of text. */
export const READABLE = 4.5;

/** How far one step goes when a colour is mixed with black or white until it can be read. */
const STEP = 0.04;

const channels = (colour: Colour): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

const luminance = (colour: Colour): number => {
  const [red = 0, green = 0, blue = 0] = channels(colour)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** The contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio). */
export const contrast = (one: Colour, other: Colour): number => {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
};

const mixed = (colour: Colour, towards: Colour, share: number): Colour => {
  const goal = channels(towards);
  const parts = channels(colour).map((value, at) => Math.round(value + ((goal[at] ?? value) - value) * share));
  return `#${parts.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
};

/** The nearest colour on the way to `towards` that can be read on every one of `grounds`. */
const readable = (colour: Colour, grounds: readonly Colour[], towards: Colour): Colour => {
  for (let share = 0; share < 1; share += STEP) {
    const candidate = mixed(colour, towards, share);
    if (grounds.every((ground) => contrast(candidate, ground) >= READABLE)) return candidate;
  }
  return towards;
};

/** Pure black, not our ink: only black and white together leave no colour on which neither can be read. */
const textOn = (colour: Colour): Colour =>
  contrast(colour, '#ffffff') >= contrast(colour, '#000000') ? '#ffffff' : '#000000';

/** The colour in `#rrggbb`, lower case; `undefined` for everything else. */
export const parseColour = (text: string): Colour | undefined =>
  /^#[0-9a-f]{6}$/iu.test(text) ? `#${text.slice(1).toLowerCase()}` : undefined;

/**
 * Both schemes with an application's own accent. The button keeps the colour as it was given, with black or white on it;
 * wherever the colour has to be read itself it is darkened or lightened until it can be.
 */
export const schemesWith = (accent: Colour): { readonly light: Scheme; readonly dark: Scheme } => ({
  light: {
    ...light,
    accent,
    onAccent: textOn(accent),
    accentInk: readable(accent, [light.card, light.page], '#000000'),
  },
  dark: { ...dark, accent, onAccent: textOn(accent), accentInk: readable(accent, [dark.card, dark.page], '#ffffff') },
});
